"""Centre loss: every embedding is drawn towards a learned centre of its class."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.labels import UNLABELLED


class CentreLoss(nn.Module):
    """mean_b ||e_b - c_{y_b}||^2 over the items that have a label, 0 where none has.

    The centres (classes, features) are parameters, drawn from a standard normal distribution.
    forward: embeddings (items, features), labels (items,) with UNLABELLED (-100) where nothing is known.
    Source: Wen et al., "A discriminative feature learning approach for deep face recognition", ECCV 2016, equation 2.
    """

    def __init__(self, classes: int, features: int) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.randn(classes, features))

    def forward(self, embeddings: Tensor, labels: Tensor) -> Tensor:
        known = labels != UNLABELLED
        distance = (embeddings - self.centres[labels.clamp(min=0)]).square().sum(1)
        return (distance * known).sum() / known.sum().clamp(min=1)
