"""The noise of one place, known from a single short recording, laid over batches of waveforms."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ai4er.augment.noise import pink, white
from ai4er.errors import Ai4erError
from ai4er.features.media import load_audio

RATE = 16_000
_SECONDS = 30
_GENERATED = {"white": white, "pink": pink}


def noise_recording(name: str, seed: int) -> Tensor:
    """(samples,) at 16 kHz: 30 s of `white` or `pink` noise of this seed, or what is in a file.

    A file is looked for as it is named, and in AI4ER_DATA. Raises `Ai4erError` where it is not found.
    """
    if name in _GENERATED:
        return torch.from_numpy(_GENERATED[name](_SECONDS * RATE, np.random.default_rng(seed)))
    places = [Path(name), Path(os.environ.get("AI4ER_DATA", ".")) / name]
    file = next((place for place in places if place.is_file()), None)
    if file is None:
        raise Ai4erError(f"noise {name}: no such file, here or in AI4ER_DATA: name a recording, white or pink")
    return torch.from_numpy(load_audio(file, RATE))


def segments(noise: Tensor, count: int, length: int, generator: torch.Generator | None = None) -> Tensor:
    """Random parts (count, length) of a recording (samples,), which begins anew where it is over."""
    first = torch.randint(len(noise), (count, 1), generator=generator).to(noise.device)
    return noise[(first + torch.arange(length, device=noise.device)) % len(noise)]


def contaminated(x: Tensor, noise: Tensor, decibels: Tensor) -> Tensor:
    """x + g n, g = mean|x| / (mean|n| 10^(s / 10)): x and n (batch, samples), s (batch,) -> (batch, samples).

    As in the released code: amplitudes stand in place of powers, so that s is about half the usual ratio in decibels.
    Both means are over whole rows, padding included, and the padding becomes noisy too.
    """
    gain = x.abs().mean(1) / (noise.abs().mean(1).clamp(min=1e-8) * 10 ** (decibels / 10))
    return x + gain.unsqueeze(1) * noise
