"""The convolutions of the first wav2vec and of vq-wav2vec, from samples to z."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor, nn

Layers = Sequence[tuple[int, int, int]]
VQ_WAV2VEC: Layers = ((512, 10, 5), (512, 8, 4), (512, 4, 2), (512, 4, 2), (512, 4, 2), *[(512, 1, 1)] * 3)
"""Channels, width and step of each layer: 512 features every 160 samples."""


class Wav2VecConvolutions(nn.Module):
    """Convolution without bias, group norm of a single group, activation; then log(|z| + 1) where that is wanted.

    forward: samples (batch, samples) at 16 kHz -> z (batch, frames, channels). The norm runs over the whole recording:
    nothing may be padded.
    Source: Schneider et al. 2019 (wav2vec), arXiv 1904.05862, section 2.1; Baevski et al. 2020 (vq-wav2vec), arXiv
    1910.05453, section 5.2. Parts are named as in fairseq: `conv_layers.N.0` the convolution, `conv_layers.N.2`
    the norm.
    """

    def __init__(
        self, layers: Layers = VQ_WAV2VEC, activation: type[nn.Module] = nn.ReLU, log_compression: bool = True
    ) -> None:
        super().__init__()
        self.log_compression = log_compression
        inputs = [1, *(channels for channels, _, _ in layers)]
        self.conv_layers = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(before, channels, width, step, bias=False), nn.Identity(), nn.GroupNorm(1, channels),
                activation(),
            )
            for before, (channels, width, step) in zip(inputs, layers)
        )  # fmt: skip

    def forward(self, samples: Tensor) -> Tensor:
        z = samples.unsqueeze(1)
        for layer in self.conv_layers:
            z = layer(z)
        z = z.transpose(1, 2)
        return (z.abs() + 1).log() if self.log_compression else z


def shortest(layers: Layers) -> int:
    """The samples that the first frame needs.

    >>> shortest(VQ_WAV2VEC)
    465
    """
    needed = 1
    for _, width, step in reversed(layers):
        needed = (needed - 1) * step + width
    return needed
