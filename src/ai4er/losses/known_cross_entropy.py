"""Cross-entropy where some items have no label."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from ai4er.labels import UNLABELLED


def known_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """The mean of -log softmax(logits)[target] over the items that are labelled, 0 where none is.

    logits (items, classes), targets (items,) with UNLABELLED (-100) where nothing is known.
    """
    total = functional.cross_entropy(logits, targets, ignore_index=UNLABELLED, reduction="sum")
    return total / (targets != UNLABELLED).sum().clamp(min=1)
