"""One vector for each recording: how the states of a frozen speech network are distributed over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from ai4er.encoders.speech_frames import SpeechFrames


class SpeechVector(SpeechFrames):
    """(features,): mean and deviation over the frames of `speech_frames`.

    Both of them for every layer and every value of a state, one after the other. Source: Snyder et al., "X-vectors:
    robust DNN embeddings for speaker recognition", ICASSP 2018.
    """

    timed: ClassVar[bool | None] = False

    encoder: str = "ai4er-small"
    layer: int | Literal["all", "states"] = "all"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [statistics(frames) for frames in super().extract(raw)]


def statistics(frames: np.ndarray) -> np.ndarray:
    """Frames (time, ...) -> (2 times the values of a frame,): a single frame has no deviation.

    >>> statistics(np.array([[1.0], [3.0]])).tolist()
    [2.0, 1.0]
    """
    return np.stack((frames.mean(0), frames.std(0))).reshape(-1)


FRONT_END = SpeechVector
