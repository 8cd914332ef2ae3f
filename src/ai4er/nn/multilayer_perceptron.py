"""Linear layers with an activation between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from torch import nn


def multilayer_perceptron(widths: Sequence[int], activation: type[nn.Module], dropout: float = 0.0) -> nn.Sequential:
    """Linear layers of these widths: (..., widths[0]) -> (..., widths[-1]).

    Between two layers are the activation and, where it is not 0, dropout; behind the last one is nothing.

    >>> [type(part).__name__ for part in multilayer_perceptron((8, 4, 2), nn.ReLU, 0.5)]
    ['Linear', 'ReLU', 'Dropout', 'Linear']
    """
    parts: list[nn.Module] = []
    for before, after in pairwise(widths):
        between = [activation(), *([nn.Dropout(dropout)] if dropout else [])] if parts else []
        parts += [*between, nn.Linear(before, after)]
    return nn.Sequential(*parts)
