from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.crema_d import Reader
from ai4er.errors import Ai4erError

ACTORS = '"ActorID","Age","Sex","Race","Ethnicity"\n1001,51,"Male","Caucasian","Not Hispanic"\n'
ANSWERS = (
    '"","localid","queryType","clipName","respEmo","respLevel"\n'
    '"1","r1",1,"1001_IEO_ANG_HI","D",60\n'
    '"2","r2",1,"1001_IEO_ANG_HI","D",80\n'
    '"3","r3",1,"1001_IEO_ANG_HI","N",10\n'
    '"4","r1",2,"1001_IEO_ANG_HI","A",90\n'
    '"5","r2",1,"1001_DFA_SAD_XX","S",50\n'
    '"6","r3",1,"1001_DFA_SAD_XX","N",50\n'
)
COUNTS = (
    '"","A","D","F","H","N","S","fileName","numResponses"\n'
    '"100001",0,1,0,0,2,0,"1001_IEO_ANG_HI",3\n'
    '"200001",3,0,0,0,0,0,"1001_IEO_ANG_HI",3\n'
)
WINNERS = (
    '"","FileName","VoiceVote","VoiceLevel","FaceVote","FaceLevel","MultiModalVote","MultiModalLevel"\n'
    '"1","1001_IEO_ANG_HI","A:D","37.2:58.6","A","45.5","A","44.2"\n'
)


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    for name in ("1001_IEO_ANG_HI", "1001_DFA_SAD_XX"):
        write_audio(f"AudioWAV/{name}.wav")
        write_text(f"VideoFlash/{name}.flv", name)
    return tmp_path


def test_file_names_give_actor_sentence_emotion_and_intensity(folder: Path) -> None:
    sad, angry = open_corpus("crema_d", folder).read()
    assert (angry.label, angry.speaker, angry.text) == ("anger", "1001", "It's eleven o'clock.")
    assert angry.attributes == {"acted": "anger", "text_id": "IEO", "intensity": "high"}
    assert (sad.label, sad.text, sad.attributes["intensity"]) == ("sad", "Don't forget a jacket.", "unspecified")
    assert (sad.votes, sad.video, open_corpus("crema_d", folder).left_out()) == ((), None, [])


def test_videos_instead_of_sound(folder: Path) -> None:
    sad, _ = open_corpus("crema_d:media=video", folder).read()
    assert (sad.audio, sad.video) == (None, str(folder / "VideoFlash/1001_DFA_SAD_XX.flv"))


def test_actors_are_described(folder: Path, write_text) -> None:
    write_text("VideoDemographics.csv", ACTORS)
    sad, _ = open_corpus("crema_d", folder).read()
    assert {key: sad.attributes[key] for key in ("gender", "age", "race", "ethnicity")} == {
        "gender": "male", "age": "51", "race": "Caucasian", "ethnicity": "Not Hispanic",
    }  # fmt: skip


def test_every_answer_is_a_vote_with_its_level(folder: Path, write_text) -> None:
    write_text("finishedResponses.csv", ANSWERS)
    sad, angry = open_corpus("crema_d", folder).read()
    assert angry.votes == ("disgust", "disgust", "neutral")
    assert angry.raters == ("r1", "r2", "r3")
    assert angry.ratings == ({"intensity": 60.0}, {"intensity": 80.0}, {"intensity": 10.0})
    assert angry.dimensions == {"intensity": 50.0}
    assert (angry.label, angry.attributes["perceived"]) == ("anger", "disgust")
    assert sad.attributes["perceived"] == "neutral,sad"
    _, seen = open_corpus("crema_d:rated=face", folder).read()
    assert seen.votes == ("anger",)


def test_target_perceived_has_no_label_where_two_emotions_are_equal(folder: Path, write_text) -> None:
    write_text("finishedResponses.csv", ANSWERS)
    sad, angry = open_corpus("crema_d:target=perceived", folder).read()
    assert (sad.label, angry.label, angry.attributes["acted"]) == (None, "disgust", "anger")


def test_counted_votes_serve_without_the_single_answers(folder: Path, write_text) -> None:
    write_text("processedResults/tabulatedVotes.csv", COUNTS)
    _, angry = open_corpus("crema_d", folder).read()
    assert (angry.votes, angry.ratings, angry.dimensions) == (("disgust", "neutral", "neutral"), (), {})
    _, seen = open_corpus("crema_d:rated=face", folder).read()
    assert seen.votes == ("anger", "anger", "anger")


def test_the_winners_serve_without_votes(folder: Path, write_text) -> None:
    write_text("processedResults/summaryTable.csv", WINNERS)
    _, heard = open_corpus("crema_d:target=perceived", folder).read()
    _, seen = open_corpus("crema_d:target=perceived,rated=both", folder).read()
    assert (heard.label, heard.attributes["perceived"]) == (None, "anger,disgust")
    assert (seen.label, seen.attributes["perceived"]) == ("anger", "anger")


def test_target_perceived_without_votes_is_an_error(folder: Path) -> None:
    with pytest.raises(Ai4erError, match=r"target=perceived needs finishedResponses\.csv"):
        open_corpus("crema_d:target=perceived", folder).read()


@pytest.mark.parametrize(
    ("name", "table", "problem"),
    [
        ("finishedResponses.csv", ANSWERS.replace('"D"', '"Q"'), "unknown emotion 'Q'; known are A, D, F, H, N, S"),
        ("finishedResponses.csv", ANSWERS.replace(",60", ",x"), "respLevel is 'x' where a whole number is expected"),
        ("tabulatedVotes.csv", COUNTS.replace('"A"', '"B"', 1), r"tabulatedVotes\.csv: no column A"),
        ("summaryTable.csv", WINNERS[:-20], r"summaryTable\.csv: line 2 has \d fields where 8 are expected"),
        ("VideoDemographics.csv", "ActorID,Age\n", r"VideoDemographics\.csv: no column Sex"),
    ],
)
def test_a_broken_table_is_one_clear_line(folder: Path, write_text, name: str, table: str, problem: str) -> None:
    write_text(name, table)
    with pytest.raises(Ai4erError, match=problem):
        open_corpus("crema_d", folder).read()


def test_a_folder_without_any_such_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is named like 1001_IEO_ANG_HI"):
        open_corpus("crema_d", tmp_path).read()


def test_every_official_path_is_understood(described) -> None:
    words = {"ANG": "anger", "DIS": "disgust", "FEA": "fear", "HAP": "happy", "NEU": "neutral", "SAD": "sad"}
    found = described(Reader, "cremad")
    assert Counter(record.label for _, record in found) == Reader.published
    assert len({record.speaker for _, record in found}) == Reader.published_speakers
    for row, record in found:
        assert record.label == words[row["label"]]
        assert record.speaker == Path(row["path"]).name[:4]
