"""What a student loses against its teacher."""

from __future__ import annotations

import pytest
import torch

from ai4er.losses.distillation import decoupled_divergences, layer_prediction_loss, softened_divergence


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_it_is_the_divergence_from_the_teacher_to_the_student(temperature: float) -> None:
    student, teacher = torch.randn(2, 5, 3, generator=torch.Generator().manual_seed(0)).double()
    p, q = (teacher / temperature).softmax(1), (student / temperature).softmax(1)
    expected = temperature**2 * (p * (p / q).log()).sum(1).mean()
    torch.testing.assert_close(softened_divergence(student, teacher, temperature), expected)


def test_only_the_distribution_counts_and_equal_ones_lose_nothing() -> None:
    logits = torch.randn(4, 3)
    torch.testing.assert_close(softened_divergence(logits + 7, logits), torch.zeros(()), atol=1e-6, rtol=0)
    assert softened_divergence(logits.roll(1, 1), logits) > 0


def test_both_sides_learn() -> None:
    student, teacher = torch.randn(2, 4, 3, requires_grad=True).unbind()
    one, other = torch.autograd.grad(softened_divergence(student, teacher), (student, teacher))
    assert one.any() and other.any()


def decoupled(seed: int = 0, items: int = 6) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Logits of a student and of a teacher, and targets, of four classes."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = torch.randn(2, items, 4, generator=generator, dtype=torch.float64) * 2
    return student, teacher, torch.arange(items) % 4


@pytest.mark.parametrize("temperature", [1.0, 4.0])
def test_both_parts_make_up_the_divergence_of_every_item(temperature: float) -> None:
    student, teacher, targets = decoupled()
    for one, other, target in zip(student.split(1), teacher.split(1), targets.split(1)):
        sure = (other / temperature).softmax(1)[0, target]
        about_target, about_others = decoupled_divergences(one, other, target, temperature)
        whole = softened_divergence(one, other, temperature)
        torch.testing.assert_close(about_target + (1 - sure.squeeze()) * about_others, whole)


def test_the_other_classes_do_not_know_the_logit_of_the_target() -> None:
    student, teacher, targets = decoupled()
    raised = student.clone()
    raised[torch.arange(6), targets] += 3
    before, after = decoupled_divergences(student, teacher, targets), decoupled_divergences(raised, teacher, targets)
    torch.testing.assert_close(after[1], before[1])
    assert abs(float(after[0] - before[0])) > 0.1
    torch.testing.assert_close(
        decoupled_divergences(student, raised, targets)[1], decoupled_divergences(student, student, targets)[1]
    )


def test_nothing_is_lost_or_learnt_from_a_teacher_who_says_the_same() -> None:
    student, _, targets = decoupled()
    student.requires_grad_()
    for part in decoupled_divergences(student, student.detach() + 2.5, targets, 4.0):
        (gradient,) = torch.autograd.grad(part, student, retain_graph=True)
        assert abs(float(part)) < 1e-12 and float(gradient.abs().max()) < 1e-12


def test_a_certain_teacher_teaches_the_other_classes_only_where_they_are_decoupled() -> None:
    student, teacher, targets = decoupled()
    student.requires_grad_()
    teacher[torch.arange(6), targets] += 60
    others = torch.ones(6, 4, dtype=torch.bool).scatter(1, targets.unsqueeze(1), False)
    (plain,) = torch.autograd.grad(softened_divergence(student, teacher), student)
    (kept,) = torch.autograd.grad(decoupled_divergences(student, teacher, targets)[1], student)
    assert float(kept[others].abs().max()) > 0.01
    share = (student.softmax(1) / 6).detach()
    torch.testing.assert_close(plain[others], share[others])


def test_a_predicted_layer_loses_its_distance_and_its_angle() -> None:
    p, t = torch.randn(2, 2, 3, 5, generator=torch.Generator().manual_seed(0))
    mask = torch.tensor([[True, True, True], [True, False, False]])
    losses = []
    for row, frame in mask.nonzero().tolist():
        a, b = p[row, frame], t[row, frame]
        cosine = torch.dot(a, b) / (a.norm() * b.norm())
        losses.append((a - b).abs().sum() / 5 + 2 * torch.log1p(torch.exp(-cosine)))
    torch.testing.assert_close(layer_prediction_loss(p, t, mask, 2.0), torch.stack(losses).mean())


def test_a_layer_that_is_met_still_loses_a_constant_and_its_opposite_more() -> None:
    t, mask = torch.randn(2, 3, 5), torch.ones(2, 3, dtype=torch.bool)
    assert layer_prediction_loss(t, t, mask).item() == pytest.approx(0.3133, abs=1e-4)
    opposite = layer_prediction_loss(-t, t, mask) - 2 * t.abs().mean()
    assert opposite.item() == pytest.approx(1.3133, abs=1e-4)
