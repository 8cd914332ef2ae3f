"""Schedules: the learning rate at the steps that define them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch.optim.lr_scheduler import LambdaLR

from ai4er.systems._schedules import cosine, linear_warmup, noam, warmup_flat_linear


def factors(make: Callable[[torch.optim.Optimizer], LambdaLR], steps: int) -> list[float]:
    """The factor at each step, of the first of two groups; both follow it."""
    weights = [torch.nn.Parameter(torch.zeros(1)), torch.nn.Parameter(torch.zeros(1))]
    optimiser = torch.optim.SGD([{"params": weights[:1], "lr": 2.0}, {"params": weights[1:], "lr": 0.5}], lr=1.0)
    schedule = make(optimiser)
    found = []
    for _ in range(steps + 1):
        first, second = (group["lr"] for group in optimiser.param_groups)
        assert second == pytest.approx(first / 4)
        found.append(first / 2)
        optimiser.step()
        schedule.step()
    return found


def test_linear_warmup_rises_to_one_and_falls_to_zero() -> None:
    found = factors(lambda o: linear_warmup(o, 4, 12), 13)
    assert found[:5] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert found[8] == pytest.approx(0.5)
    assert found[12] == found[13] == 0


def test_without_warmup_it_starts_at_one() -> None:
    assert factors(lambda o: linear_warmup(o, 0, 4), 4) == pytest.approx([1, 0.75, 0.5, 0.25, 0])


def test_the_flat_part_keeps_the_rate() -> None:
    found = factors(lambda o: warmup_flat_linear(o, 10, 100, 2000), 2000)
    assert found[5] == pytest.approx(0.5)
    assert found[10] == found[110] == 1
    assert found[1055] == pytest.approx(0.5)
    assert found[2000] == 0


def test_cosine_passes_the_middle_half_way() -> None:
    found = factors(lambda o: cosine(o, 2, 12, start=0.2, lowest=0.1), 13)
    assert found[:3] == pytest.approx([0.2, 0.6, 1])
    assert found[7] == pytest.approx(0.55)
    assert found[12] == pytest.approx(0.1) and found[13] == pytest.approx(0.1)


def test_noam_rises_to_one_and_falls_as_one_over_the_root_of_the_step() -> None:
    found = factors(lambda o: noam(o, 4), 16)
    assert found[:5] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert found[16] == pytest.approx(0.5) and found[9] == pytest.approx((4 / 9) ** 0.5)
