"""Four small convolutional networks for a spectrogram, as neural_structured_learning trains them for a device."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.vgg import vgg

Name = Literal["vgg15", "resnet9", "mobilenet15", "cnn6"]
Normalisation = Callable[[int], nn.Module]


class SamePadding(nn.Module):
    """A border so that a kernel at a stride gives size / stride, rounded up; an odd unit stands at the end.

    (batch, channels, height, width) -> the same with a border of `value`.
    """

    def __init__(self, kernel: int, stride: int, value: float = 0.0) -> None:
        super().__init__()
        self.kernel, self.stride, self.value = kernel, stride, value

    def forward(self, x: Tensor) -> Tensor:
        border = []
        for size in (x.shape[3], x.shape[2]):
            total = max(0, (-(-size // self.stride) - 1) * self.stride + self.kernel - size)
            border += [total // 2, total - total // 2]
        return functional.pad(x, border, value=self.value)


def convolution(inputs: int, outputs: int, kernel: int, stride: int = 1, groups: int = 1) -> nn.Sequential:
    """Convolution without bias whose output has size / stride, rounded up."""
    layer = nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False)
    return nn.Sequential(SamePadding(kernel, stride), layer)


class ResidualBlock(nn.Module):
    """ReLU(BN(3x3 of ReLU(BN(3x3 at stride 2 of x))) + 1x1 at stride 2 of x)."""

    def __init__(self, inputs: int, outputs: int, norm: Normalisation) -> None:
        super().__init__()
        self.inner = nn.Sequential(
            convolution(inputs, outputs, 3, 2), norm(outputs), nn.ReLU(), convolution(outputs, outputs, 3),
            norm(outputs),
        )  # fmt: skip
        self.shortcut = convolution(inputs, outputs, 1, 2)

    def forward(self, x: Tensor) -> Tensor:
        return (self.inner(x) + self.shortcut(x)).relu()


def _vgg15(channels: Sequence[int], norm: Normalisation) -> nn.Sequential:
    repeats = (2, 2, 3, 3, 3)
    return vgg([[size] * times for size, times in zip((*channels, channels[-1]), repeats)], 1, norm)


def _resnet9(channels: Sequence[int], norm: Normalisation) -> nn.Sequential:
    stem = [convolution(1, channels[0], 7, 2), norm(channels[0]), nn.ReLU()]
    pool = [SamePadding(3, 2, float("-inf")), nn.MaxPool2d(3, 2)]
    return nn.Sequential(*stem, *pool, *(ResidualBlock(a, b, norm) for a, b in pairwise(channels)))


def _mobilenet15(channels: Sequence[int], norm: Normalisation) -> nn.Sequential:
    layers: list[nn.Module] = [convolution(1, channels[0], 3, 2), norm(channels[0]), nn.ReLU()]
    inputs = channels[0]
    for outputs in channels[1:]:
        for stride in (1, 2):
            layers += [convolution(inputs, inputs, 3, stride, groups=inputs), norm(inputs), nn.ReLU()]
            layers += [convolution(inputs, outputs, 1), norm(outputs), nn.ReLU()]
            inputs = outputs
    return nn.Sequential(*layers)


def _cnn6(channels: Sequence[int], norm: Normalisation) -> nn.Sequential:
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise((1, *channels)):
        layers += [convolution(inputs, outputs, 5), norm(outputs), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers)


_MADE = {"vgg15": _vgg15, "resnet9": _resnet9, "mobilenet15": _mobilenet15, "cnn6": _cnn6}


class SpectrogramNetwork(nn.Module):
    """Convolutions -> mean over the map -> dropout (MobileNet alone) -> fc1 -> ReLU -> fc2.

    `channels` are four sizes, (64, 128, 256, 512) in the paper. `average` is the share that the running statistics of
    batch normalisation keep at each step. forward: x (batch, frames, bands) -> logits (batch, classes), and the
    activations of fc1 (batch, hidden), before the ReLU in VGG15 and CNN6 and after it in the others.
    """

    def __init__(self, name: Name, channels: Sequence[int], hidden: int, classes: int, average: float) -> None:
        super().__init__()
        self.rectified = name in ("resnet9", "mobilenet15")
        self.least = {"vgg15": 32, "cnn6": 16}.get(name, 1)  # five and four poolings that halve, rounded down
        self.convolutions = _MADE[name](channels, lambda size: nn.BatchNorm2d(size, eps=1e-3, momentum=1 - average))
        self.dropout = nn.Dropout(0.2 if name == "mobilenet15" else 0.0)
        self.fc1 = nn.Linear(channels[-1], hidden)
        self.fc2 = nn.Linear(hidden, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        before = self.fc1(self.dropout(self.convolutions(x.unsqueeze(1)).mean((2, 3))))
        after = torch.relu(before)
        return self.fc2(after), after if self.rectified else before
