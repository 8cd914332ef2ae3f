from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.mead import Reader
from ai4er.errors import Ai4erError


def test_folders_give_speaker_emotion_and_level(tmp_path: Path, write_text) -> None:
    write_text("M003/audio/angry/level_2/001.m4a", "one")
    write_text("W009/audio/neutral/level_1/001.m4a", "two")
    angry, neutral = open_corpus("mead", tmp_path).read()
    assert (angry.label, angry.speaker, neutral.label, neutral.speaker) == ("angry", "M003", "neutral", "W009")
    assert angry.attributes == {"gender": "male", "level": "2", "take": "001"}
    assert angry.audio == str(tmp_path / "M003/audio/angry/level_2/001.m4a")
    assert angry.video is None


def test_a_view_adds_the_video_from_there(tmp_path: Path, write_text) -> None:
    write_text("M003/audio/angry/level_2/001.m4a", "one")
    write_text("M003/audio/angry/level_2/002.m4a", "two")
    write_text("M003/video/front/angry/level_2/001.mp4", "film")
    records = open_corpus("mead:view=front", tmp_path).read()
    assert [record.video for record in records] == [str(tmp_path / "M003/video/front/angry/level_2/001.mp4"), None]
    assert open_corpus("mead:view=front", tmp_path).left_out() == []


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like M003/audio/angry/level_1/001"):
        open_corpus("mead", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "mead")
    assert len(found) == 7929
    for row, record in found:
        assert record.label == row["label"]
        assert record.speaker == Path(row["path"]).parts[1]
    assert Counter(record.label for _, record in found)["neutral"] == 479
