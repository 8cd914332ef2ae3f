from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.jl_corpus import Reader
from ai4er.errors import Ai4erError

FOLDER = "Raw JL corpus (unchecked and unannotated)/JL(wav+txt)"


def test_file_names_give_speaker_emotion_and_sentence(tmp_path: Path, write_audio, write_text) -> None:
    write_audio(f"{FOLDER}/male2_concerned_6b_1.wav", rate=44100)
    write_audio(f"{FOLDER}/female1_excited_15a_2.wav", rate=44100)
    write_text(f"{FOLDER}/male2_concerned_6b_1.txt", "Jack views an art piece\n")
    excited, concerned = open_corpus("jl_corpus", tmp_path).read()
    assert (excited.label, excited.speaker, excited.text) == ("excited", "female1", None)
    assert (concerned.label, concerned.speaker, concerned.text) == ("concerned", "male2", "Jack views an art piece")
    assert concerned.attributes == {"gender": "male", "text_id": "6b", "repetition": "1"}


def test_files_with_other_names_are_reported(tmp_path: Path, write_audio) -> None:
    write_audio(f"{FOLDER}/male2_concerned_6b_1.wav")
    write_audio(f"{FOLDER}/male2_worried_6b_1.wav")
    corpus = open_corpus("jl_corpus", tmp_path)
    assert len(corpus.read()) == 1
    assert corpus.left_out() == [f"files not named like male2_concerned_6b_1 (1): {FOLDER}/male2_worried_6b_1.wav"]


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like male2_concerned_6b_1"):
        open_corpus("jl_corpus", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    found = described(Reader, "jlcorpus")
    assert Counter(record.label for _, record in found) == Reader.published
    assert set(Counter(record.speaker for _, record in found).values()) == {600}
    for row, record in found:
        assert record.label == row["label"]
        assert record.speaker == Path(row["path"]).stem.split("_")[0]
