from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError


def test_videos_with_sound_by_default_and_without_on_demand(tmp_path: Path, write_text) -> None:
    path = write_text("Actor_12/01-01-05-02-01-01-12.mp4", "a")
    write_text("Actor_12/02-01-03-01-02-02-12.mp4", "b")
    (record,) = open_corpus("ravdess_video", tmp_path).read()
    assert (record.id, record.video, record.audio) == ("01-01-05-02-01-01-12", str(path), None)
    assert (record.label, record.speaker, record.corpus) == ("angry", "12", "ravdess_video")
    assert record.attributes["gender"] == "female"
    (silent,) = open_corpus("ravdess_video:modality=video", tmp_path).read()
    assert (silent.id[:3], silent.label) == ("02-", "happy")


def test_songs_and_sound_alone_are_not_read(tmp_path: Path, write_text) -> None:
    write_text("Actor_12/01-02-05-02-01-01-12.mp4", "a")
    corpus = open_corpus("ravdess_video", tmp_path)
    with pytest.raises(Ai4erError, match="is named like 01-01-05-02-01-01-12"):
        corpus.read()
    assert corpus.left_out() == ["files not named like 01-01-05-02-01-01-12 (1): Actor_12/01-02-05-02-01-01-12.mp4"]


def test_a_modality_that_is_not_there_is_one_clear_line(tmp_path: Path, write_text) -> None:
    write_text("Actor_12/01-01-05-02-01-01-12.mp4", "a")
    with pytest.raises(Ai4erError, match=r"begins with 02- \(video\)"):
        open_corpus("ravdess_video:modality=video", tmp_path).read()
