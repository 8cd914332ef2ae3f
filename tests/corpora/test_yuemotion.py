from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, mapping

TABLE = "split,speaker_id,path,gender,age,sentence_id,label_id,label\n"


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    for name in ("04_f28_09_5", "14_m60_08_1", "04_f28_01_2"):
        write_audio(f"data/{name}.wav")
    write_text("train_metadata.csv", TABLE + "train,4,data/04_f28_09_5.wav,f,28,9,5,fear\n")
    write_text("validation_metadata.csv", TABLE + "validation,14,data/14_m60_08_1.wav,m,60,8,1,anger\n")
    write_text("test_metadata.csv", TABLE + "test,4,data/04_f28_01_2.wav,f,28,1,2,happy\n")
    return tmp_path


def test_names_say_everything_and_tables_the_part(folder: Path) -> None:
    happy, fear, anger = open_corpus("yuemotion", folder).read()
    assert (happy.label, fear.label, anger.label) == ("happy", "fear", "anger")
    assert (happy.split, fear.split, anger.split) == ("test", "train", "valid")
    assert (anger.speaker, anger.language) == ("14", "yue")
    assert anger.attributes == {"gender": "male", "age": "60", "text_id": "08"}


def test_ages_are_those_that_the_paper_groups_by(folder: Path) -> None:
    from ai4er.systems.adaptation.cross_lingual_cross_age import age_group

    assert [age_group(record) for record in open_corpus("yuemotion", folder).read()] == ["adults", "adults", "elderly"]
    assert len(mapping(LABEL_SPACES["yuemotion6"], LABEL_SPACES["emotions13"]).table) == 6


def test_without_tables_there_is_no_official_part_and_check_says_so(folder: Path) -> None:
    (folder / "test_metadata.csv").unlink()
    (folder / "validation_metadata.csv").write_text(TABLE)
    corpus = open_corpus("yuemotion", folder)
    assert [record.split for record in corpus.read()] == ["", "train", ""]
    assert corpus.left_out() == [
        "no recording is named by validation_metadata.csv, test_metadata.csv: it has no official part"
    ]


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file below .* is named like 04_f28_09_5"):
        open_corpus("yuemotion", tmp_path).read()
