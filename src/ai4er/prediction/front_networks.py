"""Front ends that are networks, for graphs that take samples and pixels."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from ai4er.encoders._face_networks import FaceShape, FaceState
from ai4er.encoders._locate import AI4ER_SMALL
from ai4er.encoders._small import LAYERS, SpeechStates, speech_states
from ai4er.encoders.face_landmarks import FaceLandmarks
from ai4er.encoders.face_vector import FaceVector
from ai4er.encoders.speech_vector import SpeechVector
from ai4er.features.base import FrontEnd

SAMPLES = "waveform:sample_rate=16000"
OF_POWERS = "/states/MatMul"
"""The node of the graph of speech that reads powers, whose range 8 bits cannot hold."""


@dataclass(frozen=True)
class FrontNetwork:
    """A front end that becomes part of a graph: its network, and the front end of what the graph then takes.

    `timed` says whether that has a time axis: the network is given its lengths, too. `shape` has what is behind it.
    """

    network: nn.Module
    takes: str
    timed: bool
    shape: tuple[int, ...]


def front_network(extractor: FrontEnd) -> FrontNetwork | None:
    """A front end as a network of its own; None for one that is no shipped network."""
    if isinstance(extractor, SpeechVector) and extractor.encoder == AI4ER_SMALL:
        states = copy.deepcopy(speech_states()).cpu()
        return FrontNetwork(SpeechVectorNetwork(states, extractor.layer), SAMPLES, timed=True, shape=())
    if isinstance(extractor, FaceVector | FaceLandmarks):
        network = FaceState() if isinstance(extractor, FaceVector) else FaceShape()
        size, channels = extractor.size, extractor.channels
        takes = f"image:size={size},channels={channels}"
        return FrontNetwork(network, takes, timed=False, shape=(channels, size, size))
    return None


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
