"""`ai4er-small`: the lower layers of Whisper's encoder, made narrow."""

from __future__ import annotations

import functools

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders._load import weights
from ai4er.encoders._locate import AI4ER_SMALL
from ai4er.encoders._readers import HOP, LEVEL
from ai4er.features._spectrum import hann, mel_filters
from ai4er.nn.standardisation import Standardisation
from ai4er.nn.waveform_encoder import Masking, Steps
from ai4er.nn.whisper_encoder import BANDS, WhisperEncoder

RATE, SIZE, HEADS, LAYERS = 16_000, 512, 8, 2
INNER, RANKS = 960, {"conv2": 128, "q_proj": 64, "k_proj": 64}
_WINDOW, _HOP = 400, 160


class SpeechStates(nn.Module):
    """Log-mel as Whisper reads it -> the lower layers of its encoder.

    forward: samples (batch, samples) at 16 kHz, lengths (batch,) in samples, whole frames of 20 ms with zeros behind
    the end, all real without it -> the input of the first layer and the output of each, (batch, frames, 512), every
    value in units of its mean and deviation over speech; `layers` and `masking` as `WhisperEncoder` has them.
    """

    transform: Tensor
    filters: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.encoder = WhisperEncoder(SIZE, HEADS, LAYERS, INNER, RANKS)
        self.units = nn.ModuleList(Standardisation(SIZE) for _ in range(1 + LAYERS))
        angles = 2 * np.pi / _WINDOW * np.outer(np.arange(_WINDOW // 2 + 1), np.arange(_WINDOW))
        transform = np.concatenate([np.cos(angles), np.sin(angles)]) * hann(_WINDOW)
        self.register_buffer("transform", torch.from_numpy(transform).float().unsqueeze(1), persistent=False)
        filters = torch.from_numpy(mel_filters(RATE, _WINDOW, BANDS).toarray())
        self.register_buffer("filters", filters, persistent=False)

    def forward(
        self, samples: Tensor, lengths: Tensor | None = None, layers: int | None = None, masking: Masking | None = None
    ) -> tuple[Tensor, ...]:
        log_mel = self.log_mel(samples, lengths)
        states = self.encoder(log_mel, None if lengths is None else lengths // HOP, layers, masking)
        return tuple(units(state) for units, state in zip(self.units, states))

    def hidden(
        self, samples: Tensor, lengths: Tensor, depth: int | None = None, masking: Masking | None = None
    ) -> Steps:
        """Samples (batch, samples) of any level, zero behind lengths (batch,) -> (batch, frames, 1 + layers, 512)."""
        level = (samples.square().sum(1) / lengths.clamp(min=1)).sqrt().unsqueeze(1)
        x = torch.where(level > 1e-6, samples * (LEVEL / level.clamp(min=1e-6)), samples)
        frames = ((lengths + HOP - 1) // HOP).clamp(min=1)
        x = functional.pad(x, (0, HOP))
        states = self(x[:, : x.shape[1] // HOP * HOP], frames * HOP, depth, masking)
        return Steps(torch.stack(states, dim=2), frames)

    def log_mel(self, samples: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Decimal logarithms at most 8 below the highest of an item, plus 4, over 4: (batch, frames of 10 ms, 80)."""
        around = functional.pad(samples, (_WINDOW // 2, _WINDOW // 2 - _HOP)).unsqueeze(1)
        real, imaginary = functional.conv1d(around, self.transform, stride=_HOP).chunk(2, dim=1)
        x = (self.filters @ (real.square() + imaginary.square())).clamp(min=1e-10).log10()
        heard = x
        if lengths is not None:
            there = torch.arange(x.shape[2], device=x.device) < (lengths // _HOP).unsqueeze(1)
            heard = x.masked_fill(~there.unsqueeze(1), -10.0)
        return ((torch.maximum(x, heard.amax((1, 2), keepdim=True) - 8) + 4) / 4).transpose(1, 2)


def pretrained_states() -> SpeechStates:
    """The network with its weights, to be trained or not."""
    network = SpeechStates()
    network.load_state_dict(weights(AI4ER_SMALL))
    return network


@functools.lru_cache(maxsize=1)
def speech_states() -> SpeechStates:
    """The network with its weights, frozen, on the device that there is."""
    network = pretrained_states().eval().requires_grad_(False)
    return network.to("cuda" if torch.cuda.is_available() else "cpu")
