from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora._msp_ratings import LETTERS
from ai4er.corpora.msp_podcast import NAME
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

CONSENSUS = """FileName,EmoClass,EmoAct,EmoVal,EmoDom,SpkrID,Gender,Split_Set
MSP-PODCAST_0001_0008.wav,N,2.5,4.0,3.0,127,Male,Test1
MSP-PODCAST_0203_2889_0001.wav,X,4.2,3.8,4.0,Unknown,Female,Development
MSP-PODCAST_0232_0629.wav,O,3.0,3.0,3.0,9,Female,Train
"""
RATERS = """MSP-PODCAST_0001_0008.wav; N; A:2.500000; V:4.000000; D:3.000000;
WORKER00000001; Neutral; Neutral,Concerned; A:2.000000; V:4.000000; D:3.000000;
WORKER00000002; Other-bored; Neutral,Bored; A:3.000000; V:4.000000; D:3.000000;

MSP-PODCAST_0203_2889_0001.wav; X; A:4.2; V:3.8; D:4.0;
WORKER00000001; Angry; Angry; A:5.0; V:2.0; D:5.0;
WORKER00000003; Happy; Happy,Excited; A:5.0; V:6.0; D:4.0;
"""
DETAILED = """FileName,WorkerID,EmoClass_Major,EmoClass_Second,EmoAct,EmoVal,EmoDom
MSP-PODCAST_0001_0008.wav,WORKER00000001,Neutral,"Neutral,Concerned",2.0,4.0,3.0
MSP-PODCAST_0001_0008.wav,WORKER00000002,Other-bored,"Neutral,Bored",3.0,4.0,3.0
"""
JOINED = """FileName,EmoDetail
MSP-PODCAST_0001_0008.wav,"WORKER00000001; Neutral; Neutral,Concerned; A:2.0; V:4.0; D:3.0;"
MSP-PODCAST_0001_0008.wav,"WORKER00000002; Other-bored; Neutral,Bored; A:3.0; V:4.0; D:3.0;"
"""


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    write_text("Labels/labels_consensus.csv", CONSENSUS)
    write_text("Transcripts/MSP-PODCAST_0001_0008.txt", "So that is that.\n")
    for stem in ("0001_0008", "0203_2889_0001", "0232_0629"):
        write_audio(f"Audios/MSP-PODCAST_{stem}.wav")
    return tmp_path


def test_the_consensus_table_gives_label_dimensions_speaker_and_split(folder: Path) -> None:
    neutral, disagreed, other = open_corpus("msp_podcast", folder).read()
    assert [record.label for record in (neutral, disagreed, other)] == ["neutral", None, None]
    assert [record.split for record in (neutral, disagreed, other)] == ["test1", "dev", "train"]
    assert [record.speaker for record in (neutral, disagreed, other)] == ["127", "", "9"]
    assert neutral.dimensions == {"valence": 4.0, "arousal": 2.5, "dominance": 3.0}
    assert (neutral.text, disagreed.text) == ("So that is that.", None)
    assert neutral.attributes == {"gender": "male", "emotion": "neutral"}
    assert disagreed.session == "0203"
    assert disagreed.audio == str(folder / "Audios/MSP-PODCAST_0203_2889_0001.wav")


def test_target_with_other_labels_other(folder: Path) -> None:
    corpus = open_corpus("msp_podcast:target=msp_podcast9", folder)
    assert [record.label for record in corpus.read()] == ["neutral", None, "other"]
    assert corpus.space == label_space("msp_podcast9")


@pytest.mark.parametrize(
    ("name", "table"), [("labels.txt", RATERS), ("labels_detailed.csv", DETAILED), ("labels_detailed.csv", JOINED)]
)
def test_raters_are_read_from_every_form_of_the_release(folder: Path, write_text, name: str, table: str) -> None:
    write_text(f"Labels/{name}", table)
    record = open_corpus("msp_podcast:target=msp_podcast9", folder).read()[0]
    assert record.votes == ("neutral", "other")
    assert open_corpus("msp_podcast", folder).read()[0].votes == ("neutral",)
    ratings = label_space("valence_arousal_dominance_1_7").ratings(record)
    assert ratings is not None
    assert ratings.tolist() == [[4, 2, 3], [4, 3, 3]]
    assert record.attributes["raters"] == "WORKER00000001,WORKER00000002"
    assert record.attributes["secondary"] == "Neutral,Concerned|Neutral,Bored"


def test_older_releases_spell_folder_and_table_otherwise(tmp_path: Path, write_audio, write_text) -> None:
    write_text("Labels/labels_concensus.csv", CONSENSUS.splitlines()[0] + "\n" + CONSENSUS.splitlines()[1])
    write_audio("Audio/MSP-PODCAST_0001_0008.wav")
    (record,) = open_corpus("msp_podcast", tmp_path).read()
    assert record.audio


def test_check_names_what_has_no_counterpart(folder: Path, write_audio) -> None:
    (folder / "Audios/MSP-PODCAST_0232_0629.wav").unlink()
    write_audio("Audios/MSP-PODCAST_0999_0001.wav")
    assert open_corpus("msp_podcast", folder).left_out() == [
        "records without a recording (1): MSP-PODCAST_0232_0629",
        "recordings that no table names (1): MSP-PODCAST_0999_0001",
    ]


@pytest.mark.parametrize(
    ("name", "table", "message"),
    [
        ("labels_consensus.csv", CONSENSUS.replace("EmoAct", "Act"), "no column EmoAct"),
        ("labels_consensus.csv", CONSENSUS.replace(",N,", ",Q,"), "with the class 'Q'; expected are"),
        ("labels_consensus.csv", CONSENSUS.replace("2.5", "high"), "EmoAct is 'high' where a number is expected"),
        ("labels_consensus.csv", CONSENSUS[:-20], "line 4 has"),
        ("labels.txt", RATERS.replace("Angry; Angry", "Grumpy; Angry"), "line 6: unknown class 'grumpy' of a rater"),
        ("labels.txt", RATERS.replace("; A:5.0; V:6.0; D:4.0;", ""), "line 7: 'WORKER00000003; Happy.* is not like"),
        ("labels.txt", RATERS[RATERS.index("WORKER") :], "line 1: a rating before the first turn"),
        ("labels_detailed.csv", DETAILED.replace("EmoClass_Major", "Major"), "no column EmoClass_Major"),
    ],
)
def test_a_damaged_table_is_one_clear_line(folder: Path, write_text, name: str, table: str, message: str) -> None:
    write_text(f"Labels/{name}", table)
    with pytest.raises(Ai4erError, match=rf"{name}: .*{message}"):
        open_corpus("msp_podcast", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no file labels_consensus\.csv or labels_concensus\.csv"):
        open_corpus("msp_podcast", tmp_path).read()


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("msppodcast")
    assert len(rows) == 23126
    for row in rows:
        path = Path(row["path"])
        assert path.parts[:2] == ("msppodcast", "Audio")
        assert NAME.fullmatch(path.stem)
        assert row["label"] in LETTERS
