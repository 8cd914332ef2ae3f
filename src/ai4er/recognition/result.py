"""What was recognised: segments with their distributions, as a table, JSON or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ai4er.labels import LabelSpace


@dataclass(frozen=True)
class Segment:
    """One stretch of speech, one sentence or one turn, and what the recognizer says of it.

    `start` and `end` in seconds, None for text. `scores` has one value for each name of the label
    space: probabilities for classes, values for dimensions and scores. `uncertainty` are standard
    deviations, where the recognizer gives them.
    """

    scores: dict[str, float]
    start: float | None = None
    end: float | None = None
    speaker: str = ""
    text: str = ""
    uncertainty: dict[str, float] = field(default_factory=dict)

    def labels(self, space: LabelSpace, threshold: float = 0.5) -> list[str]:
        """The class (or classes of a multi-label space); none for dimensions and scores."""
        if space.kind == "multi":
            return [name for name, value in self.scores.items() if value >= threshold]
        return [max(self.scores, key=lambda name: self.scores[name])] if space.is_classes else []

    def as_row(self, space: LabelSpace) -> dict[str, Any]:
        """The segment as data, absent parts left out."""
        row: dict[str, Any] = {}
        if self.start is not None and self.end is not None:
            row |= {"start": round(self.start, 3), "end": round(self.end, 3)}
        row |= {name: value for name in ("speaker", "text") if (value := getattr(self, name))}
        if space.is_classes:
            row["label"] = " ".join(self.labels(space))
        row["scores"] = {name: round(value, 4) for name, value in self.scores.items()}
        if self.uncertainty:
            row["uncertainty"] = {name: round(value, 4) for name, value in self.uncertainty.items()}
        return row


@dataclass(frozen=True)
class Recognition:
    """What a recognizer says of one source. `recognizer` names it, `seconds` is the length of the recording."""

    source: str
    space: LabelSpace
    segments: list[Segment]
    recognizer: str = ""
    seconds: float | None = None

    @property
    def overall(self) -> dict[str, float]:
        """The mean of the scores over the segments, weighted by their duration."""
        if not self.segments:
            return {}
        weights = [1.0 if s.start is None or s.end is None else max(s.end - s.start, 1e-3) for s in self.segments]
        matrix = np.array([list(s.scores.values()) for s in self.segments])
        return dict(zip(self.space.names, (np.average(matrix, axis=0, weights=weights)).tolist()))

    def to_json(self) -> str:
        """One JSON object: source, label space, segments and the overall scores."""
        about = {
            "source": self.source,
            "recognizer": self.recognizer,
            "label_space": self.space.name,
            "kind": self.space.kind,
            **({"seconds": round(self.seconds, 3)} if self.seconds is not None else {}),
            "segments": [segment.as_row(self.space) for segment in self.segments],
            "overall": {name: round(value, 4) for name, value in self.overall.items()},
        }
        return json.dumps(about, indent=2, ensure_ascii=False)


def to_csv(found: Sequence[Recognition]) -> str:
    """One row a segment, one column a score."""
    names = list(dict.fromkeys(name for one in found for name in one.space.names))
    text = io.StringIO()
    writer = csv.DictWriter(text, ["source", "start", "end", "speaker", "text", "label", *names], restval="")
    writer.writeheader()
    for one in found:
        for segment in one.segments:
            row = segment.as_row(one.space)
            scores = row.pop("scores")
            row.pop("uncertainty", None)
            writer.writerow({"source": one.source, **row, **scores})
    return text.getvalue()


def clock(seconds: float) -> str:
    """Seconds as 1:02.5 or 1:00:02.5.

    >>> clock(62.54), clock(3602.5)
    ('1:02.5', '1:00:02.5')
    """
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{tenths // 10:02d}.{tenths % 10}"
