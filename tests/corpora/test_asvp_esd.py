from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.asvp_esd import Reader
from ai4er.errors import Ai4erError


def read_one(folder: Path, write_audio, name: str):
    write_audio(f"{name}.wav")
    (record,) = open_corpus("asvp_esd", folder).read()
    return record


def test_the_numbers_of_a_regular_name(tmp_path: Path, write_audio) -> None:
    record = read_one(tmp_path, write_audio, "Audio/actor_123/03-02-09-01-07-123-02-02-02-09")
    assert (record.label, record.speaker) == ("excited", "123")
    assert record.attributes == {
        "channel": "non-speech", "intensity": "normal", "gender": "female", "age_group": "20 to 64",
        "source": "video channel", "language_code": "02",
    }  # fmt: skip


def test_a_baby_and_an_unknown_actor_have_no_gender(tmp_path: Path, write_audio) -> None:
    baby = read_one(tmp_path, write_audio, "Bonus/actor_150/03-02-04-01-52-150-04-01-00-14 -02")
    assert (baby.label, baby.attributes["age_group"]) == ("sad", "baby")
    assert "gender" not in baby.attributes
    Path(baby.audio).unlink()
    unknown = read_one(tmp_path, write_audio, "Audio/actor_0/03-01-09-01-10-00-02-02-02")
    assert "gender" not in unknown.attributes


def test_a_name_that_is_too_short_says_no_more_than_the_actor(tmp_path: Path, write_audio) -> None:
    record = read_one(tmp_path, write_audio, "Audio/actor_82/03-01-09-01-01-82-02-04")
    assert record.attributes == {"channel": "speech", "intensity": "normal", "gender": "male"}


def test_the_unknown_emotion_has_no_label(tmp_path: Path, write_audio) -> None:
    assert read_one(tmp_path, write_audio, "Bonus/actor_200/03-01-17-01-02-200-05-02-01-12").label is None


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio("Audio/actor_82/03-01-09-01-01-82-02-04.wav")
    write_audio("Audio/actor_82/hello.wav")
    (line,) = open_corpus("asvp_esd", tmp_path).left_out()
    assert line == "files not named like 03-02-09-01-07-123-02-02-02-09 (1): Audio/actor_82/hello.wav"


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like 03-02-09-01-07-123-02-02-02-09"):
        open_corpus("asvp_esd", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "asvpesd")
    assert len(found) == 13964
    counts = Counter(record.label for _, record in found)
    assert (counts["sad"], counts["boredom"], counts["breath"], counts[None]) == (2694, 548, 172, 1)
    names = ("boredom", "neutral", "happy", "sad", "angry", "fearful", "disgust", "surprised", "excited", "pleasure",
             "pain", "disappointment", "breath")  # fmt: skip
    numbers = {f"{number:02d}": name for number, name in enumerate(names, start=1)}
    for row, record in found:
        assert record.label == numbers.get(row["label"])
    folders = [Path(row["path"]).parent.name.removeprefix("actor_") for row, _ in found]
    same = sum(folder == record.speaker for folder, (_, record) in zip(folders, found))
    assert same / len(found) > 0.98, "the folder names the same actor, but for the folder `actor_` and slips"
