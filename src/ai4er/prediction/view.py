"""A recognizer's answers in coarser labels: 28 emotions as the seven of Ekman, or as sentiment."""

from __future__ import annotations

from typing import Any

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.labels import label_space, mapping
from ai4er.prediction.predict import Answer, Conversing, Predictor
from ai4er.records import Records
from ai4er.systems.base import Converse


class View:
    """A recognizer of classes whose label space is another one, onto which a named mapping leads.

    A class is as probable as all those that count as it together; of several labels that may apply at once it is their
    share in the sum over all labels, so that a view is always one distribution. What that sum lacks to 1, since perhaps
    no label applies, is shared by all classes alike.
    Raises `Ai4erError` where there is no mapping, or a class has no counterpart.
    """

    def __init__(self, recognizer: Predictor, labels: str) -> None:
        self.recognizer, self.space = recognizer, label_space(labels)
        found = mapping(recognizer.space, self.space)
        absent = [name for name in recognizer.space.names if name not in found.table]
        if absent:
            raise Ai4erError(f"{found.name} leaves out {', '.join(absent)}, so that it is no view of {recognizer.name}")
        self._columns = np.array([self.space.index(found.table[name]) for name in recognizer.space.names])

    @property
    def about(self) -> dict[str, Any]:
        """That of the recognizer."""
        return self.recognizer.about

    @property
    def name(self) -> str:
        """That of the recognizer."""
        return self.recognizer.name

    @property
    def thresholds(self) -> dict[str, float]:
        """None: one class is chosen."""
        return {}

    @property
    def needs(self) -> set[str]:
        """Those of the recognizer."""
        return self.recognizer.needs

    @property
    def reads_context(self) -> bool:
        """As the recognizer."""
        return self.recognizer.reads_context

    @property
    def conversation(self) -> Converse | None:
        """As the recognizer."""
        return self.recognizer.conversation if isinstance(self.recognizer, Conversing) else None

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """The answers of the recognizer, in the labels of the view."""
        return Answer(self.seen(self.recognizer.predict(records, batch_size).scores))

    def seen(self, scores: np.ndarray) -> np.ndarray:
        """The recognizer's probabilities (items, its names) as a distribution (items, names of the view)."""
        sums: np.ndarray = scores @ np.eye(self.space.size)[self._columns]
        total = sums.sum(1, keepdims=True)
        return (sums + np.maximum(1 - total, 0) / self.space.size) / np.maximum(total, 1)


def seen_as(recognizer: Predictor, labels: str | None) -> Predictor:
    """The recognizer, in other labels where they are asked for. Raises `Ai4erError` where that cannot be."""
    return recognizer if labels in (None, recognizer.space.name) else View(recognizer, str(labels))
