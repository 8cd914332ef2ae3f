"""One vector for each recording: how the states of a frozen speech network are distributed over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from ai4er.encoders.speech_frames import SpeechFrames


class SpeechVector(SpeechFrames):
    """(features,): mean, deviation, maximum, minimum and mean absolute change over the frames of `speech_frames`.

    Each of them for every layer and every value of a state, one after the other. Sources: mean and deviation Snyder et
    al., "X-vectors: robust DNN embeddings for speaker recognition", ICASSP 2018; extremes and changes are those of the
    functionals of Eyben et al., "openSMILE", ACM Multimedia 2010.
    """

    timed: ClassVar[bool | None] = False

    encoder: str = "ai4er-small"
    layer: int | Literal["all", "states"] = "all"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [statistics(frames) for frames in super().extract(raw)]


def statistics(frames: np.ndarray) -> np.ndarray:
    """Frames (time, ...) -> (5 times the values of a frame,): a single frame has no deviation and does not change.

    >>> statistics(np.array([[1.0], [3.0]])).tolist()
    [2.0, 1.0, 3.0, 1.0, 2.0]
    """
    change = np.abs(np.diff(frames, axis=0)).mean(0) if len(frames) > 1 else np.zeros_like(frames[0])
    parts = (frames.mean(0), frames.std(0), frames.max(0), frames.min(0), change)
    return np.stack(parts).reshape(-1)


FRONT_END = SpeechVector
