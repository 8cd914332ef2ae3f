"""Encoders with a narrow, slow code that lets through one part of speech: content, pitch or rhythm."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.attentive_statistics import statistics
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.masked_group_norm import MaskedGroupNorm
from ai4er.nn.random_resampling import random_tempo, resampled

HOP = 8
"""Frames of one code."""


class BottleneckEncoder(nn.Module):
    """Convolutions of width 5 with group norm and ReLU, a bidirectional LSTM, and one code for every eight frames.

    A code is the forward state at the last of its frames beside the backward state at the first: (batch, codes,
    2 units). Sizes: Qian et al., "Unsupervised speech decomposition via triple information bottleneck", ICML 2020.
    """

    def __init__(
        self, features: int, channels: int, groups: int, convolutions: int, units: int, layers: int = 1
    ) -> None:
        super().__init__()
        sizes = (features, *[channels] * convolutions)
        self.convolutions = nn.ModuleList(nn.Conv1d(one, channels, 5, padding=2) for one in sizes[:-1])
        self.norms = nn.ModuleList(MaskedGroupNorm(groups, channels) for _ in range(convolutions))
        self.lstm = BidirectionalLSTM(channels, units, layers)
        self.units = units

    def block(self, number: int, x: Tensor, mask: Tensor) -> Tensor:
        """One convolution with norm and ReLU: (batch, frames, features) -> (batch, frames, channels)."""
        x = self.convolutions[number]((x * mask.unsqueeze(-1)).transpose(1, 2)).transpose(1, 2)
        normalised: Tensor = self.norms[number](x, mask)
        return normalised.relu()

    def codes(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """Codes of x (batch, frames, channels) and how many there are, (batch,); a part of eight frames has one too."""
        states = self.lstm(x, lengths)
        count = -(-lengths // HOP)
        first = torch.arange(-(-x.shape[1] // HOP), device=x.device) * HOP
        last = (first + HOP - 1).minimum((lengths - 1).unsqueeze(1))
        rows = torch.arange(len(x), device=x.device).unsqueeze(1)
        forward = states[rows, last, : self.units]
        return torch.cat([forward, states[:, first, self.units :]], -1) * _there(count, len(first)), count

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """The codes of x (batch, frames, features) at its own rhythm."""
        mask = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        for number in range(len(self.convolutions)):
            x = self.block(number, x, mask)
        return self.codes(x, lengths)


class TimbreEncoder(nn.Module):
    """Three convolutions and mean and deviation over time: (batch, frames, bands) -> (batch, features)."""

    def __init__(self, bands: int, channels: int, groups: int, features: int) -> None:
        super().__init__()
        self.convolutions = nn.ModuleList(
            nn.Conv1d(size, channels, 5, padding=2) for size in (bands, channels, channels)
        )
        self.norms = nn.ModuleList(MaskedGroupNorm(groups, channels) for _ in range(3))
        self.output = nn.Linear(2 * channels, features)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        for convolution, norm in zip(self.convolutions, self.norms):
            x = norm(convolution(x.transpose(1, 2)).transpose(1, 2), mask).relu()
        timbre: Tensor = self.output(statistics(x, mask))
        return timbre


def resampled_codes(
    encoders: Sequence[BottleneckEncoder], inputs: Sequence[Tensor], lengths: Tensor
) -> tuple[list[Tensor], Tensor]:
    """The codes of several encoders of as many convolutions, whose inputs and layers are told at the same random tempo.

    Before the first convolution and after each of them all are resampled by one draw. inputs (batch, frames, ...) ->
    the codes of each, and how many there are, (batch,).
    """
    x = list(inputs)
    for number in range(len(encoders[0].convolutions) + 1):
        if number:
            mask = torch.arange(x[0].shape[1], device=lengths.device) < lengths.unsqueeze(1)
            x = [encoder.block(number - 1, one, mask) for encoder, one in zip(encoders, x)]
        tempo = random_tempo(len(lengths), x[0].shape[1], device=lengths.device)
        widths = [one.shape[-1] for one in x]
        joined, lengths = resampled(torch.cat(x, -1), lengths, tempo)
        x = list(joined.split(widths, -1))
    found = [encoder.codes(one, lengths) for encoder, one in zip(encoders, x)]
    return [codes for codes, _ in found], found[0][1]


def repeated(codes: Tensor, times: int, steps: int | None = None) -> Tensor:
    """Every code several times: (batch, codes, features) -> (batch, steps or codes * times, features), zeros behind."""
    wide = codes.repeat_interleave(times, 1)
    if steps is None:
        return wide
    return nn.functional.pad(wide[:, :steps], (0, 0, 0, max(0, steps - wide.shape[1])))


def _there(count: Tensor, codes: int) -> Tensor:
    return (torch.arange(codes, device=count.device) < count.unsqueeze(1)).unsqueeze(-1)
