"""Spoken accents: every word rises or falls, and how many of each there are is the valence.

An utterance has two to nine words of six frames each, with pauses of any length between them. In the frames of a word
one channel goes up or down evenly, from a level of its own; in the pauses it does both, but not in one go. Valence is
the mean over the words, arousal the share of words in which a second channel does. Three windows spread evenly over the
utterance meet some of its words at best; a window around each of them meets all.

Arrays `frames` (20 to 80, 4) and `words` (words, 2), times in frames.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["valence_arousal"]
WORD = 6  # frames
_SIZES = {"train": 240, "valid": 60, "test": 240}


def records(seed: int) -> Records:
    """540 utterances with valence and arousal from -1 to 1."""
    generator = np.random.default_rng([seed, 71])
    return Records(
        Record(
            id=f"{split}-{number}", corpus="spoken_accents", speaker=f"{split}-{number}", split=split,
            **dict(zip(("dimensions", "arrays"), _utterance(generator))),  # type: ignore[arg-type]
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _utterance(generator: np.random.Generator) -> tuple[dict[str, float], dict[str, np.ndarray]]:
    count = int(generator.integers(2, 10))
    pauses = generator.integers(0, 9, count + 1) + np.eye(count + 1, dtype=int)[0] * WORD
    starts = pauses[:-1].cumsum() + WORD * np.arange(count)
    share = generator.uniform(0, 1, 2)
    accents = np.where(generator.random((count, 2)) < share, 1.0, -1.0)
    frames = generator.normal(0, 1, (int(starts[-1] + WORD + pauses[-1]), 4))
    for start, accent in zip(starts, accents):
        ramp = np.linspace(-1.5, 1.5, WORD)[:, None] * accent
        frames[start : start + WORD, :2] = ramp + generator.normal(0, 0.3, (1, 2)) + generator.normal(0, 0.2, (WORD, 2))
    words = np.stack([starts, starts + WORD], axis=1).astype(np.float32)
    values = dict(zip(SPACE.names, accents.mean(0).tolist()))
    return values, {"frames": frames.astype(np.float32), "words": words}
