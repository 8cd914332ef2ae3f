"""Rhythm and pitch: one half of the class is how fast the beats come, the other whether the pitch is high or low.

Beats are bursts in a spectrum whose bands are drawn anew for every sequence, and come every six frames or every twelve.
The pitch is an input of its own, and wanders over four low or four high levels; the spectrum does not say it. Whoever
reads the content alone hears the beats, and reaches one half.

Arrays `mel` (40, 8) and `pitch` (40, 1), levels of which 0 is unvoiced.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 96, "valid": 32, "test": 100}
_FRAMES, _BANDS = 40, 8
_PERIODS = (6, 12)


def records(seed: int) -> Records:
    """228 sequences in four classes."""
    generator = np.random.default_rng([seed, 67])
    return Records(
        Record(
            id=f"{split}-{number}", corpus="rhythm_and_pitch", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size], arrays=_arrays(number % SPACE.size, generator),
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _arrays(label: int, generator: np.random.Generator) -> dict[str, np.ndarray]:
    slow, high = divmod(label, 2)
    period, steps = _PERIODS[slow], np.arange(_FRAMES)
    beats = (steps + generator.integers(period)) % period < period // 2
    spectrum = generator.uniform(0.3, 0.8, _BANDS)
    mel = 0.1 + beats[:, None] * spectrum + 0.05 * generator.standard_normal((_FRAMES, _BANDS))
    pitch = 40 + 20 * (4 * high + np.repeat(generator.integers(4, size=_FRAMES // 5), 5))
    return {"mel": mel.clip(0, 1).astype(np.float32), "pitch": pitch[:, None].astype(np.float32)}
