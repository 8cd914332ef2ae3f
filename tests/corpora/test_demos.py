from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

NAMES = ("DEMOS/NP_f_01_sor12b", "DEMOS/PR_f_01_col02b", "DEMOS/PR_m_69_tri00a", "NEU/f_01_neu01a")


@pytest.fixture
def folder(tmp_path: Path, write_audio) -> Path:
    for name in NAMES:
        write_audio(f"wav_DEMoS/{name}.wav")
    return tmp_path


def test_names_say_everything(folder: Path) -> None:
    records = {record.id: record for record in open_corpus("demos", folder).read()}
    assert {name: record.label for name, record in records.items()} == {
        "NP_f_01_sor12b": "surprise", "PR_f_01_col02b": "guilt", "PR_m_69_tri00a": "sadness", "f_01_neu01a": "neutral",
    }  # fmt: skip
    assert [record.speaker for record in records.values()] == ["01", "01", "69", "01"]
    assert records["PR_m_69_tri00a"].attributes == {"gender": "male", "sample": "00a", "selection": "prototypical"}
    assert records["f_01_neu01a"].attributes == {"gender": "female", "sample": "01a"}


def test_the_prototypical_part_has_the_neutral_samples_too(folder: Path) -> None:
    corpus = open_corpus("demos:selection=prototypical", folder)
    assert [record.id for record in corpus.read()] == ["PR_f_01_col02b", "PR_m_69_tri00a", "f_01_neu01a"]
    assert not any("published" in problem and "class" in problem for problem in corpus.check().problems)


def test_the_published_counts_are_those_of_9365_emotional_and_332_neutral_samples() -> None:
    from ai4er.corpora.demos import Reader

    assert sum(Reader.published.values()) - Reader.published["neutral"] == 9365
    assert sum(Reader.published.values()) == 9697


def test_other_names_are_reported(folder: Path, write_audio) -> None:
    write_audio("wav_DEMoS/DEMOS/NP_f_01_xxx01a.wav")
    assert open_corpus("demos", folder).left_out() == [
        "files not named like NP_f_01_sor12b (1): wav_DEMoS/DEMOS/NP_f_01_xxx01a.wav"
    ]


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file below .* is named like NP_f_01_sor12b"):
        open_corpus("demos", tmp_path).read()
