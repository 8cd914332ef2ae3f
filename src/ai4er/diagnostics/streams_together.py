"""Streams together: two streams show a number each, and the class is their sum, which neither of them knows.

The spectrogram shows one of four patterns, and the frames of speech one of four others. The class is the sum of both
numbers, modulo four: with either number every class is as likely, and what the streams say of it cannot be added up.

Arrays `spectrogram` (8, 8) and `speech` (8, 6).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_FRAMES, _SIGNAL, _NOISE = 8, 2.0, 0.5
_WIDTHS = {"spectrogram": 8, "speech": 6}
_SIZES = {"train": 320, "valid": 64, "test": 256}


def records(seed: int) -> Records:
    """640 recordings, as many of each pair of numbers."""
    generator = np.random.default_rng([seed, 227])
    patterns = {
        name: _SIGNAL * np.linalg.qr(generator.standard_normal((width, width)))[0] for name, width in _WIDTHS.items()
    }
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            shown = {"spectrogram": number % SPACE.size, "speech": number // SPACE.size % SPACE.size}
            frames = {
                name: patterns[name][k] + _NOISE * generator.standard_normal((_FRAMES, _WIDTHS[name]))
                for name, k in shown.items()
            }
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="streams_together", speaker=f"{split}-{number}", split=split,
                    label=SPACE.names[sum(shown.values()) % SPACE.size],
                    arrays={name: x.astype(np.float32) for name, x in frames.items()},
                )
            )  # fmt: skip
    return Records(made)
