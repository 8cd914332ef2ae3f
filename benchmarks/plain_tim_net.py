"""TIM-Net written plainly, layer by layer, from its sheet: the yardstick of speed and of the equality test."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.systems.speech.tim_net import Network


class CausalConvolution(nn.Module):
    """A kernel-2 convolution that sees the present and one earlier frame, (batch, channels, frames)."""

    def __init__(self, channels: int, kernel: int, dilation: int) -> None:
        super().__init__()
        self.padding = (kernel - 1) * dilation
        self.convolution = nn.Conv1d(channels, channels, kernel, dilation=dilation)

    def forward(self, x: Tensor) -> Tensor:
        return self.convolution(functional.pad(x, (self.padding, 0)))


class Block(nn.Module):
    """F * sigmoid(v), v = two times (convolution, normalisation, ReLU, channel dropout)."""

    def __init__(self, channels: int, kernel: int, dilation: int, dropout: float) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            *(
                part
                for _ in range(2)
                for part in (
                    CausalConvolution(channels, kernel, dilation),
                    nn.BatchNorm1d(channels, eps=1e-3, momentum=0.01),
                    nn.ReLU(),
                    nn.Dropout1d(dropout),
                )
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.sigmoid(self.layers(x))


class PlainTIMNet(nn.Module):
    """(batch, frames, features) of one length -> logits (batch, classes)."""

    def __init__(self, features: int = 39, classes: int = 7, blocks: int = 8, dropout: float = 0.1) -> None:
        super().__init__()
        self.entries = nn.ModuleList(nn.Conv1d(features, features, 1) for _ in range(2))
        self.directions = nn.ModuleList(
            nn.ModuleList(Block(features, 2, 2**j, dropout) for j in range(blocks)) for _ in range(2)
        )
        self.fusion = nn.Parameter(torch.empty(blocks).uniform_(-0.05, 0.05))
        self.classifier = nn.Linear(features, classes)

    def forward(self, x: Tensor) -> Tensor:
        forward, backward = (
            entry(flow.transpose(1, 2)) for entry, flow in zip(self.entries, (x, x.flip(1)), strict=True)
        )
        scales = []
        for ahead, behind in zip(*self.directions, strict=True):
            forward, backward = ahead(forward), behind(backward)
            scales.append((forward + backward).mean(2))
        return self.classifier((torch.stack(scales, 1) * self.fusion[:, None]).sum(1))


def copy_weights(plain: PlainTIMNet, network: Network) -> None:
    """Carry the weights of the plain network over: both directions become one grouped computation."""
    with torch.no_grad():
        for stream, entry in enumerate(plain.entries):
            network.entry.weight[stream] = entry.weight[:, :, 0]
            network.entry.bias[stream] = entry.bias
        for stream, direction in enumerate(plain.directions):
            for block, whole in zip(direction, network.blocks, strict=True):
                for at, number in ((0, 1), (4, 2)):
                    convolution = block.layers[at].convolution
                    target = getattr(whole, f"convolution{number}")
                    target.weight[stream] = convolution.weight.permute(0, 2, 1).flatten(1)
                    target.bias[stream] = convolution.bias
                    norm, target = block.layers[at + 1], getattr(whole, f"norm{number}")
                    for name in ("weight", "bias", "running_mean", "running_var"):
                        getattr(target, name)[stream] = getattr(norm, name)
        network.fusion.copy_(plain.fusion)
        network.classifier.load_state_dict(plain.classifier.state_dict())
