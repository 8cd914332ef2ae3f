"""What carried a decision."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.prediction.predict import Answer
from ai4er.recognition.explain import WINDOW
from ai4er.recognition.recognize import recognize
from ai4er.records import Records
from tests.recognition.test_voice_activity import SAMPLE_RATE, scene


class Counting:
    """Says anger as often as it reads or hears what it looks for; in a dialogue, with that of all turns."""

    name, about, thresholds = "counting", dict[str, Any](), dict[str, float]()
    space: LabelSpace = LABEL_SPACES["common4"]

    def __init__(self, needs: str, reads_context: bool = False) -> None:
        self.needs, self.reads_context = {needs}, reads_context

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        found = []
        for record in records:
            if "audio" in self.needs:
                anger = 0.5 * float(np.abs(record.arrays["audio"]).max() > 0.9)
            else:
                around = [r for r in records if r.dialogue == record.dialogue] if self.reads_context else [record]
                anger = 0.1 * sum(str(one.text).count("!") for one in around)
            row = np.full(self.space.size, 0.0)
            row[self.space.index("anger")], row[self.space.index("neutral")] = anger, 0.05
            found.append(row)
        return Answer(np.stack(found))


def test_a_word_weighs_what_the_label_loses_without_it() -> None:
    (segment,) = recognize("no! I am not!! angry", Counting("text"), explain=True).segments
    assert [(one.text, round(one.weight, 6)) for one in segment.evidence] == [
        ("no!", 0.1), ("I", 0.0), ("am", 0.0), ("not!!", 0.2), ("angry", 0.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("reads_context", "label"), [(True, "anger"), (False, "neutral")])
def test_the_turns_around_are_there_for_a_recognizer_that_reads_them(
    tmp_path: Path, reads_context: bool, label: str
) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"speaker": "A", "text": "what? no!"}, {"speaker": "B", "text": "yes it is"}]))
    found = recognize(path, Counting("text", reads_context), explain=True)
    assert found.labels(found.segments[1]) == [label]
    assert [round(one.weight, 6) for one in found.segments[1].evidence] == [0.0] * 3
    assert [round(one.weight, 6) for one in found.segments[0].evidence] == [0.0, 0.1]


def test_a_moment_weighs_what_the_label_loses_in_its_silence(tmp_path: Path) -> None:
    audio, where = scene()
    audio *= 0.5 / np.abs(audio).max()
    loud = round((where[0][0] + 1) * SAMPLE_RATE)
    audio[loud] = 1.0
    soundfile.write(tmp_path / "a.wav", audio, SAMPLE_RATE, subtype="FLOAT")
    found = recognize(tmp_path / "a.wav", Counting("audio"), explain=True)
    first = found.segments[0]
    (weighty,) = (one for one in first.evidence if one.weight > 0)
    assert weighty.start is not None and weighty.end is not None
    assert weighty.start <= loud / SAMPLE_RATE < weighty.end <= weighty.start + WINDOW + 1e-6
    assert first.evidence[0].start == first.start and first.evidence[-1].end == first.end
    assert "evidence" in json.loads(found.to_json())["segments"][0] and "evidence" not in found.to_csv()
    assert found.timeline(tmp_path / "a.png").stat().st_size > 5000


def test_without_being_asked_nothing_is_explained() -> None:
    assert not recognize("no! yes", Counting("text")).segments[0].evidence
