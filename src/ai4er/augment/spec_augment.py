"""SpecAugment: bands and stretches of a spectrogram made unreadable, after Park et al., Interspeech 2019.

A spectrogram is (frames, bands). What is masked takes the mean of the spectrogram, which is what zero is in the
paper, where spectrograms have mean zero.
"""

from __future__ import annotations

import numpy as np


def mask_bands(spectrum: np.ndarray, widest: int, generator: np.random.Generator) -> np.ndarray:
    """A copy with up to `widest` neighbouring bands masked."""
    return _masked(spectrum.T, widest, generator).T


def mask_frames(spectrum: np.ndarray, longest: int, generator: np.random.Generator) -> np.ndarray:
    """A copy with up to `longest` neighbouring frames masked."""
    return _masked(spectrum, longest, generator)


def cut_frames(spectrum: np.ndarray, most: int, generator: np.random.Generator) -> np.ndarray:
    """A part without up to `most` frames, of which some are lost at the start and the others at the end.

    One frame always stays.
    """
    lost = int(generator.integers(min(most, len(spectrum) - 1) + 1))
    first = int(generator.integers(lost + 1))
    return spectrum[first : first + len(spectrum) - lost]


def _masked(rows: np.ndarray, most: int, generator: np.random.Generator) -> np.ndarray:
    """A copy with up to `most` neighbouring rows, drawn evenly from 0 on, set to the mean of all."""
    width = int(generator.integers(min(most, len(rows)) + 1))
    first = int(generator.integers(len(rows) - width + 1))
    changed = rows.copy()
    changed[first : first + width] = rows.mean()
    return changed
