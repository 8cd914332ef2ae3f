"""The x-vector network: who speaks, from frames of any number."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional


class XVector(nn.Module):
    """A projection, time-delay layers with ReLU, mean and deviation over time, an embedding.

    forward: x (batch, frames, features), lengths (batch,) -> (batch, embedding). A layer sees `kernel` frames,
    `dilation` apart, so that the sequence becomes shorter by `context` frames in all; shorter ones are continued with
    zeros until two frames are left, which is what a deviation needs.
    Source: Snyder et al., "X-vectors: robust DNN embeddings for speaker recognition", ICASSP 2018.
    """

    def __init__(
        self, features: int, channels: Sequence[int] = (512, 512, 512, 512, 1500),
        kernels: Sequence[int] = (5, 3, 3, 1, 1), dilations: Sequence[int] = (1, 2, 3, 1, 1), embedding: int = 512,
    ) -> None:  # fmt: skip
        super().__init__()
        self.projection = nn.Linear(features, channels[0])
        sizes = (channels[0], *channels)
        self.layers = nn.ModuleList(
            nn.Conv1d(one, other, kernel, dilation=dilation)
            for one, other, kernel, dilation in zip(sizes, channels, kernels, dilations)
        )
        self.context = sum((kernel - 1) * dilation for kernel, dilation in zip(kernels, dilations))
        self.output = nn.Linear(2 * channels[-1], embedding)

    def frames(self, x: Tensor) -> Tensor:
        """The last time-delay layer, (batch, frames - context, channels)."""
        x = self.projection(x).transpose(1, 2)
        for layer in self.layers:
            x = layer(x).relu()
        return x.transpose(1, 2)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        least = self.context + 2
        real = torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1)
        x = functional.pad(x * real.unsqueeze(-1), (0, 0, 0, max(0, least - x.shape[1])))
        x = self.frames(x)
        count = (lengths.clamp(min=least) - self.context).unsqueeze(1)
        there = (torch.arange(x.shape[1], device=x.device) < count).unsqueeze(-1)
        mean = (x * there).sum(1) / count
        variance = ((x - mean.unsqueeze(1)) * there).square().sum(1) / (count - 1)
        embedding: Tensor = self.output(torch.cat([mean, (variance + 1e-10).sqrt()], 1))
        return embedding
