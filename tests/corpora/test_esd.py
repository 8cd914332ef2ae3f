from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.esd import Reader
from ai4er.errors import Ai4erError

GENDERS = ("female", "male")


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    for name in (
        "0001/Neutral/0001_000001", "0001/Happy/0001_001050", "0011/Angry/train/0011_000351",
        "0011/Sad/evaluation/0011_001051", "0011/Surprise/test/0011_001750",
    ):  # fmt: skip
        write_audio(f"{name}.wav")
    write_text("0001/0001.txt", "0001_000001\t打远一看\t中立\n0001_001050\t天气很好\t快乐\n".encode("gb18030"))
    lines = "0011_000351\tThe nine the eggs, I keep.\tAngry\n\n0011_001051 I did go.\tSad\n"
    write_text("0011/0011.txt", lines.encode("utf-16"))
    return tmp_path


def test_number_gives_the_emotion_and_speaker_the_language(folder: Path) -> None:
    records = open_corpus("esd", folder).read()
    assert [record.label for record in records] == ["neutral", "happy", "angry", "sad", "surprise"]
    assert [record.language for record in records] == ["zh", "zh", "en", "en", "en"]
    assert records[0].attributes == {"gender": "female", "text_id": "zh001"}
    assert records[2].attributes == {"gender": "male", "text_id": "en001"}
    assert records[4].attributes["text_id"] == "en350"


def test_official_part_is_the_folder_where_there_is_one(folder: Path) -> None:
    assert [record.split for record in open_corpus("esd", folder).read()] == ["", "", "train", "evaluation", "test"]


def test_transcripts_are_read_in_their_encodings(folder: Path) -> None:
    texts = [record.text for record in open_corpus("esd", folder).read()]
    assert texts == ["打远一看", "天气很好", "The nine the eggs, I keep.", "I did go.", None]


def test_one_language_alone(folder: Path) -> None:
    corpus = open_corpus("esd:language=en", folder)
    assert {record.speaker for record in corpus.read()} == {"0011"}
    assert corpus.expected()[""]["sad"] == 3500
    with pytest.raises(Ai4erError, match="language='fr'"):
        open_corpus("esd:language=fr", folder)


def test_a_folder_without_the_language_is_an_error(tmp_path: Path, write_audio) -> None:
    write_audio("0001/Neutral/0001_000001.wav")
    with pytest.raises(Ai4erError, match="no speaker of the language en"):
        open_corpus("esd:language=en", tmp_path).read()


def test_what_does_not_fit_is_reported(folder: Path, write_audio) -> None:
    write_audio("0011/Happy/0011_000352.wav")
    write_audio("0011/Happy/0011_001751.wav")
    assert open_corpus("esd", folder).left_out() == [
        "files not named like 0011_000351 (1): 0011/Happy/0011_001751.wav",
        "utterances in the folder of another emotion (1): 0011_000352",
        "utterances without a line in the transcripts (2): 0011_000352, 0011_001750",
    ]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like 0011_000351"):
        open_corpus("esd", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    corpus = object.__new__(Reader)
    labels: Counter[str] = Counter()
    speakers = {}
    for row in layout("esd"):
        _, speaker, emotion, file = row["path"].split("/")
        match = Reader.pattern.fullmatch(file.removesuffix(".wav"))
        assert match, f"{row['path']} is not named like {Reader.example}"
        said = corpus.describe(match)
        assert (said["label"], said["speaker"]) == (emotion.lower(), speaker)
        labels[said["label"]] += 1
        speakers[speaker] = (said["language"], said["attributes"]["gender"])
    assert labels == Reader.published
    assert Counter(speakers.values()) == {(language, gender): 5 for language in ("zh", "en") for gender in GENDERS}
