"""What carried a decision: how much the probability of the label falls where a word or a moment is taken away.

Source: Zeiler and Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014, section 4.2 (occlusion).
It asks any recognizer the same question, and needs nothing of its inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np

from ai4er.prediction.predict import Predictor
from ai4er.recognition.result import Evidence
from ai4er.records import Record, Records

WINDOW = 0.2
"""Seconds of sound that are silenced at a time."""
_WORD = re.compile(r"\S+")


def words_that_count(record: Record, others: Sequence[Record], recognizer: Predictor) -> tuple[Evidence, ...]:
    """The weight of each word of a text; `others` are the turns around it, for recognizers that read them."""
    found = list(_WORD.finditer(record.text or ""))
    if len(found) < 2:
        return ()
    text = str(record.text)
    without = [record.replace(text=text[: one.start()] + text[one.end() :]) for one in found]
    weights = _weights(record, without, others if recognizer.reads_context else (), recognizer)
    return tuple(Evidence(weight, text=one.group()) for one, weight in zip(found, weights))


def moments_that_count(
    samples: np.ndarray, rate: int, start: float, record: Record, recognizer: Predictor
) -> tuple[Evidence, ...]:
    """The weight of every fifth of a second of a segment's samples (samples,); `start` is its time in the recording."""
    size = round(WINDOW * rate)
    edges = range(0, len(samples), size)
    if len(edges) < 2:
        return ()
    without = [record.replace(arrays={"audio": _silenced(samples, edge, edge + size)}) for edge in edges]
    weights = _weights(record, without, (), recognizer)
    ends = [min(edge + size, len(samples)) for edge in edges]
    return tuple(
        Evidence(weight, start=start + edge / rate, end=start + end / rate)
        for edge, end, weight in zip(edges, ends, weights)
    )


def _silenced(samples: np.ndarray, start: int, end: int) -> np.ndarray:
    changed = samples.copy()
    changed[start:end] = 0
    return changed


def _weights(
    record: Record, without: Sequence[Record], others: Sequence[Record], recognizer: Predictor
) -> Iterator[float]:
    """The score of the likeliest class less that without each part; where there are no classes, the mean change."""
    asked = [
        one.replace(id=f"{number}-{one.id}", dialogue=f"{number}-{one.dialogue}")
        for number, changed in enumerate((record, *without))
        for one in (changed, *others)
    ]
    scores = recognizer.predict(Records(asked)).scores[:: 1 + len(others)]
    if recognizer.space.is_classes:
        best = int(scores[0].argmax())
        changes = scores[0, best] - scores[1:, best]
    else:
        changes = np.abs(scores[0] - scores[1:]).mean(1)
    yield from changes.tolist()
