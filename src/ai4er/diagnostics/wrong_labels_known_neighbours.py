"""Wrong labels, known neighbours: half of the training labels are wrong, and another view shows who is alike.

An item has a spectrum in which the pattern of its class is faint in noise, and frames in which its class is clear. Who
learns from spectra and labels alone learns the noise of the wrong ones by heart; who knows from the frames which
training items are alike cannot tell them apart by their wrong labels. The frames are no use by themselves at the end:
the source part (`pretrain`), whose labels are right, has spectra of noise, and a test item is judged by its spectrum.

Arrays `spectrum` (34, 16) and `frames` (6, 8).
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
WRONG = 0.5
_SIZES = {"pretrain": 64, "train": 192, "valid": 24, "test": 200}
_SPECTRUM, _FRAMES, _FAINT = (34, 16), (6, 8), 0.7


def records(seed: int) -> Records:
    """480 items of four classes, balanced but for the wrong labels; attributes["class"] is the right one."""
    generator = np.random.default_rng([seed, 127])
    patterns = generator.standard_normal((SPACE.size, 1, _SPECTRUM[1]))
    places = np.linalg.qr(generator.standard_normal((_FRAMES[1], SPACE.size)))[0].T
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            kind = number % SPACE.size
            wrong = split == "train" and generator.random() < WRONG
            label = (kind + int(wrong) * int(generator.integers(1, SPACE.size))) % SPACE.size
            spectrum = _FAINT * (split != "pretrain") * patterns[kind] + generator.standard_normal(_SPECTRUM)
            frames = 2 * places[kind] + 0.3 * generator.standard_normal(_FRAMES)
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="wrong_labels_known_neighbours", speaker=f"{split}-{number}",
                    split=split, label=SPACE.names[label], attributes={"class": SPACE.names[kind]},
                    arrays={"spectrum": spectrum.astype(np.float32), "frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
