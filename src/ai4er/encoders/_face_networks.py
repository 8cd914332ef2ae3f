"""The two networks of `ai4er-face`: one that knows people, one that finds landmarks."""

from __future__ import annotations

import functools
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders._load import weights
from ai4er.encoders._locate import AI4ER_FACE
from ai4er.nn.inception_resnet import InceptionResNet
from ai4er.nn.landmark_network import SIDE, LandmarkNetwork

_NEAR = 128
"""Pixels of the side to which a face is brought: eight tenths of what the network was trained on, half the time."""
_FAINTEST = 0.01
"""Added to the deviation of an image in [0, 1], so that an even one is not made loud."""
_EDGE = SIDE // 8
"""Pixels around a face in what the network of landmarks sees."""
_RIGHT, _LEFT = 33, 263
"""The outer corners of the person's right eye, on the left of the image, and left eye."""
_BATCH = 8
"""Images at once: their maps stay in the processor's cache."""
_Network = TypeVar("_Network", bound=nn.Module)


class FaceState(nn.Module):
    """Faces (batch, 1 or 3, size, size) in [0, 1] -> (batch, 896), the mean over the last map of the network."""

    def __init__(self) -> None:
        super().__init__()
        self.network = _taken(InceptionResNet(), "faces.")

    def forward(self, pixels: Tensor) -> Tensor:
        x = functional.interpolate(pixels, size=(_NEAR, _NEAR), mode="bilinear", align_corners=False)
        x = (x - x.mean((1, 2, 3), keepdim=True)) / (x.std((1, 2, 3), keepdim=True) + _FAINTEST)
        found: Tensor = self.network(x.expand(-1, 3, -1, -1)).mean((2, 3))
        return found


class FaceShape(nn.Module):
    """Faces (batch, 1 or 3, size, size) in [0, 1] -> (batch, 956), where the landmarks are, aligned."""

    def __init__(self) -> None:
        super().__init__()
        self.network = _taken(LandmarkNetwork(), "landmarks.")

    def forward(self, pixels: Tensor) -> Tensor:
        size = (SIDE - 2 * _EDGE, SIDE - 2 * _EDGE)
        x = functional.interpolate(pixels, size=size, mode="bilinear", align_corners=False)
        x = functional.pad(x.expand(-1, 3, -1, -1), (_EDGE, _EDGE, _EDGE, _EDGE), mode="replicate")
        return aligned(self.network(x)[..., :2])


def aligned(landmarks: Tensor) -> Tensor:
    """Landmarks (batch, 478, 2) -> (batch, 956), without their place, size and turn in the image."""
    x = landmarks - landmarks.mean(1, keepdim=True)
    x = x / x.square().sum((1, 2), keepdim=True).sqrt().clamp(min=1e-6)
    between = x[:, _LEFT] - x[:, _RIGHT]
    along, down = (between / between.norm(dim=1, keepdim=True).clamp(min=1e-6)).unsqueeze(2).unbind(1)
    right, below = x.unbind(2)
    return torch.stack((right * along + below * down, below * along - right * down), dim=2).flatten(1)


def seen(network: nn.Module, pixels: np.ndarray) -> np.ndarray:
    """What a network says of images (images, ...), a batch after the other."""
    device = next(network.parameters()).device
    parts = torch.from_numpy(pixels).contiguous(memory_format=torch.channels_last).split(_BATCH)
    with torch.inference_mode():
        return torch.cat([network(part.to(device)).cpu() for part in parts]).numpy()


@functools.lru_cache(maxsize=2)
def frozen(kind: type[_Network]) -> _Network:
    """A network with its weights, frozen, on the device that there is."""
    network = kind().eval().requires_grad_(False).to("cuda" if torch.cuda.is_available() else "cpu")
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def _taken(network: _Network, part: str) -> _Network:
    stored = weights(AI4ER_FACE)
    network.load_state_dict({n.removeprefix(part): one for n, one in stored.items() if n.startswith(part)})
    return network
