"""Two recognizers as one: each answers for what it reads, and both together for what has both."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.prediction.fused import Fused
from ai4er.prediction.predict import Answer
from ai4er.records import Record, Records

SPACE = label_space("sentiment3")


class Says:
    """A recognizer of one part of a record that always says the same."""

    thresholds: dict[str, float] = {}
    reads_context = False

    def __init__(self, part: str, scores: tuple[float, ...], space: LabelSpace = SPACE) -> None:
        self.needs, self.scores, self.space, self.name = {part}, scores, space, part
        self.about: dict[str, Any] = {"corpus": f"corpus of {part}", "licence": f"licence of {part}"}
        self.asked: list[str] = []

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        self.asked += [record.id for record in records]
        return Answer(np.tile(np.array(self.scores), (len(records), 1)))


def records() -> Records:
    sound = {"audio": np.zeros(8, np.float32)}
    return Records([
        Record("both", "c", text="yes", arrays=sound), Record("text", "c", text="yes"),
        Record("file", "c", text="", audio="a.wav"),
    ])  # fmt: skip


def test_both_are_averaged_in_logarithms_and_one_alone_speaks_for_itself() -> None:
    text, speech = Says("text", (0.1, 0.1, 0.8)), Says("audio", (0.4, 0.4, 0.2))
    found = Fused("fusion", [text, speech]).predict(records()).scores
    mean = np.sqrt(np.array(text.scores) * np.array(speech.scores))
    assert np.allclose(found, [mean / mean.sum(), text.scores, speech.scores], atol=1e-6)
    assert (text.asked, speech.asked) == (["both", "text"], ["both", "file"])


def test_it_needs_the_parts_of_all_and_names_their_corpora_and_licences() -> None:
    made = Fused("fusion", [Says("text", (0.2, 0.3, 0.5)), Says("audio", (0.2, 0.3, 0.5))])
    assert made.needs == {"text", "audio"} and made.space is SPACE
    assert made.about == {"corpus": "corpus of text+corpus of audio", "licence": "licence of text; licence of audio"}


def test_a_class_that_one_rules_out_stays_a_number() -> None:
    made = Fused("fusion", [Says("text", (0.0, 0.0, 1.0)), Says("audio", (1.0, 0.0, 0.0))])
    assert np.isfinite(made.predict(records()).scores).all()


def test_what_nobody_can_read_and_other_labels_are_refused() -> None:
    with pytest.raises(Ai4erError, match="z: the record has neither audio nor text"):
        Fused("fusion", [Says("text", (1, 0, 0)), Says("audio", (1, 0, 0))]).predict(Records([Record("z", "c")]))
    with pytest.raises(Ai4erError, match="sentiment3, ekman7; fused ones predict the same single label"):
        Fused("fusion", [Says("text", (1, 0, 0)), Says("audio", (1, 0, 0), label_space("ekman7"))])
