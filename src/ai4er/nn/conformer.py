"""The Conformer: attention for what is far apart, convolutions for what is near.

Source: Gulati et al., "Conformer: convolution-augmented transformer for speech recognition", Interspeech 2020.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.batch_normalisation import BatchNormalisation
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.strided_convolution import StridedConvolution


class RelativeAttention(nn.Module):
    """softmax(((q_i + u) k_j + (q_i + v) W p_{i-j}) / sqrt(d)) over the real steps j, in several heads.

    forward: x (batch, steps, features), mask (batch, steps) -> (batch, steps, features). Source: Dai et al.,
    "Transformer-XL", ACL 2019, section 3.3; p are sinusoidal positions of the distance i - j.
    """

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.output = (nn.Linear(features, features) for _ in range(4))
        self.position = nn.Linear(features, features, bias=False)
        self.content_bias = nn.Parameter(torch.zeros(heads, features // heads))
        self.position_bias = nn.Parameter(torch.zeros(heads, features // heads))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        steps = x.shape[1]
        query, key, value = (part(x).unflatten(-1, (self.heads, -1)) for part in (self.query, self.key, self.value))
        distances = self.position(_distances(steps, x.shape[2], x.device).to(x.dtype)).unflatten(-1, (self.heads, -1))
        near = torch.einsum("bihf,bjhf->bhij", query + self.content_bias, key)
        far = torch.einsum("bihf,dhf->bhid", query + self.position_bias, distances)
        places = torch.arange(steps, device=x.device)
        between = (places.unsqueeze(1) - places + steps - 1).expand(*far.shape[:2], -1, -1)
        scores = (near + far.gather(-1, between)) * query.shape[-1] ** -0.5
        weights = scores.masked_fill(~mask[:, None, None], torch.finfo(scores.dtype).min).softmax(-1)
        attended: Tensor = self.output(torch.einsum("bhij,bjhf->bihf", weights, value).flatten(2))
        return attended


def _distances(steps: int, features: int, device: torch.device) -> Tensor:
    """Positions of the distances from -(steps - 1) to steps - 1: the sine is odd and the cosine even."""
    ahead = sinusoidal_positions(steps, features, device)
    odd = torch.where(torch.arange(features, device=device) % 2 == 0, -1.0, 1.0)
    return torch.cat([ahead[1:].flip(0) * odd, ahead])


class ConvolutionModule(nn.Module):
    """Pointwise, GLU, depthwise, batch norm of the real steps, Swish, pointwise; zero behind the end."""

    def __init__(self, features: int, kernel: int) -> None:
        super().__init__()
        self.entry = nn.Linear(features, 2 * features)
        self.depthwise = nn.Conv1d(features, features, kernel, padding=kernel // 2, groups=features)
        self.norm = BatchNormalisation(features)
        self.exit = nn.Linear(features, features)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = nn.functional.glu(self.entry(x), -1) * mask.unsqueeze(-1)
        x = self.depthwise(x.transpose(1, 2)).transpose(1, 2)
        real = self.exit(nn.functional.silu(self.norm(x[mask])))
        filled = real.new_zeros(x.shape)
        filled[mask] = real
        return filled


class ConformerBlock(nn.Module):
    """x + FF / 2, + attention, + convolution, + FF / 2, then layer norm; each part reads its input normalised."""

    def __init__(self, features: int, heads: int, inner: int, kernel: int, dropout: float) -> None:
        super().__init__()
        self.before, self.after = (
            nn.Sequential(nn.LayerNorm(features), nn.Linear(features, inner), nn.SiLU(), nn.Dropout(dropout),
                          nn.Linear(inner, features), nn.Dropout(dropout))
            for _ in range(2)
        )  # fmt: skip
        self.attention, self.convolution = RelativeAttention(features, heads), ConvolutionModule(features, kernel)
        self.attention_norm, self.convolution_norm, self.norm = (nn.LayerNorm(features) for _ in range(3))
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x + self.before(x) / 2
        x = x + self.dropout(self.attention(self.attention_norm(x), mask))
        x = x + self.dropout(self.convolution(self.convolution_norm(x), mask))
        normalised: Tensor = self.norm(x + self.after(x) / 2)
        return normalised


class ConformerEncoder(nn.Module):
    """Two strided convolutions, a projection, and Conformer blocks.

    forward: x (batch, frames, bands), mask (batch, frames) -> (batch, steps, features) with a quarter of the frames,
    rounded up, and their mask.
    """

    def __init__(
        self, bands: int, features: int, blocks: int, heads: int, inner: int, kernel: int = 31, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.subsampling = nn.ModuleList(StridedConvolution(size, features, False) for size in (1, features))
        self.projection = nn.Linear(features * -(-bands // 4), features)
        self.dropout = nn.Dropout(dropout)
        self.blocks = nn.ModuleList(ConformerBlock(features, heads, inner, kernel, dropout) for _ in range(blocks))

    def forward(self, x: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        x = (x * mask.unsqueeze(-1)).unsqueeze(1)
        for convolution in self.subsampling:
            x, mask = convolution(x, mask)
        x = self.dropout(self.projection(x.transpose(1, 2).flatten(2)))
        for block in self.blocks:
            x = block(x, mask)
        return x, mask
