"""Recognizers of different parts of a record, heard as one: what is said and how it is said."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.prediction.predict import Answer, Predictor
from ai4er.records import Record, Records

_SMALLEST = 1e-7


def log_average(answers: Sequence[np.ndarray]) -> np.ndarray:
    """The distribution (..., names) proportional to the geometric mean of distributions of this shape."""
    means = np.exp(np.mean([np.log(np.maximum(one, _SMALLEST)) for one in answers], axis=0))
    found: np.ndarray = means / means.sum(-1, keepdims=True)
    return found


class Fused:
    """Recognizers in one label space; each answers for the records that have what it reads.

    The probabilities of a record are proportional to the geometric mean of its recognizers' (their log-average); with
    one of them alone they are its own. Nothing is learnt: the weights are even, and the probabilities must be
    calibrated to deserve it. Source: Genest and Zidek, "Combining Probability Distributions", Statistical Science 1986.
    Raises `Ai4erError` unless all predict the same classes, one of which applies.
    """

    thresholds: dict[str, float] = {}

    def __init__(self, name: str, recognizers: Sequence[Predictor]) -> None:
        spaces = {recognizer.space.name: recognizer.space for recognizer in recognizers}
        if len(spaces) != 1 or any(space.kind != "single" for space in spaces.values()):
            raise Ai4erError(f"{name}: recognizers of {', '.join(spaces)}; fused ones predict the same single label")
        self.name, self.recognizers = name, tuple(recognizers)

    @property
    def space(self) -> LabelSpace:
        """That of all."""
        return self.recognizers[0].space

    @property
    def about(self) -> dict[str, Any]:
        """The corpora and licences of all."""
        parts = {key: [str(one.about.get(key, "")) for one in self.recognizers] for key in ("corpus", "licence")}
        return {"corpus": "+".join(parts["corpus"]), "licence": "; ".join(parts["licence"])}

    @property
    def needs(self) -> set[str]:
        """The parts of a record that any of them reads."""
        return set().union(*(one.needs for one in self.recognizers))

    @property
    def reads_context(self) -> bool:
        """Whether any of them does."""
        return any(one.reads_context for one in self.recognizers)

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """What they say of each record together. Raises `Ai4erError` for one that none of them can read."""
        return self.together(records, self.answers(records, batch_size))

    def answers(self, records: Records, batch_size: int = 32) -> list[list[np.ndarray]]:
        """The distributions (names,) of those recognizers that can read a record, for each record."""
        found: list[list[np.ndarray]] = [[] for _ in records]
        for one in self.recognizers:
            rows = [i for i, record in enumerate(records) if all(_has(record, part) for part in one.needs)]
            for row, scores in zip(rows, one.predict(records.take(rows), batch_size).scores if rows else ()):
                found[row].append(scores)
        return found

    def together(self, records: Records, answers: Sequence[Sequence[np.ndarray]]) -> Answer:
        """The log-average of the answers for each record. Raises `Ai4erError` for a record without one."""
        for record, found in zip(records, answers):
            if not found:
                raise Ai4erError(f"{record.id}: the record has neither {' nor '.join(sorted(self.needs))}")
        return Answer(np.stack([log_average(found) for found in answers]).astype(np.float32))

    def part(self, needs: str) -> Predictor:
        """Its recognizer of this part of a record alone. Raises `Ai4erError` where there is none."""
        for one in self.recognizers:
            if one.needs == {needs}:
                return one
        raise Ai4erError(f"{self.name}: none of its recognizers reads {needs} alone")


def _has(record: Record, part: str) -> bool:
    return bool(getattr(record, part, None)) or part in record.arrays
