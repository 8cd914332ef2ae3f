"""What was recognised: segments with their distributions, and how to read, draw and store them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.labels.circumplex import valence_arousal

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

DECIDED = 0.5
"""The probability from which a label of a multi-label space applies."""


@dataclass(frozen=True)
class Evidence:
    """A word (`text`), or a moment from `start` to `end` in seconds, and how much it carried the decision.

    `weight` is by how much the probability of the label falls without it; below 0 where it speaks against the label.
    """

    weight: float
    text: str = ""
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Segment:
    """One stretch of speech, one sentence, one turn or one face, and what the recognizer says of it.

    `start` and `end` in seconds, None for text and images. `scores` has one value for each name of the label
    space: probabilities for classes, values for dimensions and scores. `uncertainty` are standard
    deviations, where the recognizer gives them; `evidence` is what carried the decision, where it was asked for.
    `box` is where a face is, its left, top, width and height in pixels; the mean over the frames of a video.
    """

    scores: dict[str, float]
    start: float | None = None
    end: float | None = None
    speaker: str = ""
    text: str = ""
    uncertainty: dict[str, float] = field(default_factory=dict)
    evidence: tuple[Evidence, ...] = ()
    box: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Recognition:
    """What a recognizer says of one source.

    `recognizer` names it, `licence` is that of its training data, `seconds` the length of the recording. `sought` is
    what was looked for: without segments, there was none. A segment
    whose likeliest class is less probable than `min_confidence` has no label: the recognizer abstains. Of several
    labels that may apply at once, each applies from its own probability in `thresholds` (one half where it has none),
    and none below `min_confidence`.
    """

    source: str
    space: LabelSpace
    segments: list[Segment]
    recognizer: str = ""
    seconds: float | None = None
    licence: str = ""
    min_confidence: float = 0.0
    thresholds: dict[str, float] = field(default_factory=dict)
    sought: str = "speech"

    def confidence(self, segment: Segment) -> float | None:
        """The probability of the likeliest label that applies, else of the likeliest class; None for dimensions."""
        if not self.space.is_classes:
            return None
        return max(segment.scores[name] for name in self.labels(segment) or segment.scores)

    def labels(self, segment: Segment) -> list[str]:
        """The class, or those of a multi-label space, likeliest first; none where the recognizer abstains."""
        if not self.space.is_classes:
            return []
        if self.space.kind == "multi":
            ordered = sorted(segment.scores.items(), key=lambda pair: -pair[1])
            return [n for n, v in ordered if v >= max(self.thresholds.get(n, DECIDED), self.min_confidence)]
        name, value = max(segment.scores.items(), key=lambda pair: pair[1])
        return [name] if value >= self.min_confidence else []

    def valence_arousal(self, segment: Segment) -> tuple[float, float] | None:
        """The expected place of the recognised emotions on the circumplex, each from -1 to 1 (`labels.circumplex`).

        None where a class has no place there, where several may apply at once, and for values.
        """
        return valence_arousal(segment.scores) if self.space.kind in ("single", "distribution") else None

    @property
    def overall(self) -> dict[str, float]:
        """The mean of the scores over the segments, weighted by their duration."""
        if not self.segments:
            return {}
        weights = [1.0 if s.start is None or s.end is None else max(s.end - s.start, 1e-3) for s in self.segments]
        matrix = np.array([list(s.scores.values()) for s in self.segments])
        return dict(zip(self.space.names, (np.average(matrix, axis=0, weights=weights)).tolist()))

    def rows(self) -> Iterator[dict[str, Any]]:
        """Every segment as data, absent parts left out."""
        for segment in self.segments:
            row: dict[str, Any] = {}
            if segment.start is not None and segment.end is not None:
                row |= {"start": round(segment.start, 3), "end": round(segment.end, 3)}
            row |= {name: value for name in ("speaker", "text") if (value := getattr(segment, name))}
            if segment.box is not None:
                row["box"] = [round(value) for value in segment.box]
            if (confidence := self.confidence(segment)) is not None:
                row |= {"label": " ".join(self.labels(segment)), "confidence": round(confidence, 4)}
            if place := self.valence_arousal(segment):
                row |= {"valence": round(place[0], 3), "arousal": round(place[1], 3)}
            for name in ("scores", "uncertainty"):
                if values := getattr(segment, name):
                    row[name] = {key: round(value, 4) for key, value in values.items()}
            if segment.evidence:
                row["evidence"] = [_told(one) for one in segment.evidence]
            yield row

    def to_json(self) -> str:
        """One JSON object: source, recognizer, label space, segments and the overall scores."""
        from ai4er.recognition.formats import to_json

        return to_json([self])

    def to_csv(self) -> str:
        """A header, one row a segment, one column a score."""
        from ai4er.recognition.formats import to_csv

        return to_csv([self])

    def to_rttm(self) -> str:
        """Rich Transcription Time Marked: one line a segment. Raises `Ai4erError` for what has no times."""
        from ai4er.recognition.formats import to_rttm

        return to_rttm([self])

    def to_vtt(self) -> str:
        """WebVTT captions that say the emotion. Raises `Ai4erError` for what has no times."""
        from ai4er.recognition.formats import to_vtt

        return to_vtt([self])

    def to_dataframe(self) -> DataFrame:
        """One row a segment: source, start, end, speaker, text, label, confidence and one column a score."""
        from ai4er.recognition.formats import to_dataframe

        return to_dataframe([self])

    def plot(self) -> Figure:
        """The scores over time, or over turns or faces. Raises `Ai4erError` where nothing was found."""
        from ai4er.recognition.timeline import figure

        return figure(self)

    def timeline(self, path: Path | str) -> Path:
        """Write `plot` as a PNG file."""
        from ai4er.recognition.timeline import plot_timeline

        return plot_timeline(self, path)


def _told(one: Evidence) -> dict[str, Any]:
    where = {"text": one.text} if one.text else {"start": round(one.start or 0, 3), "end": round(one.end or 0, 3)}
    return {**where, "weight": round(one.weight, 4)}
