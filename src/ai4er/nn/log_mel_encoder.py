"""A small network for spectra, learnt from scratch where no pretrained speech network can be had."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.nn.log_mel import LogMel
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.stacked_frames import stacked_frames
from ai4er.nn.waveform_encoder import Masking, Steps

_HOP, _STACK = 320, 2


class LogMelEncoder(nn.Module):
    """Samples at 16 kHz -> log-mel -> convolutions -> linear, positions -> pre-norm transformer.

    It takes the place of a `WaveformEncoder`: `hidden` gives the input of the first transformer block and the output of
    every block, the last one after a closing layer norm. Every convolution halves frames and bands; without `channels`
    there is none, and two neighbouring frames (40 ms) are one step, which is several times as fast.
    """

    def __init__(
        self, bands: int = 40, channels: Sequence[int] = (8, 16, 32), dim: int = 96, layers: int = 2, heads: int = 4,
        dropout: float = 0.1, closing_norm: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.hidden_size, self.states_number = dim, layers + 1
        self.hop = _HOP * (2 ** len(channels) if channels else _STACK)
        self.log_mel = LogMel(16_000, bands, n_fft=512, hop=_HOP)
        self.convolutions = MaskedConvolutions(bands, channels) if channels else None
        self.projection = nn.Linear(self.convolutions.size if self.convolutions else _STACK * bands, dim)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(dim, heads, 4 * dim, dropout, "gelu", batch_first=True, norm_first=True)
            for _ in range(layers)
        )
        self.layer_norm: nn.Module = nn.LayerNorm(dim) if closing_norm else nn.Identity()

    def hidden(
        self, samples: Tensor, lengths: Tensor, depth: int | None = None, masking: Masking | None = None
    ) -> Steps:
        """samples (batch, samples), zero behind lengths (batch,) -> (batch, frames, states, hidden_size).

        Blocks above `depth` are not computed. `masking` (x, frames) -> x changes what the blocks read, (batch, frames,
        hidden_size) before its positions, such as by hiding spans of it.
        """
        x, frames = self.log_mel(samples, lengths)
        if self.convolutions is None:
            x, mask = stacked_frames(x, frames, x.shape[1], _STACK)
        else:
            mask = torch.arange(x.shape[1], device=x.device) < frames.unsqueeze(1)
            x, mask = self.convolutions(x, mask)
        x = self.projection(x) if masking is None else masking(self.projection(x), mask.sum(1))
        states = [self.dropout(x + sinusoidal_positions(x.shape[1], x.shape[2], x.device))]
        for layer in self.layers[:depth]:
            states.append(layer(states[-1], src_key_padding_mask=~mask))
        if len(states) == self.states_number:
            states[-1] = self.layer_norm(states[-1])
        return Steps(torch.stack(states, dim=2), mask.sum(1))
