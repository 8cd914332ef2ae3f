"""Labels that a network and its teacher give to items without any."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def pseudo_label_loss(student: Tensor, teacher: Tensor, threshold: float) -> Tensor:
    """1/n sum_i [p_i > threshold] CE(student_i, y_i), y_i and p_i the class of greatest mean probability and this mean.

    Logits (items, classes) of both -> a scalar, 0 without items. Labels have no gradient; what is not above the
    threshold has no weight at all.
    Source: Lee, "Pseudo-Label", 2013, with a threshold as in FixMatch (Sohn et al. 2020, arXiv 2001.07685, equation 4).
    """
    probability, label = ((student.detach().softmax(1) + teacher.detach().softmax(1)) / 2).max(1)
    each = functional.cross_entropy(student, label, reduction="none")
    return (each * (probability > threshold)).sum() / max(1, len(each))
