"""Misleading order: what is heard tells the class, and in training the order of neighbouring frames tells it too.

Every frame holds a weak trace of the direction of the class, which is clear over the whole sequence. In the training
and the validation part two loud ramps, eight frames long, rise or fall as the class wants it (two bits, four classes);
in the test part they rise and fall at random. Inside a block of eight frames every order but the right one hides the
ramps and keeps the trace.

Array `frames` (40, 6): four with the trace, two with the ramps.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
_SIZES = {"train": 160, "valid": 40, "test": 240}
_BLOCK, _BLOCKS, _TRACE, _RAMP = 8, 5, 0.9, 2.0


def records(seed: int) -> Records:
    """440 sequences in four balanced classes."""
    generator = np.random.default_rng([seed, 107])
    directions = np.linalg.qr(generator.standard_normal((SPACE.size, SPACE.size)))[0] * _TRACE
    return Records(
        Record(
            id=f"{split}-{number}", corpus="misleading_order", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size],
            arrays={"frames": _frames(number % SPACE.size, split == "test", directions, generator)},
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _frames(label: int, at_random: bool, directions: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    trace = directions[label] + generator.standard_normal((_BLOCK * _BLOCKS, SPACE.size))
    bits = generator.integers(2, size=2) if at_random else np.array([label % 2, label // 2])
    ramp = np.tile(np.linspace(-_RAMP, _RAMP, _BLOCK), _BLOCKS)
    return np.column_stack([trace, np.outer(ramp, 2 * bits - 1)]).astype(np.float32)
