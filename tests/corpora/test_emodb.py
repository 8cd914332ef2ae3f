from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emodb import Reader
from ai4er.errors import Ai4erError


def test_file_names_give_speaker_sentence_and_emotion(tmp_path: Path, write_audio) -> None:
    for name in ("03a01Fa", "16b10Lb", "09a05Wc", "11b02Ad", "12b03Ea", "14a07Ta", "15a02Na"):
        write_audio(f"wav/{name}.wav")
    records = {record.id: record for record in open_corpus("emodb", tmp_path).read()}
    assert {name: record.label for name, record in records.items()} == {
        "03a01Fa": "happiness", "16b10Lb": "boredom", "09a05Wc": "anger", "11b02Ad": "fear",
        "12b03Ea": "disgust", "14a07Ta": "sadness", "15a02Na": "neutral",
    }  # fmt: skip
    bored = records["16b10Lb"]
    assert bored.speaker == "16"
    assert bored.text == "Die wird auf dem Platz sein, wo wir sie immer hinlegen."
    assert bored.attributes == {"gender": "female", "age": "31", "text_id": "b10", "version": "b"}
    assert (bored.corpus, bored.language, bored.split) == ("emodb", "de", "")
    assert Path(bored.audio or "") == tmp_path / "wav/16b10Lb.wav"


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".aiff"])
def test_any_lossless_container_at_any_depth(tmp_path: Path, write_audio, suffix: str) -> None:
    write_audio(f"some/where/else/03a01Fa{suffix}")
    assert [record.id for record in open_corpus("emodb", tmp_path).read()] == ["03a01Fa"]


def test_files_with_other_names_are_reported_and_left_out(tmp_path: Path, write_audio) -> None:
    for name in ("wav/03a01Fa.wav", "wav/03a03Fa.wav", "wav/04a01Fa.wav", "noise.wav"):
        write_audio(name)
    corpus = open_corpus("emodb", tmp_path)
    assert [record.id for record in corpus.read()] == ["03a01Fa"]
    assert corpus.left_out() == ["files not named like 03a01Fa (3): noise.wav, wav/03a03Fa.wav, wav/04a01Fa.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path, write_audio) -> None:
    write_audio("hello.wav")
    with pytest.raises(Ai4erError, match=r"no file below .* is named like 03a01Fa"):
        open_corpus("emodb", tmp_path).read()


def test_real_copy_equals_what_is_published(real, listed) -> None:
    corpus = real("emodb")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 535
    assert report.speakers == {
        "03": 49, "08": 58, "09": 43, "10": 38, "11": 55, "12": 35, "13": 61, "14": 69, "15": 56, "16": 71,
    }  # fmt: skip
    rows = listed(corpus)
    records = corpus.read()
    assert len(rows) == len(records)
    for record in records:
        row = rows[record.id]
        assert (record.speaker, record.label, record.text) == (row["speaker"], row["emotion"], row["text"])
        assert (record.attributes["gender"], record.attributes["age"]) == (row["gender"], row["age"])
    assert Counter(record.text for record in records).most_common()[-1][1] > 40


def test_every_official_path_is_understood(described) -> None:
    words = {"boredem": "boredom", "happy": "happiness", "sad": "sadness", "Neutral": "neutral"}
    found = described(Reader, "emodb")
    assert Counter(record.label for _, record in found) == Reader.published
    for row, record in found:
        assert record.label == words.get(row["label"], row["label"])
        assert record.speaker == Path(row["path"]).name[:2]
