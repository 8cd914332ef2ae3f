"""Any audio, image or text classifier of the Hugging Face hub as a recognizer."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ai4er.encoders import Classifier, classifier
from ai4er.errors import Ai4erError
from ai4er.features._pixels import image_of
from ai4er.features.media import audio_of
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.prediction.predict import Answer
from ai4er.records import Record, Records

PREFIX = "hf:"


class HubModel:
    """A classifier with the labels of its own configuration; `spec` is a hub name or a local folder.

    It is no recognizer folder: nothing is known of its training data and nothing was measured.
    """

    def __init__(self, spec: str) -> None:
        self.name = PREFIX + spec
        self.about: dict[str, Any] = {}
        self.classifier: Classifier = classifier(spec)

    @cached_property
    def space(self) -> LabelSpace:
        """The library's label space of the same kind and names, or one of its own."""
        names, kind = self.classifier.names, self.classifier.kind
        same = [space for space in LABEL_SPACES.values() if space.kind == kind and space.names == names]
        if same:
            return same[0]
        neutral = "neutral" if "neutral" in names else None
        return LabelSpace(name=self.name, kind=kind, names=names, neutral=neutral, source=self.name)

    @property
    def thresholds(self) -> dict[str, float]:
        """None of its own."""
        return {}

    @property
    def needs(self) -> set[str]:
        """The part of a record that it reads."""
        return {self.classifier.reads}

    @property
    def reads_context(self) -> bool:
        """Never: it is given a text, an image or a recording at a time."""
        return False

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """What the classifier says of each record, in order. Raises `Ai4erError` for a record without its input."""
        absent = [record.id for record in records if self.classifier.reads == "text" and not record.text]
        if absent:
            raise Ai4erError(f"{self.name} reads text, and {absent[0]} has none")
        parts = []
        for start in range(0, len(records), batch_size):
            batch = [records[i] for i in range(start, min(start + batch_size, len(records)))]
            parts.append(self.classifier.scores([self._given(record) for record in batch]))
        return Answer(np.concatenate(parts))

    def _given(self, record: Record) -> Any:
        """What the classifier reads of a record."""
        if self.classifier.reads == "audio":
            return audio_of(record, self.classifier.rate)
        return image_of(record) if self.classifier.reads == "image" else str(record.text)
