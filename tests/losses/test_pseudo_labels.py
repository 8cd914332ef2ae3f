"""Pseudo-labels: who decides, and what has no weight."""

from __future__ import annotations

import pytest
import torch

from ai4er.losses.pseudo_labels import pseudo_label_loss

STUDENT = torch.tensor([[4.0, 0.0, 0.0], [0.5, 0.0, 0.0], [6.0, 0.0, 0.0]])
TEACHER = torch.tensor([[5.0, 0.0, 0.0], [9.0, 0.0, 0.0], [0.0, 6.0, 0.0]])


def test_only_what_both_are_sure_of_is_learnt() -> None:
    student = STUDENT.clone().requires_grad_()
    found = pseudo_label_loss(student, TEACHER, 0.9)
    found.backward()
    assert float(found.detach()) == pytest.approx(-float(STUDENT[0].log_softmax(0)[0]) / 3, rel=1e-4)
    assert student.grad is not None and student.grad[0].any() and not student.grad[1:].any()


def test_the_mean_of_both_decides_the_label() -> None:
    """The student leans to class 0 and the teacher is sure of class 1."""
    student, teacher = torch.tensor([[0.3, 0.0]]), torch.tensor([[0.0, 8.0]])
    wanted = -float(student.log_softmax(1)[0, 1])
    assert float(pseudo_label_loss(student, teacher, 0.6)) == pytest.approx(wanted, rel=1e-4)


def test_without_items_there_is_nothing_to_learn() -> None:
    assert float(pseudo_label_loss(STUDENT[:0], TEACHER[:0], 0.5)) == 0
