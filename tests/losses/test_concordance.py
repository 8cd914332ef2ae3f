"""The concordance loss: its fixed points, and that it is not blind to scale as correlation is."""

from __future__ import annotations

import pytest
import torch

from ai4er.evaluation.value_metrics import concordance_correlation
from ai4er.losses.concordance import concordance, concordance_loss, known_concordance_loss


@pytest.fixture
def labels() -> torch.Tensor:
    drawn = torch.randn(64, 3, generator=torch.Generator().manual_seed(0))
    return drawn - drawn.mean(0)


def test_perfect_is_0_constant_is_1_and_flipped_labels_of_zero_mean_are_2(labels: torch.Tensor) -> None:
    assert concordance_loss(labels, labels) == pytest.approx(0, abs=1e-6)
    assert concordance_loss(torch.full_like(labels, 0.3), labels) == pytest.approx(1, abs=1e-6)
    assert concordance_loss(-labels, labels) == pytest.approx(2, abs=1e-6)


def test_scale_and_shift_cost_though_the_correlation_is_1(labels: torch.Tensor) -> None:
    for changed in (2 * labels, 0.5 * labels, labels + 1):
        assert concordance_loss(changed, labels) > 0.15
        for k in range(3):
            assert torch.corrcoef(torch.stack([changed[:, k], labels[:, k]]))[0, 1] == pytest.approx(1, abs=1e-5)


def test_it_is_the_metric_and_weights_choose_dimensions(labels: torch.Tensor) -> None:
    predicted = labels + 0.7 * torch.randn(64, 3, generator=torch.Generator().manual_seed(1))
    found = concordance(predicted, labels)
    for k in range(3):
        expected = concordance_correlation(labels[:, k].double().numpy(), predicted[:, k].double().numpy())
        assert found[k] == pytest.approx(expected, abs=1e-5)
    assert concordance_loss(predicted, labels, (0, 1, 0)) == pytest.approx(1 - float(found[1]))


def test_a_single_item_has_a_finite_gradient() -> None:
    predicted = torch.zeros(1, 3, requires_grad=True)
    concordance_loss(predicted, torch.ones(1, 3)).backward()
    assert torch.isfinite(predicted.grad).all()  # type: ignore[arg-type]


def test_targets_that_are_not_known_do_not_count(labels: torch.Tensor) -> None:
    predicted = (labels + 1).requires_grad_()
    some = labels.clone()
    some[::2, 0] = torch.nan
    some[:, 2] = torch.nan
    found = known_concordance_loss(predicted, some)
    wanted = [concordance(predicted[1::2, :1], labels[1::2, :1]), concordance(predicted[:, 1:2], labels[:, 1:2])]
    torch.testing.assert_close(found, 1 - torch.cat(wanted).mean())
    found.backward()
    assert predicted.grad is not None and torch.isfinite(predicted.grad).all()
    assert not predicted.grad[::2, 0].any() and not predicted.grad[:, 2].any()
    assert known_concordance_loss(predicted, torch.full_like(labels, torch.nan)) == 0
    torch.testing.assert_close(known_concordance_loss(predicted, labels), concordance_loss(predicted, labels))
