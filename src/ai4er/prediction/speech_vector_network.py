"""The front end of the shipped recognizer of speech as one network, for graphs that take samples."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from ai4er.encoders._readers import HOP, LEVEL
from ai4er.encoders._small import LAYERS, SpeechStates

OF_POWERS = "/states/MatMul"
"""The node of its graph that reads powers, whose range 8 bits cannot hold."""


class SpeechVectorNetwork(nn.Module):
    """`speech_vector` of `ai4er-small`, up to rounding; what is longer than 30 s is heard in one piece.

    forward: samples (batch, samples) at 16 kHz, zeros behind the end, and lengths (batch,) -> (batch, 2560 a layer).
    """

    def __init__(self, states: SpeechStates, layer: int | Literal["all", "states"]) -> None:
        super().__init__()
        self.states = states
        every = list(range(1 + LAYERS))
        self.layers = [every[layer]] if isinstance(layer, int) else every[layer == "all" :]

    def forward(self, samples: Tensor, lengths: Tensor) -> Tensor:
        level = (samples.square().sum(1) / lengths).sqrt().unsqueeze(1)
        x = torch.where(level > 1e-6, samples * (LEVEL / level.clamp(min=1e-6)), samples)
        frames = ((lengths + HOP - 1) // HOP).clamp(min=1)
        x = nn.functional.pad(x, (0, HOP))
        states = self.states(x[:, : x.shape[1] // HOP * HOP], frames * HOP)
        return _statistics(states[:, :, self.layers].flatten(2), frames)


def _statistics(x: Tensor, lengths: Tensor) -> Tensor:
    """Mean, deviation, maximum, minimum, mean absolute change of x (batch, frames, features), one after the other."""
    real = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
    count = lengths.unsqueeze(1).to(x.dtype)
    mean = (x * real).sum(1) / count
    deviation = (((x - mean.unsqueeze(1)) * real).square().sum(1) / count).sqrt()
    highest, lowest = (torch.where(real, x, value) for value in (-math.inf, math.inf))
    change = ((x[:, 1:] - x[:, :-1]).abs() * real[:, 1:]).sum(1) / (count - 1).clamp(min=1)
    return torch.cat([mean, deviation, highest.amax(1), lowest.amin(1), change], dim=1)
