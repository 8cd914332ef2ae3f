"""Two recordings heard at the same time."""

from __future__ import annotations

import numpy as np


def fitted(samples: np.ndarray, length: int, generator: np.random.Generator) -> np.ndarray:
    """`length` samples: a random part of a longer recording; a shorter one repeated, begun anywhere."""
    if len(samples) > length:
        start = int(generator.integers(len(samples) - length + 1))
        return samples[start : start + length]
    if len(samples) == length:
        return samples
    return np.take(samples, int(generator.integers(len(samples))) + np.arange(length), mode="wrap")


def rms(samples: np.ndarray) -> float:
    """The root of the mean square of the samples."""
    return float(np.sqrt(np.mean(np.square(samples, dtype=np.float64))))


def at_level(samples: np.ndarray, level: float) -> np.ndarray:
    """The samples with another root mean square; silence stays silent."""
    own = rms(samples)
    return samples * np.float32(level / own) if own > 0 else samples


def mixed(anchor: np.ndarray, partner: np.ndarray, share: float) -> np.ndarray:
    """(r a + (1 - r) b) / sqrt(r^2 + (1 - r)^2), with b at the level of a and r the share of the anchor a.

    Both are (samples,) of one length. Where the two are uncorrelated, the level of the mixture is that of the anchor.
    """
    if share == 1:
        return anchor
    partner = at_level(partner, rms(anchor))
    weight = float(np.hypot(share, 1 - share))
    return np.float32(share / weight) * anchor + np.float32((1 - share) / weight) * partner
