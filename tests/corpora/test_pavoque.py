from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.pavoque import _PARTS, Reader
from ai4er.errors import Ai4erError

HAPPY = """---
- prompt: m0001
  text: 'Wie geht''s dir heute,
    mein Freund?'
  style: happy
  start: 1.5
  end: 3.25
  segments:
  - lab: _
    end: 0.25
  - lab: v
    end: 0.5
- prompt: poppy0002
  text: "Sie sagte: \\"Ja\\"."
  style: happy
  start: 4.0
  end: 5.0
- prompt: m0003
  style: happy
"""
OUTTAKES = "- prompt: m0001a\n  text: Wie geht es dir?\n  style: happy\n  start: 0.0\n  end: 1.0\n"


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("pavoque-happy.yaml", HAPPY)
    write_text("pavoque-outtakes.yaml", OUTTAKES)
    write_audio("pavoque-happy.flac", rate=44100)
    return tmp_path


def test_lists_cut_the_long_recordings_into_utterances(folder: Path) -> None:
    first, second, outtake = open_corpus("pavoque", folder).read()
    assert (first.id, first.label, first.text) == ("m0001-happy", "happy", "Wie geht's dir heute, mein Freund?")
    assert (first.audio, first.start, first.end) == (str(folder / "pavoque-happy.flac"), 1.5, 3.25)
    assert second.text == 'Sie sagte: "Ja".'
    assert outtake.attributes == {"prompt": "m0001a", "part": "outtakes"}
    assert len({record.speaker for record in (first, second, outtake)}) == 1


def test_outtakes_can_be_left_out_and_missing_parts_are_reported(folder: Path) -> None:
    corpus = open_corpus("pavoque:outtakes=no", folder)
    assert [record.id for record in corpus.read()] == ["m0001-happy", "poppy0002-happy"]
    assert corpus.left_out() == ["parts without pavoque-PART.yaml (4): angry, neutral, poker, sad"]
    assert open_corpus("pavoque", folder).left_out()[0] == ("lists without their recording (1): pavoque-outtakes.yaml")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("style: happy", "style: bored", "the utterance 'm0001' has the style 'bored'"),
        ("start: 1.5", "start: soon", "start is 'soon' where a number is expected"),
        ("- prompt: poppy0002", "prompt poppy0002", "line 13 is not like"),
    ],
)
def test_a_damaged_list_is_one_clear_line(folder: Path, write_text, old: str, new: str, message: str) -> None:
    write_text("pavoque-happy.yaml", HAPPY.replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"pavoque-happy\.yaml: {message}"):
        open_corpus("pavoque", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"has no pavoque-neutral\.yaml"):
        open_corpus("pavoque", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("pavoque")
    assert {Path(row["path"]).name for row in rows} == {f"pavoque-{part}.flac" for part in _PARTS}
    assert Counter(row["label"] for row in rows) == Reader.published
    assert len({row["key"] for row in rows}) == len(rows)
