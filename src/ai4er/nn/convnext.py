"""The residual branch of a ConvNeXt block over time."""

from __future__ import annotations

from torch import Tensor, nn


class ConvNeXtBranch(nn.Module):
    """Depthwise convolution over time, layer norm, linear to `expansion` times as many channels, GELU, linear back.

    forward: x (batch, time, features), zero behind the end -> the same shape; the caller adds the residual.
    Source: Liu et al., "A ConvNet for the 2020s", CVPR 2022, section 2.6, without layer scale.
    """

    def __init__(self, features: int, kernel: int = 7, expansion: int = 4) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(features, features, kernel, padding=kernel // 2, groups=features)
        self.norm = nn.LayerNorm(features)
        self.pointwise = nn.Sequential(
            nn.Linear(features, expansion * features), nn.GELU(), nn.Linear(expansion * features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        mixed: Tensor = self.pointwise(self.norm(self.depthwise(x.transpose(1, 2)).transpose(1, 2)))
        return mixed
