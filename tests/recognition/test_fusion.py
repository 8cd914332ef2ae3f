"""A dialogue with recordings is read and heard: speech and text together, each alone where the other is missing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.errors import Ai4erError
from ai4er.recognition.folder import lines, recognize_all
from ai4er.recognition.recognize import recognize
from ai4er.recognition.result import Segment

TEXT = "Thank you so much, that was very kind of you!"


@pytest.fixture(scope="module")
def dialogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dialogue")
    sound = np.concatenate([speak("anger", voice(0), 2.0, np.random.default_rng(0)), np.zeros(SAMPLE_RATE)])
    soundfile.write(folder / "call.wav", sound.astype(np.float32), SAMPLE_RATE)
    rows = [f'Ada,"{TEXT}",call.wav,0,2', "Ben,,call.wav,0,2", f'Ada,"{TEXT}",,0,2']
    (folder / "call.csv").write_text("\n".join(["speaker,text,file,start,end", *rows]) + "\n")
    return folder / "call.csv"


def scores(segment: Segment) -> np.ndarray:
    return np.array(list(segment.scores.values()))


def test_what_is_said_and_how_it_is_said_are_averaged(dialogue: Path) -> None:
    found = recognize(dialogue)
    assert found.recognizer == "fusion" and found.space.name == "ekman7"
    assert "goemotions" in found.licence and "ravdess" in found.licence
    both, heard, read = map(scores, found.segments)
    mean = np.sqrt(heard * read)
    assert np.allclose(both, mean / mean.sum(), atol=1e-3)
    assert np.allclose(read, scores(recognize(TEXT, "text", labels="ekman7").segments[0]), atol=1e-4)


def test_where_every_turn_has_its_time_the_segments_have_it_too(dialogue: Path) -> None:
    assert all(segment.start is None for segment in recognize(dialogue).segments)  # one is not heard
    (dialogue.parent / "timed.csv").write_text("text,file,start,end\nhello,call.wav,0,1\nbye,call.wav,1,2\n")
    found = recognize(dialogue.parent / "timed.csv")
    assert [(row["start"], row["end"]) for row in found.rows()] == [(0, 1), (1, 2)]
    assert found.to_vtt().startswith("WEBVTT")


def test_one_recognizer_may_be_asked_alone(dialogue: Path) -> None:
    read = recognize(TEXT, "text").segments[0].scores
    (dialogue.parent / "text.csv").write_text(f'text,file\n"{TEXT}",call.wav\n')
    assert recognize(dialogue.parent / "text.csv", "text").segments[0].scores == pytest.approx(read, abs=1e-4)


def test_in_a_folder_of_sources_it_is_the_same(dialogue: Path, tmp_path: Path) -> None:
    recognize_all([dialogue], tmp_path / "out")
    (line,) = lines(tmp_path / "out")
    assert line["recognizer"] == "fusion" and len(line["segments"]) == 3


def test_a_recording_that_is_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,file\nhello,nowhere.wav\n")
    with pytest.raises(Ai4erError, match=r"nowhere\.wav"):
        recognize(tmp_path / "a.csv")
