"""DST: what the sheet says."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.nn.positions import sinusoidal_positions
from ai4er.systems.base import parameter_count
from ai4er.systems.speech.dst import DST, Config, DeformableAttention, deformable_windows

FEATURES = 12


def config(**changes: Any) -> Config:
    return Config.small().override({"stack": 1, "frames": 80, "dim": 32, "heads": 4, "widest": 9.5, **changes})


def attention(**changes: Any) -> DeformableAttention:
    torch.manual_seed(0)
    return DeformableAttention(config(**changes)).eval()


def rows(part: DeformableAttention, time: int = 80) -> Tensor:
    """The weight of every key for every query, (heads, time, time)."""
    return part.attention(torch.randn(1, time, 32), torch.ones(1, time, dtype=torch.bool))[0][0]


def system(**changes: Any) -> DST:
    torch.manual_seed(0)
    return DST(config(**changes), label_space("common4"), {"speech": (FEATURES,)}, {"speech": True})


def by_indicators(offset: float, half_width: float, place: int, time: int) -> tuple[list[bool], list[float]]:
    """Step 5 to 7 of the sheet for one query, in plain numbers."""
    centre = place + offset
    left, right = centre - half_width, centre + half_width
    first, last, a0 = math.floor(left), math.ceil(right), math.floor(centre)
    terms = [(first, first - left), (last, right - last), (a0, 1 - (centre - a0)), (a0 + 1, centre - a0)]
    weights = [1 + sum(term for at, term in terms if at == k) for k in range(time)]
    return [first <= k <= last for k in range(time)], weights


def test_the_size_is_the_published_one() -> None:
    published = Config()
    made = DST(published, label_space("common4"), {"speech": (1024,)}, {"speech": True})
    assert parameter_count(made) == 21_735_236


def test_windows_and_weights_are_those_of_the_indicators() -> None:
    draw = torch.Generator().manual_seed(0)
    offset = (torch.rand(20, generator=draw, dtype=torch.float64) - 0.5) * 30
    half_width = torch.rand(20, generator=draw, dtype=torch.float64) * 8
    inside, weights = deformable_windows(offset, half_width)
    for place in range(20):
        wanted_inside, wanted = by_indicators(float(offset[place]), float(half_width[place]), place, 20)
        assert inside[place].tolist() == wanted_inside
        torch.testing.assert_close(weights[place][inside[place]], offset.new_tensor(wanted)[inside[place]])


def test_the_weight_of_border_and_centre() -> None:
    inside, weights = deformable_windows(torch.full((20,), 0.6), torch.full((20,), 0.2))
    assert inside[10].nonzero().flatten().tolist() == [10, 11]
    torch.testing.assert_close(weights[10, 10:12], torch.tensor([1.0, 1.4]))
    _, weights = deformable_windows(torch.zeros(20), torch.full((20,), 3.5))
    assert weights[10, 9:12].tolist() == [1, 2, 1]
    assert weights[10, [6, 14]].tolist() == [0.5, 0.5]


def test_every_head_starts_with_a_window_of_its_own() -> None:
    weights = rows(attention())
    for head, width in enumerate((1.25, 4.0, 6.75, 9.5)):
        for place in (0, 30, 79):
            first, last = max(0, math.floor(place - width)), min(79, math.ceil(place + width))
            assert weights[head, place].nonzero().flatten().tolist() == list(range(first, last + 1))


def test_an_offset_moves_the_window_away_from_the_query() -> None:
    part = attention()
    with torch.no_grad():
        part.decision.bias[:4] = math.atanh(6 / 80)
        part.decision.bias[4:] = torch.tensor(5.0 / 80).logit()
    weights = rows(part)
    for place in range(80):
        touched = weights[:, place].nonzero()[:, 1].unique().tolist()
        if place + 1 <= 79:
            assert touched == list(range(place + 1, min(80, place + 12)))
            assert not weights[:, place, place].any()
        else:
            torch.testing.assert_close(weights[:, place], torch.full((4, 80), 1 / 80))


def test_the_decision_learns_through_the_weights_of_border_and_centre_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def gradient() -> Tensor:
        part = attention()
        weights, value = part.attention(torch.randn(1, 30, 32), torch.ones(1, 30, dtype=torch.bool))
        (weights @ value).square().sum().backward()
        found = part.decision.weight.grad
        return torch.zeros(1) if found is None else found

    assert bool(gradient().any())

    def unweighted(offset: Tensor, half_width: Tensor) -> tuple[Tensor, Tensor]:
        inside, weights = deformable_windows(offset, half_width)
        return inside, torch.ones_like(weights)

    monkeypatch.setattr("ai4er.systems.speech.dst.deformable_windows", unweighted)
    assert not bool(gradient().any())


@pytest.mark.parametrize(("windows", "offset", "width"), [
    ("deformable", True, True), ("shifted", True, False), ("stretched", False, True), ("fixed", False, False),
])  # fmt: skip
def test_what_is_compared_decides_less(windows: str, offset: bool, width: bool) -> None:
    part = attention(windows=windows)
    with torch.no_grad():
        part.decision.weight.normal_()
    o, s = part.decide(torch.randn(1, 30, 32))
    assert bool(o.any()) == offset
    assert (float(s.detach().std(-1).max()) > 1e-3) == width


def test_full_attention_reaches_everywhere() -> None:
    assert bool((rows(attention(windows="whole")) > 0).all())


def test_logits_are_the_mean_of_those_of_frames() -> None:
    made, x = system().network.eval(), torch.randn(1, 30, FEATURES)
    frames = made.norm(made.projection(x)) + sinusoidal_positions(30, 32)
    for block in made.blocks:
        frames = block(frames, torch.ones(1, 30, dtype=torch.bool))
    logits, mean = made(x, torch.tensor([30]))
    torch.testing.assert_close(logits, made.classifier(frames).mean(1))
    assert not torch.allclose(logits, made.classifier(mean), atol=1e-3)


def test_frames_behind_the_longest_utterance_are_not_read() -> None:
    made, x = system(frames=20).network.eval(), torch.randn(1, 30, FEATURES)
    torch.testing.assert_close(made(x, torch.tensor([30]))[0], made(x[:, :20], torch.tensor([20]))[0])


def test_the_decision_has_a_rate_of_its_own() -> None:
    made = system(decision_rate=0.1)
    groups = made.stages()[0].optimise(10)[0].optimiser.param_groups
    assert sum(len(group["params"]) for group in groups) == len(list(made.parameters()))
    assert [p.shape for p in groups[1]["params"]] == [(8, 32), (8,)]
    assert groups[1]["initial_lr"] == pytest.approx(0.1 * groups[0]["initial_lr"])


def test_windows_that_cannot_start_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="below the 20 steps"):
        Config(frames=20)
    with pytest.raises(Ai4erError, match="multiple of heads"):
        config(heads=5)
