"""Local events: whether emotional events are coherent, wherever they are and however long they last.

Every sequence holds two loud events between quiet pauses. An event begins and ends with three frames
of a cue that is rising or falling. In the class `coherent` one event has the rising cue at both ends and
the other the falling one; in the class `mixed` each event has one of both. Frames, and how many there are
of each kind, look the same in both classes, so a summary of the whole sequence knows nothing. Events
last 6 to 16 frames and pauses 4 to 10, so that windows of one length cut events apart or join them.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(name="event_coherence", kind="single", names=("coherent", "mixed"), source="generated")
SIZES = {"train": 400, "valid": 100, "test": 300}
QUIET, LOUD, CUE, CHANNELS = 0, 1, 2, 3


def records(seed: int) -> Records:
    """Sequences with `arrays["frames"]` (frames, 3): quiet, loud, and the cue, rising above zero or falling below."""
    generator = np.random.default_rng([seed, 1])
    wanted = [(split, number) for split, size in SIZES.items() for number in range(size)]
    return Records(
        Record(
            id=f"{split}{number}", corpus="local_events", split=split, label=SPACE.names[number % SPACE.size],
            arrays={"frames": _sequence(number % SPACE.size, generator)},
        )
        for split, number in wanted
    )  # fmt: skip


def _sequence(label: int, generator: np.random.Generator) -> np.ndarray:
    sign = generator.choice([-1, 1], size=2)
    events = ((sign[0], -sign[0]), (sign[1], -sign[1])) if label else ((sign[0], sign[0]), (-sign[0], -sign[0]))
    parts = [_pause(generator)]
    for onset, offset in events:
        parts += [_event(onset, offset, generator), _pause(generator)]
    frames = np.concatenate(parts)
    return (frames + generator.normal(0, 0.1, frames.shape)).astype(np.float32)


def _event(onset: int, offset: int, generator: np.random.Generator) -> np.ndarray:
    frames = np.zeros((generator.integers(6, 15), CHANNELS))
    frames[:, LOUD] = 3
    frames[:3, CUE], frames[-3:, CUE] = 2 * onset, 2 * offset
    return frames


def _pause(generator: np.random.Generator) -> np.ndarray:
    frames = np.zeros((generator.integers(5, 13), CHANNELS))
    frames[:, QUIET] = 3
    return frames
