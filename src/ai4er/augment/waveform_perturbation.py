"""Recordings made faster or slower, and with stretches and frequencies missing, as batches of waveforms.

Source: the time-domain SpecAugment of Ravanelli et al., "SpeechBrain", 2021 (arXiv 2106.04624), section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def perturb_speed(samples: Tensor, lengths: Tensor, speed: float) -> tuple[Tensor, Tensor]:
    """The samples (batch, samples) played `speed` times as fast, pitch included, and their lengths (batch,).

    Linear interpolation: what lies above the band is little in speech, and speeds are near 1.
    """
    if speed == 1:
        return samples, lengths
    size = max(1, round(samples.shape[1] / speed))
    played = functional.interpolate(samples.unsqueeze(1), size=size, mode="linear", align_corners=False).squeeze(1)
    shorter = (lengths / speed).round().long().clamp(min=1, max=size)
    return played * (torch.arange(size, device=samples.device) < shorter.unsqueeze(1)), shorter


def drop_stretches(
    samples: Tensor, lengths: Tensor, most: int = 5, shortest: int = 1000, longest: int = 2000
) -> Tensor:
    """The samples with up to `most` stretches of `shortest` to `longest` samples of each row set to zero."""
    number, places = len(samples), torch.arange(samples.shape[1], device=samples.device)
    shape = (number, most)
    chosen = torch.rand(shape, device=samples.device).argsort(1) < torch.randint(
        most + 1, (number, 1), device=samples.device
    )
    width = torch.randint(shortest, longest + 1, shape, device=samples.device)
    first = (torch.rand(shape, device=samples.device) * (lengths.unsqueeze(1) - width).clamp(min=0)).long()
    for stretch in range(most):
        begin, end = first[:, stretch, None], (first + width)[:, stretch, None]
        samples = samples * ~((places >= begin) & (places < end) & chosen[:, stretch, None])
    return samples


def drop_frequencies(samples: Tensor, most: int = 3, taps: int = 101, width: float = 0.05) -> Tensor:
    """The samples without up to `most` narrow bands, the same in all rows; `width` is a share of the band."""
    half = taps // 2
    places = torch.arange(-half, half + 1, device=samples.device, dtype=samples.dtype)
    window = torch.blackman_window(taps, periodic=False, device=samples.device, dtype=samples.dtype)

    def low_pass(cutoff: Tensor) -> Tensor:
        """A filter that keeps frequencies below a share of the band."""
        kernel = torch.sinc(cutoff * places) * window
        return kernel / kernel.sum()

    impulse = (places == 0).to(samples.dtype)
    for centre in torch.rand(int(torch.randint(most + 1, ())), device=samples.device):
        low, high = (centre - width).clamp(min=1e-3), (centre + width).clamp(max=1 - 1e-3)
        notch = low_pass(low) + impulse - low_pass(high)
        samples = functional.conv1d(samples.unsqueeze(1), notch.view(1, 1, -1), padding=half).squeeze(1)
    return samples
