"""Foreign hum: the same tells the classes apart in both domains, and the target has hum that the source has not.

An image is a spectrogram of 32 bands and 32 times. Each class has a sweep of its own, up or down, slow or fast, at a
random place. Every recording of the target has three steady tones in bands of its own besides, louder than the sweep;
the source has none. Nothing in the source says that tones do not matter: only the unlabelled recordings show them.

Array `image` (1, 32, 32); `train` and `valid` are the source, `unlabelled` and `test` the target.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZE, _TONES, _NOISE = 32, 3, 0.1
_SWEEP, _TONE = 0.5, 0.8
_SLOPES = (0.4, 1.2, -0.4, -1.2)  # bands a step, by class
_LENGTH = 16  # steps of a sweep
_SIZES = {"train": 160, "valid": 40, "unlabelled": 160, "test": 200}


def records(seed: int) -> Records:
    """Balanced classes in every split; the items of `unlabelled` have no label."""
    generator = np.random.default_rng([seed, 131])
    return Records(
        Record(
            id=f"{split}-{number}", corpus="source" if split in ("train", "valid") else "target",
            speaker=f"{split}-{number}", split=split,
            label=None if split == "unlabelled" else SPACE.names[number % SPACE.size],
            arrays={"image": _image(number % SPACE.size, split in ("unlabelled", "test"), generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _image(label: int, hums: bool, generator: np.random.Generator) -> np.ndarray:
    image = np.abs(_NOISE * generator.standard_normal((_SIZE, _SIZE)))
    steps = np.arange(_LENGTH)
    rise = np.rint(_SLOPES[label] * steps).astype(int)
    rise -= rise.min()
    first, start = generator.integers(_SIZE - rise.max()), generator.integers(_SIZE - _LENGTH + 1)
    image[first + rise, start + steps] += _SWEEP
    if hums:
        image[generator.choice(_SIZE, _TONES, replace=False)] += _TONE
    return image[None].astype(np.float32)
