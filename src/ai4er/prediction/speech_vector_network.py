"""The front end of the shipped recognizer of speech as one network, for graphs that take samples."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from ai4er.encoders._small import LAYERS, SpeechStates

OF_POWERS = "/states/MatMul"
"""The node of its graph that reads powers, whose range 8 bits cannot hold."""


class SpeechVectorNetwork(nn.Module):
    """`speech_vector` of `ai4er-small`, up to rounding; what is longer than 30 s is heard in one piece.

    forward: samples (batch, samples) at 16 kHz, zeros behind the end, and lengths (batch,) -> (batch, 1024 a layer).
    """

    def __init__(self, states: SpeechStates, layer: int | Literal["all", "states"]) -> None:
        super().__init__()
        self.states = states
        every = list(range(1 + LAYERS))
        self.layers = [every[layer]] if isinstance(layer, int) else every[layer == "all" :]

    def forward(self, samples: Tensor, lengths: Tensor) -> Tensor:
        states, frames = self.states.hidden(samples, lengths)
        return _statistics(states[:, :, self.layers].flatten(2), frames)


def _statistics(x: Tensor, lengths: Tensor) -> Tensor:
    """Mean and deviation of x (batch, frames, features), one after the other."""
    real = (torch.arange(x.shape[1]) < lengths.unsqueeze(1)).unsqueeze(2)
    count = lengths.unsqueeze(1).to(x.dtype)
    mean = (x * real).sum(1) / count
    deviation = (((x - mean.unsqueeze(1)) * real).square().sum(1) / count).sqrt()
    return torch.cat([mean, deviation], dim=1)
