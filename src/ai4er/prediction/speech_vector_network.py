"""The front end of the shipped recognizer of speech as one network, for graphs that take samples."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders._speaker_states import BANDS, RATE, SpeakerStates
from ai4er.features._spectrum import hann, mel_filters

OF_POWERS = ("/MatMul", "/states/layers.0/LSTM")
"""The nodes of its graph that read powers, whose range 8 bits cannot hold."""
_WINDOW, _HOP, _LEVEL = 400, 160, 10 ** (-30 / 20)


class SpeechVectorNetwork(nn.Module):
    """`speech_vector` of all layers of `ai4er-small`, up to rounding: its spectra are products in single precision.

    forward: samples (batch, samples) at 16 kHz, zeros behind the end, and lengths (batch,) -> (batch, 3840).
    """

    transform: Tensor
    filters: Tensor

    def __init__(self, states: SpeakerStates) -> None:
        super().__init__()
        self.states = states
        angles = 2 * np.pi / _WINDOW * np.outer(np.arange(_WINDOW // 2 + 1), np.arange(_WINDOW))
        transform = np.concatenate([np.cos(angles), np.sin(angles)]) * hann(_WINDOW)
        self.register_buffer("transform", torch.from_numpy(transform).float().unsqueeze(1))
        self.register_buffer("filters", torch.from_numpy(mel_filters(RATE, _WINDOW, BANDS).toarray()))

    def forward(self, samples: Tensor, lengths: Tensor) -> Tensor:
        states, _ = self.states(self.mel(samples, lengths))
        return _statistics(*_pairs(states.flatten(2), 1 + lengths // _HOP))

    def mel(self, samples: Tensor, lengths: Tensor) -> Tensor:
        """Mel spectra of power of items of one level, (batch, frames, 40)."""
        level = (samples.square().sum(1) / lengths).sqrt().unsqueeze(1)
        x = torch.where(level > 1e-6, samples * (_LEVEL / level.clamp(min=1e-6)), samples)
        parts = functional.conv1d(
            functional.pad(x, (_WINDOW // 2, _WINDOW // 2)).unsqueeze(1), self.transform, stride=_HOP
        )
        real, imaginary = parts.chunk(2, dim=1)
        return (self.filters @ (real.square() + imaginary.square())).transpose(1, 2)


def _pairs(x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
    """Means of two neighbouring frames, a last one without a neighbour as it is, and the number of pairs."""
    x = functional.pad(x, (0, 0, 0, 1))
    real = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2).to(x.dtype)
    x = x * real
    second, there = x[:, 1::2], real[:, 1::2]
    pairs = second.shape[1]
    return (x[:, ::2][:, :pairs] + second) / (1 + there), (lengths + 1) // 2


def _statistics(x: Tensor, lengths: Tensor) -> Tensor:
    """Mean, deviation, maximum, minimum, mean absolute change of x (batch, frames, features), one after the other."""
    real = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
    count = lengths.unsqueeze(1).to(x.dtype)
    mean = (x * real).sum(1) / count
    deviation = (((x - mean.unsqueeze(1)) * real).square().sum(1) / count).sqrt()
    highest, lowest = (torch.where(real, x, value) for value in (-math.inf, math.inf))
    change = ((x[:, 1:] - x[:, :-1]).abs() * real[:, 1:]).sum(1) / (count - 1).clamp(min=1)
    return torch.cat([mean, deviation, highest.amax(1), lowest.amin(1), change], dim=1)
