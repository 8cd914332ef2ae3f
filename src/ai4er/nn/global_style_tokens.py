"""Global style tokens: how an utterance is spoken, as a mixture of a few learned styles."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from ai4er.nn.lstm import GRU
from ai4er.nn.strided_convolution import StridedConvolution


class ReferenceEncoder(nn.Module):
    """Strided convolutions and the last state of a GRU over real frames: (batch, frames, bands) -> (batch, units)."""

    def __init__(self, bands: int, channels: Sequence[int], units: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(StridedConvolution(*pair) for pair in pairwise((1, *channels)))
        self.gru = GRU(channels[-1] * -(-bands // 2 ** len(channels)), units, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = (x * mask.unsqueeze(-1)).unsqueeze(1)
        for convolution in self.convolutions:
            x, mask = convolution(x, mask)
        states, _ = self.gru(x.transpose(1, 2).flatten(2))
        last = mask.sum(1).clamp(min=1) - 1
        return states[torch.arange(len(states), device=x.device), last]


class StyleTokens(nn.Module):
    """softmax(q K^T / sqrt(d)) V in several heads, with q = W_q r and the tanh of the tokens as keys and values.

    forward: r (batch, features) -> the style (batch, style) and the weights (batch, heads, tokens). In every head the
    style is a mixture of the tokens' values with weights that add up to 1.
    """

    def __init__(self, features: int, tokens: int, style: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.tokens = nn.Parameter(0.5 * torch.randn(tokens, style // heads))
        self.query = nn.Linear(features, style, bias=False)
        self.key = nn.Linear(style // heads, style, bias=False)
        self.value = nn.Linear(style // heads, style, bias=False)

    def forward(self, r: Tensor) -> tuple[Tensor, Tensor]:
        bank = self.tokens.tanh()
        query = self.query(r).unflatten(-1, (self.heads, -1))
        key, value = (part(bank).unflatten(-1, (self.heads, -1)) for part in (self.key, self.value))
        scores = torch.einsum("bhf,thf->bht", query, key) * query.shape[-1] ** -0.5
        weights = scores.softmax(-1)
        return torch.einsum("bht,thf->bhf", weights, value).flatten(1), weights


class StyleEncoder(nn.Module):
    """Reference encoder and style tokens: (batch, frames, bands), mask (batch, frames) -> (batch, style).

    Source: Wang et al., "Style tokens: unsupervised style modeling, control and transfer in end-to-end speech
    synthesis", ICML 2018, section 3 and 5.1, with that paper's sizes as defaults.
    """

    def __init__(
        self, bands: int, channels: Sequence[int] = (32, 32, 64, 64, 128, 128), units: int = 128, tokens: int = 10,
        style: int = 256, heads: int = 4,
    ) -> None:  # fmt: skip
        super().__init__()
        self.reference = ReferenceEncoder(bands, channels, units)
        self.bank = StyleTokens(units, tokens, style, heads)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        style: Tensor = self.bank(self.reference(x, mask))[0]
        return style
