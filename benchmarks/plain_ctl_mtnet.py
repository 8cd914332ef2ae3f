"""The capsule network of CTL-MTNet written plainly, layer by layer, from its sheet."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

NAMES = {
    "blocks": "encoder.blocks", "normalisation.weight": "scale", "normalisation.bias": "shift",
    "primary": "encoder.primary", "attention_scale": "encoder.attention_scale", "said": "encoder.emotions",
}  # fmt: skip
"""Parts of parameter names here, and their names in the library."""


def squash(s: Tensor) -> Tensor:
    """|s|^2 / (1 + |s|^2) * s / |s|."""
    square = (s * s).sum(-1, keepdim=True)
    return square / (1 + square) * s / torch.sqrt(square + 1e-7)


class Block(nn.Module):
    """3 x 3 convolution, normalisation that never measures, ELU, 2 x 2 mean, dropout."""

    def __init__(self, channels: int, filters: int, dropout: float) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, filters, 3)
        self.normalisation = nn.BatchNorm2d(filters, eps=1e-3)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        norm = self.normalisation
        x = functional.batch_norm(
            self.convolution(x), norm.running_mean, norm.running_var, norm.weight, norm.bias, eps=norm.eps
        )
        return self.dropout(functional.avg_pool2d(functional.elu(x), 2))


class PlainCTLMTNet(nn.Module):
    """(batch, frames, coefficients) of one length -> logits (batch, classes)."""

    def __init__(self, classes: int = 7, channels: int = 64, size: int = 64) -> None:
        super().__init__()
        self.size = size
        self.blocks = nn.Sequential(
            Block(1, channels, 0.5), Block(channels, channels, 0.25), Block(channels, channels, 0.25)
        )
        self.primary = nn.Conv2d(channels, 6 * size, 3)
        self.attention_scale = nn.Parameter(torch.ones(()))
        self.said = nn.Linear(size, 6 * size, bias=False)
        self.dropout = nn.Dropout(0.2)
        self.classifier = nn.Linear(size, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.primary(self.blocks(x.unsqueeze(1)))
        u = squash(x.permute(0, 2, 3, 1).reshape(len(x), -1, self.size))
        u = u * ((self.attention_scale * (u @ u.transpose(1, 2))).softmax(2) @ u)
        return self.classifier(self.dropout(self.emotions(u).mean(1)))

    def emotions(self, u: Tensor) -> Tensor:
        """Three iterations of routing: (batch, capsules, size) -> (batch, 6, size)."""
        said = self.said(u).view(*u.shape[:2], 6, self.size)
        b = torch.zeros_like(said[..., 0])
        for iteration in range(3):
            o = torch.einsum("bij,bijs->bjs", b.softmax(2), said)
            if iteration < 2:
                b = torch.einsum("bijs,bjs->bij", said, functional.normalize(o, dim=2))
        return squash(o)
