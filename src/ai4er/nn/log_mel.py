"""The log-mel spectrogram of a batch of waveforms, on the device where they are."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.features._spectrum import hann, mel_filters

_DYNAMIC_RANGE = 80.0  # decibels
_SILENT = 1e-3  # a deviation in decibels below which there is nothing to bring to variance 1


class LogMel(nn.Module):
    """The values of the front end `log_mel` with `normalise=utterance`, for waveforms made during training.

    forward: samples (batch, samples), zero behind lengths (batch,) -> (batch, frames, bands), zero behind the frames,
    and the number of frames (batch,). Every item has mean 0 and variance 1 over its frames and bands together.
    """

    window: Tensor
    filters: Tensor

    def __init__(self, sample_rate: int, bands: int, n_fft: int, hop: int) -> None:
        super().__init__()
        self.n_fft, self.hop = n_fft, hop
        filters = torch.from_numpy(mel_filters(sample_rate, n_fft, bands).toarray().T.copy()).float()
        self.register_buffer("window", torch.from_numpy(hann(n_fft).copy()).float(), persistent=False)
        self.register_buffer("filters", filters, persistent=False)

    @torch.no_grad()
    def forward(self, samples: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        spectrum = torch.stft(
            samples.float(), self.n_fft, self.hop, window=self.window, pad_mode="constant", return_complex=True
        )
        power = (spectrum.real.square() + spectrum.imag.square()).transpose(1, 2) @ self.filters
        frames = 1 + (lengths + self.n_fft // 2 * 2 - self.n_fft) // self.hop
        real = (torch.arange(power.shape[1], device=power.device) < frames.unsqueeze(1)).unsqueeze(-1)
        decibels = 10 * power.clamp(min=1e-10).log10()
        loudest = decibels.masked_fill(~real, -torch.inf).amax((1, 2), keepdim=True)
        decibels = decibels.maximum(loudest - _DYNAMIC_RANGE)
        count = (frames * power.shape[2]).view(-1, 1, 1)
        centred = (decibels - (decibels * real).sum((1, 2), keepdim=True) / count) * real
        deviation = (centred.square().sum((1, 2), keepdim=True) / count).sqrt()
        return torch.where(deviation > _SILENT, centred / deviation, 0.0), frames
