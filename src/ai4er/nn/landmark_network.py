"""The network that finds the landmarks of a face."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

SIDE = 256
"""Pixels of an image's side."""
LANDMARKS = 478
"""468 of the face, then five of each iris."""
_STAGES = ((16, 8), (32, 16), (64, 32), (128, 64), (128, 64), (128, 64), (128, 64))
"""Channels of each map, half as large as the one before, and of the convolutions between two of them."""
_BLOCKS = 4


class Block(nn.Module):
    """PReLU(x + 1x1(3x3 of each channel(PReLU(1x1 x)))), (batch, inputs, height, width) -> (batch, outputs, ...).

    With `halves` the first convolution is 2x2 with stride 2, x the maximum of such squares, and channels that it lacks
    are 0.
    """

    def __init__(self, inputs: int, outputs: int, inner: int, halves: bool = False) -> None:
        super().__init__()
        self.halves, self.more = halves, outputs - inputs
        self.reduce = nn.Conv2d(inputs, inner, 2, 2) if halves else nn.Conv2d(inputs, inner, 1)
        self.first = nn.PReLU(inner)
        self.each = nn.Conv2d(inner, inner, 3, 1, 1, groups=inner)
        self.expand = nn.Conv2d(inner, outputs, 1)
        self.second = nn.PReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(self.each(self.first(self.reduce(x))))
        if self.halves:
            x = functional.pad(functional.max_pool2d(x, 2), (0, 0, 0, 0, 0, self.more))
        whole: Tensor = self.second(x + y)
        return whole


class LandmarkNetwork(nn.Module):
    """Colour images (batch, 3, 256, 256) in [0, 1] -> (batch, 478, 3): right, down and depth, in pixels.

    The face is upright, in the middle, and about three quarters of the image. Source: Grishchenko et al.,
    "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time", CVPR Workshops 2020, and the model card of
    MediaPipe Face Mesh V2, whose network has no attention.
    """

    def __init__(self) -> None:
        super().__init__()
        inputs = _STAGES[0][0]
        self.stem, self.first = nn.Conv2d(3, inputs, 3, 2), nn.PReLU(inputs)
        blocks = []
        for number, (outputs, inner) in enumerate(_STAGES):
            if number:
                blocks.append(Block(inputs, outputs, inner, halves=True))
            blocks += [Block(outputs, outputs, inner) for _ in range(_BLOCKS)]
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.places = nn.Conv2d(inputs, 3 * LANDMARKS, 2)

    def forward(self, images: Tensor) -> Tensor:
        x = self.first(self.stem(functional.pad(images, (0, 1, 0, 1))))
        found: Tensor = self.places(self.blocks(x)).view(-1, LANDMARKS, 3)
        return found
