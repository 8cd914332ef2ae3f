"""Convolutions that halve frames and bands, blind to padding."""

from __future__ import annotations

from torch import Tensor, nn

from ai4er.nn.batch_normalisation import BatchNormalisation


class StridedConvolution(nn.Module):
    """3 x 3 convolution of stride 2, batch norm where asked for, ReLU; what lies behind the end stays zero.

    forward: x (batch, channels, frames, bands), zero where mask (batch, frames) is False -> half as many frames and
    bands, rounded up, and their mask. Statistics are those of real frames.
    """

    def __init__(self, channels: int, filters: int, normalised: bool = True) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(channels, filters, 3, stride=2, padding=1)
        self.norm = BatchNormalisation(filters) if normalised else None

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x, mask = self.convolution(x), mask[:, ::2]
        if self.norm is not None:
            last = x.permute(0, 2, 3, 1)
            real = self.norm(last[mask].flatten(0, 1)).view_as(last[mask])
            filled = real.new_zeros(last.shape)
            filled[mask] = real
            x = filled.permute(0, 3, 1, 2)
        return x.relu() * mask[:, None, :, None], mask
