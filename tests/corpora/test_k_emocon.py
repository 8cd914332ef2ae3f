"""K-EmoCon: five seconds of a debate, seen by oneself, the partner and observers, with the wrist's signals."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

_START = 1_548_000_000_000
_SUBJECTS = f"pid,initTime,startTime,endTime\n1,0,{_START},{_START + 15000}\n2,0,{_START},{_START + 15000}\n"


def _view(*rows: tuple[int, int]) -> str:
    lines = [f"{5 * i},{a},{v},2,{'x' if i == 1 else ''}" for i, (a, v) in enumerate(rows, start=1)]
    return "\n".join(["seconds,arousal,valence,cheerful,confusion", *lines]) + "\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    write_text("metadata/subjects.csv", _SUBJECTS)
    # four steps for a debate of three: the first is before the debate
    write_text("emotion_annotations/self_annotations/P1.self.csv", _view((5, 5), (1, 3), (2, 4), (3, 5)))
    write_text("emotion_annotations/partner_annotations/P1.partner.csv", _view((4, 4), (4, 3)))
    write_text("emotion_annotations/aggregated_external_annotations/P1.external.csv", _view((1, 1), (1, 1), (1, 1)))
    write_text("emotion_annotations/self_annotations/P2.self.csv", _view((3, 3)))
    rows = [f"{_START - 1000 + 250 * i},{i},A0" for i in range(80)]
    write_text("e4_data/1/E4_EDA.csv", "\n".join(["timestamp,value,device_serial", *rows]) + "\n")
    return tmp_path


def test_steps_are_aligned_with_the_debate(folder: Path) -> None:
    records = open_corpus("k_emocon", folder).read()
    assert [(r.id, r.label) for r in records] == [
        ("P1_000", "low"), ("P1_001", "low"), ("P1_002", "high"), ("P2_000", "high"),
    ]  # fmt: skip
    first = records[0]
    assert first.dimensions == {"valence": 3, "arousal": 1}
    assert [rating["arousal"] for rating in first.ratings] == [1, 4, 1]
    assert len(records[2].ratings) == 2
    assert (first.start, first.end, first.session, records[3].session) == (0, 5, "P1", "P1")
    assert first.arrays["eda"].tolist() == list(range(4, 24))
    assert records[1].arrays["eda"].tolist() == list(range(24, 44))
    assert first.attributes["eda_sample_rate"] == "4"
    assert first.attributes["cheerful"] == "2"
    assert list(records[3].arrays) == []
    assert label_space("valence_arousal_1_5").ratings(first).shape == (3, 2)  # type: ignore[union-attr]


def test_another_view_and_the_audio(folder: Path, write_audio) -> None:
    path = write_audio("debate_audios/p1.p2.wav")
    records = open_corpus("k_emocon:target=partner,of=valence,threshold=3", folder).read()
    assert [(r.id, r.label) for r in records] == [("P1_000", "high"), ("P1_001", "low")]
    assert (records[0].audio, records[0].session) == (str(path), "p1.p2")


def test_of_two_devices_the_one_that_the_owners_name(folder: Path, write_text) -> None:
    write_text("metadata/subjects.csv", _SUBJECTS.replace("\n2,", "\n31,"))
    write_text("self/P31.self.csv", _view((3, 3)))
    rows = "".join(f"{_START + i},{i},{serial}\n" for i, serial in enumerate(("A01525", "A013E1", "A013E1")))
    write_text("e4_data/31/E4_BVP.csv", "timestamp,value,device_serial\n" + rows)
    record = next(r for r in open_corpus("k_emocon", folder).read() if r.speaker == "P31")
    assert record.arrays["bvp"].tolist() == [1, 2]


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text) -> None:
    with pytest.raises(Ai4erError, match=r"no file subjects.csv"):
        open_corpus("k_emocon", folder / "e4_data").read()
    write_text("emotion_annotations/self_annotations/P2.self.csv", _view((3, 3)).replace("5,3,3", "5,3,high"))
    with pytest.raises(Ai4erError, match=r"P2.self.csv: at 5 s valence or arousal is no number"):
        open_corpus("k_emocon", folder).read()
    write_text("metadata/subjects.csv", _SUBJECTS.replace(str(_START + 15000), ""))
    with pytest.raises(Ai4erError, match=r"person 1: startTime or endTime is no number"):
        open_corpus("k_emocon", folder).read()
    write_text("metadata/subjects.csv", "pid,initTime,startTime,endTime\n")
    with pytest.raises(Ai4erError, match=r"no annotation such as P1.self.csv"):
        open_corpus("k_emocon", folder).read()
