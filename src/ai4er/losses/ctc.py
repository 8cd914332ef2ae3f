"""Connectionist temporal classification: a sequence of symbols from frames, without saying where each symbol is."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def ctc_loss(logits: Tensor, frames: Tensor, symbols: Tensor, lengths: Tensor) -> Tensor:
    """-log of the sum over all alignments of the product of their frames' probabilities, over the number of symbols.

    logits (batch, frames, symbols) with the blank first, frames (batch,), symbols (batch, longest) with lengths
    (batch,) -> the mean over the items that have symbols and enough frames for them, 0 where none has.
    Source: Graves et al., "Connectionist temporal classification", ICML 2006, equations 3 and 8; the alignments of a
    sequence are those that give it when repeats are merged and then blanks deleted.
    """
    with torch.autocast(logits.device.type, enabled=False):
        scores = logits.float().log_softmax(-1).transpose(0, 1)
        each = functional.ctc_loss(scores, symbols, frames, lengths, reduction="none", zero_infinity=True)
    counted = (lengths > 0) & (frames_needed(symbols, lengths) <= frames)
    return (each / lengths.clamp(min=1) * counted).sum() / counted.sum().clamp(min=1)


def frames_needed(symbols: Tensor, lengths: Tensor) -> Tensor:
    """The fewest frames for sequences (batch, longest) of lengths (batch,): a blank stands between equal neighbours.

    >>> frames_needed(torch.tensor([[3, 3, 5]]), torch.tensor([3])).tolist()
    [4]
    """
    inside = torch.arange(1, symbols.shape[1], device=symbols.device) < lengths.unsqueeze(1)
    return lengths + ((symbols[:, 1:] == symbols[:, :-1]) & inside).sum(1)
