"""Spatial coherence: whether the electrodes that go up and down together are neighbours.

In the class `local` every window shows a smooth field over the head, so that neighbouring electrodes rise and
fall together. In the class `scattered` the same kind of field is dealt out to the 62 electrodes in a random order that
holds for the whole record. By itself every electrode has the same course in both classes (independent normal
values of one variance), and as many electrodes agree with each other; only where the agreeing ones are
differs. A network in which electrodes meet in a sum at the end sees next to nothing of that; each must be read
together with its neighbours, window by window.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.nn.electrodes import SEED_CHANNELS, distances
from ai4er.records import Record, Records

SPACE = LabelSpace(name="spatial_coherence", kind="single", names=("local", "scattered"), source="generated")
SIZES = {"train": 240, "valid": 40, "test": 200}
WINDOWS, BANDS, ACTIVE_BAND, REACH = 4, 5, 2, 0.15


def records(seed: int) -> Records:
    """Arrays `eeg` (4 windows, 62 channels, 5 bands); the field is in the third band, the others are noise."""
    generator = np.random.default_rng([seed, 62])
    smooth = np.exp(-0.5 * (distances() / REACH) ** 2)
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
    return Records(
        _record(f"{split}{number}", split, number % SPACE.size, smooth, generator)
        for split, size in SIZES.items()
        for number in range(size)
    )


def _record(name: str, split: str, label: int, smooth: np.ndarray, generator: np.random.Generator) -> Record:
    eeg = generator.standard_normal((WINDOWS, len(SEED_CHANNELS), BANDS))
    field = eeg[..., ACTIVE_BAND] @ smooth.T
    eeg[..., ACTIVE_BAND] = field[:, generator.permutation(len(SEED_CHANNELS))] if label else field
    return Record(
        id=name, corpus="spatial_coherence", split=split, label=SPACE.names[label],
        arrays={"eeg": eeg.astype(np.float32)},
    )  # fmt: skip
