"""Sinusoidal positions (Vaswani et al., "Attention Is All You Need", 2017, section 3.5)."""

from __future__ import annotations

import torch
from torch import Tensor


def sinusoidal_positions(frames: int, features: int, device: torch.device | str | None = None) -> Tensor:
    """p[t, 2i] = sin(t / 10000^(2i / features)) and p[t, 2i + 1] its cosine: (frames, features).

    >>> sinusoidal_positions(2, 4)[0].tolist()
    [0.0, 1.0, 0.0, 1.0]
    """
    steps = torch.arange(frames, device=device, dtype=torch.float32)
    channels = torch.arange(features, device=device)
    rates = torch.pow(10000.0, -(channels - channels % 2) / features)
    angles = steps.unsqueeze(1) * rates
    return torch.where(channels % 2 == 0, angles.sin(), angles.cos())
