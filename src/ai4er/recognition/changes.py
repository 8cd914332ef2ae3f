"""Where the emotion changes within a stretch of speech.

The recognizer looks through windows that overlap; what it says of them is smoothed by a hidden Markov model in which an
emotion tends to stay (Rabiner, "A Tutorial on Hidden Markov Models", Proceedings of the IEEE 1989; Viterbi path), and
the stretch is cut where the path goes from one emotion to another. Each piece is then a stretch of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.prediction.predict import Predictor
from ai4er.recognition.voice_activity import SAMPLE_RATE, Span
from ai4er.records import Records

WINDOW, HOP = 2.0, 0.5
"""Length of a window and time from one to the next, in seconds."""
STAY = 0.95
"""The probability that the emotion of one hop is that of the hop before: it lasts ten seconds in the mean."""


def cut_at_changes(spans: Iterable[Span], recognizer: Predictor) -> Iterator[Span]:
    """The spans, cut where the emotion changes; what is shorter than two windows is left whole.

    Raises `Ai4erError` for a recognizer that does not say one class at a time.
    """
    kind = recognizer.space.kind
    if kind not in ("single", "distribution"):
        raise Ai4erError(
            f"changes need one emotion at a time, and the labels of recognizer {recognizer.name} are {kind}"
        )
    for span in spans:
        yield from _cut(span, recognizer)


def _cut(span: Span, recognizer: Predictor) -> Iterator[Span]:
    window, hop = round(WINDOW * SAMPLE_RATE), round(HOP * SAMPLE_RATE)
    if len(span.samples) < 2 * window:
        yield span
        return
    starts = range(0, len(span.samples) - window + 1, hop)
    windows = (Span(span.start + start, span.samples[start : start + window]) for start in starts)
    scores = recognizer.predict(Records(one.record(number) for number, one in enumerate(windows))).scores
    path = likeliest_path(over_hops(scores, window // hop))
    edges = [0, *(hop * (1 + np.flatnonzero(np.diff(path)))).tolist(), len(span.samples)]
    for start, end in itertools.pairwise(edges):
        yield Span(span.start + start, span.samples[start:end])


def over_hops(scores: np.ndarray, width: int) -> np.ndarray:
    """Windows (windows, classes) that are `width` hops long -> mean logarithm of those that hold each hop.

    The result has the shape (windows + width - 1, classes).
    """
    logarithms = np.log(np.maximum(scores, 1e-6))
    sums = np.pad(logarithms.cumsum(0), ((width, width - 1), (0, 0)), mode="edge")
    sums[:width] = 0
    held = np.convolve(np.ones(len(scores)), np.ones(width))
    return (sums[width:] - sums[:-width]) / held[:, None]


def likeliest_path(evidence: np.ndarray, stay: float = STAY) -> np.ndarray:
    """The Viterbi path (steps,) through log evidence (steps, classes), where a class stays with probability `stay`."""
    steps, classes = evidence.shape
    change = np.full((classes, classes), np.log((1 - stay) / max(classes - 1, 1)))
    np.fill_diagonal(change, np.log(stay))
    best, before = evidence[0], np.zeros((steps, classes), int)
    for step in range(1, steps):
        reached = best[:, None] + change
        before[step] = reached.argmax(0)
        best = reached.max(0) + evidence[step]
    path = np.full(steps, best.argmax())
    for step in range(steps - 1, 0, -1):
        path[step - 1] = before[step, path[step]]
    return path
