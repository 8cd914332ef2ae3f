"""The output layer of a recogniser by connectionist temporal classification, and what it writes down."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class CTCHead(nn.Module):
    """Dropout and a linear layer: states (batch, frames, features) -> logits (batch, frames, symbols), blank first."""

    def __init__(self, features: int, symbols: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(features, symbols)

    def forward(self, states: Tensor) -> Tensor:
        logits: Tensor = self.output(self.dropout(states))
        return logits


def best_path(logits: Tensor, lengths: Tensor) -> list[list[int]]:
    """The best symbol of every frame, repeats merged and then blanks deleted: one list of symbols for each item.

    logits (batch, frames, symbols) with the blank first, lengths (batch,).
    Source: Graves et al., "Connectionist temporal classification", ICML 2006, section 3.2, best path decoding.

    >>> path = torch.tensor([[0, 2, 2, 0, 2, 1, 1]])
    >>> best_path(torch.nn.functional.one_hot(path).float(), torch.tensor([6]))
    [[2, 2, 1]]
    """
    best = logits.argmax(-1)
    before = torch.nn.functional.pad(best[:, :-1], (1, 0), value=0)
    kept = (best != before) & (best != 0)
    kept &= torch.arange(best.shape[1], device=best.device) < lengths.unsqueeze(1)
    return [symbols[chosen].tolist() for symbols, chosen in zip(best, kept)]
