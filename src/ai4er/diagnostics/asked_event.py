"""Asked event: one view asks for one of four events, and another view shows what each of them felt like.

The frames of `speech` hold four events of three frames each, in any order. Every event has a kind and an emotion, and
the four events of a recording have all four kinds and all four emotions, paired in a way of its own: over the whole
recording, neither says anything. The frames of `mfcc` name one kind, and the emotion of the event of that kind is the
class. `spectrogram` is noise.

Attributes `kinds` and `emotions` name the events in their order, `asked` the kind that is asked for.
Arrays `spectrogram` (12, 16), `mfcc` (12, 8) and `speech` (12, 12).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
KINDS, FRAMES = 4, 3  # FRAMES are those of an event
_SIGNAL, _NOISE = 3.0, 0.8
_SIZES = {"train": 480, "valid": 80, "test": 240}


def records(seed: int) -> Records:
    """800 recordings in four balanced classes."""
    generator = np.random.default_rng([seed, 211])
    shown = np.linalg.qr(generator.standard_normal((12, 12)))[0] * _SIGNAL
    asked = np.linalg.qr(generator.standard_normal((8, 8)))[0] * _SIGNAL
    return Records(
        Record(
            id=f"{split}-{number}", corpus="asked_event", speaker=f"{split}-{number}", split=split,
            label=SPACE.names[number % SPACE.size], **_recording(number % SPACE.size, shown, asked, generator),
        )
        for split, size in _SIZES.items()
        for number in range(size)
    )  # fmt: skip


def _recording(label: int, shown: np.ndarray, asked: np.ndarray, generator: np.random.Generator) -> dict[str, Any]:
    kinds, emotions = generator.permutation(KINDS), generator.permutation(SPACE.size)
    wanted = kinds[int(np.flatnonzero(emotions == label)[0])]
    events = np.repeat(shown[kinds] + shown[KINDS + emotions], FRAMES, axis=0)
    question = np.repeat(asked[[wanted]], len(events), axis=0)
    views = {"spectrogram": np.zeros((len(events), 16)), "mfcc": question, "speech": events}
    noisy = {name: x + _NOISE * generator.standard_normal(x.shape) for name, x in views.items()}
    return {
        "arrays": {name: x.astype(np.float32) for name, x in noisy.items()},
        "attributes": {"kinds": _digits(kinds), "emotions": _digits(emotions), "asked": str(wanted)},
    }


def _digits(values: np.ndarray) -> str:
    return "".join(map(str, values))
