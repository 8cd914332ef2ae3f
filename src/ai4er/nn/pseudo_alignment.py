"""CTC pseudo-alignment: a sequence of any length becomes one of a fixed number of positions."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.lstm import LSTM


class PseudoAlignment(nn.Module):
    """P_tn = the softmax over blank and positions of a two-layer LSTM, blank dropped; aligned_n = sum_t P_tn x_t.

    forward: x (batch, frames, features), lengths (batch,) -> aligned (batch, positions, features), log
    probabilities (batch, frames, 1 + positions) with the blank first.
    Source: Tsai et al., "Multimodal Transformer for Unaligned Multimodal Language Sequences", ACL 2019, section 4.2
    (the CTC module of its baselines).
    """

    def __init__(self, features: int, positions: int) -> None:
        super().__init__()
        self.lstm = LSTM(features, positions + 1, num_layers=2, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        logarithms = self.lstm(x)[0].log_softmax(-1)
        real = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        shares = logarithms[..., 1:].exp() * real.unsqueeze(-1)
        return shares.transpose(1, 2) @ x, logarithms


def alignment_loss(logarithms: Tensor, lengths: Tensor, positions: Tensor) -> Tensor:
    """CTC loss of passing positions 1, 2, ..., n in order: log probabilities as above, lengths, n (batch,) -> scalar.

    An item with fewer frames than positions has no such path and adds nothing.
    """
    order = torch.arange(1, logarithms.shape[-1], device=logarithms.device).expand(len(logarithms), -1)
    return functional.ctc_loss(logarithms.transpose(0, 1), order, lengths, positions, zero_infinity=True)
