from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.iemocap import _CLASSES, _PUBLISHED, recording_of
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

IMPROVISED = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[6.2901 - 8.2357]	Ses01F_impro01_F000	neu	[2.5000, 2.5000, 2.5000]
C-E2:	Neutral;	()
C-E3:	Neutral;	()
C-E4:	Neutral; Excited;	()
C-F1:	Neutral;	(curious)
A-E3:	val 3; act 2; dom  2;	()
A-E4:	val 2; act 3; dom  3;	(mildly aggravated but staying polite, attitude)
A-F1:	val 3; act 2; dom  1;	()

[10.0100 - 11.3925]	Ses01F_impro01_F001	xxx	[2.5000, 2.0000, 2.0000]
C-E2:	Frustration;	()
C-E3:	Anger; Other;	(annoyed)
C-E4:	Surprise;	()
A-E3:	val 3; act ; dom  2;	()

[7.5712 - 10.4750]	Ses01F_impro01_M000	fea	[1.5000, 3.0000, 2.0000]
C-E2:	Fear;	()
C-E3:	Fear;	()
A-E3:	val 1; act 3; dom  2;	()

"""
SCRIPTED = """% [START_TIME - END_TIME] TURN_NAME EMOTION [V, A, D]

[1.5000 - 3.0000]	Ses05M_script01_1b_M003	exc	[4.0000, 4.0000, 3.0000]
C-E1:	Excited;	()
C-E2:	Happiness;	()
A-E1:	val 4; act 4; dom  3;	()
"""
SPOKEN = """Ses01F_impro01_F000 [006.2901-008.2357]: Excuse me.
Ses01F_impro01_M000 [007.5712-010.4750]: Do you have your forms?
M: Hm.
Ses01F_impro01_F001 [010.0100-011.3925]: Yeah.
"""


@pytest.fixture
def folder(tmp_path: Path, write_audio, write_text) -> Path:
    evaluations = "IEMOCAP_full_release/Session{}/dialog/EmoEvaluation/{}.txt"
    write_text(evaluations.format(1, "Ses01F_impro01"), IMPROVISED)
    write_text(evaluations.format(1, "._Ses01F_impro01"), b"\x00\x05\x16\x07")
    write_text(evaluations.format(1, "Categorical/e2_Ses01F_impro01_cat"), "Ses01F_impro01_F000 :Neutral state; ()")
    write_text(evaluations.format(5, "Ses05M_script01_1b"), SCRIPTED)
    write_text("IEMOCAP_full_release/Session1/dialog/transcriptions/Ses01F_impro01.txt", SPOKEN)
    for turn in ("Ses01F_impro01_F000", "Ses01F_impro01_F001", "Ses01F_impro01_M000", "Ses05M_script01_1b_M003"):
        write_audio(f"IEMOCAP_full_release/{recording_of(turn).as_posix()}")
    return tmp_path


def test_turns_of_a_dialogue_are_numbered_by_their_time(folder: Path) -> None:
    records = open_corpus("iemocap", folder).read()
    assert [(record.id, record.turn) for record in records] == [
        ("Ses01F_impro01_F000", 0), ("Ses01F_impro01_M000", 1), ("Ses01F_impro01_F001", 2),
        ("Ses05M_script01_1b_M003", 0),
    ]  # fmt: skip
    assert [record.speaker for record in records] == ["Ses01F", "Ses01M", "Ses01F", "Ses05M"]
    assert [record.session for record in records] == ["Ses01"] * 3 + ["Ses05"]
    assert {record.dialogue for record in records} == {"Ses01F_impro01", "Ses05M_script01_1b"}
    assert [record.text for record in records] == ["Excuse me.", "Do you have your forms?", "Yeah.", None]
    assert [record.attributes["kind"] for record in records] == ["improvised"] * 3 + ["scripted"]
    assert records[3].attributes["scenario"] == "script01_1b"
    assert records[1].attributes["gender"] == "male"
    assert all(record.audio and record.digest and record.start is None for record in records)


def test_the_words_of_the_raters_are_votes_where_they_are_asked_for(folder: Path) -> None:
    first, _, disagreed, scripted = open_corpus("iemocap:votes=words", folder).read()
    assert first.votes == ("neutral", "neutral", "neutral", "excited")
    assert disagreed.votes == ("frustrated", "angry", "annoyed", "surprised")
    assert disagreed.raters == ("E2", "E3", "E3", "E4")
    assert (disagreed.label, scripted.votes) == (None, ("excited", "happy"))


def test_several_words_in_the_brackets_are_several_votes(folder: Path, write_text) -> None:
    written = IMPROVISED.replace("(annoyed)", "(Annoyed; mildly aggravated, )")
    write_text("IEMOCAP_full_release/Session1/dialog/EmoEvaluation/Ses01F_impro01.txt", written)
    votes = open_corpus("iemocap:votes=words", folder).read()[2].votes
    assert votes == ("frustrated", "angry", "annoyed", "mildly aggravated", "surprised")


def test_votes_and_ratings_are_those_of_the_outside_raters(folder: Path) -> None:
    first, fear, disagreed, _ = open_corpus("iemocap:target=iemocap10", folder).read()
    assert first.votes == ("neutral", "neutral", "neutral", "excited")
    assert first.raters == ("E2", "E3", "E4", "E4")
    assert first.dimensions == {"valence": 2.5, "arousal": 2.5, "dominance": 2.5}
    ratings = label_space("valence_arousal_dominance_1_5").ratings(first)
    assert ratings is not None
    assert ratings.tolist() == [[3, 2, 2], [2, 3, 3]]
    assert first.attributes["raters"] == "E2,E3,E4"
    assert first.attributes["self_evaluation"] == "neutral"
    assert first.attributes["self_dominance"] == "1"
    assert disagreed.votes == ("frustrated", "angry", "other", "surprised")
    assert disagreed.ratings == ({"valence": 3, "dominance": 2},)
    assert "self_evaluation" not in fear.attributes


@pytest.mark.parametrize(
    ("target", "labels", "votes"),
    [
        ("iemocap6", ["neutral", None, None, "excited"], ("excited", "happy")),
        ("iemocap4", ["neutral", None, None, "happy"], ("happy", "happy")),
        ("iemocap10", ["neutral", "fearful", None, "excited"], ("excited", "happy")),
    ],
)
def test_target_says_which_classes_are_labelled(
    folder: Path, target: str, labels: list[str | None], votes: tuple[str, ...]
) -> None:
    corpus = open_corpus(f"iemocap:target={target}", folder)
    records = corpus.read()
    assert [record.label for record in records] == labels
    assert records[3].votes == votes
    assert [record.attributes["emotion"] for record in records] == ["neutral", "fearful", "no_agreement", "excited"]
    assert corpus.space == label_space(target)
    space = corpus.space.override({"kind": "distribution", "name": "votes"})
    assert all(space.target(record) is not None for record in records if record.votes)


def test_the_dialogues_video_is_cut_by_the_times_of_the_turn(folder: Path, write_text) -> None:
    write_text("IEMOCAP_full_release/Session1/dialog/avi/DivX/Ses01F_impro01.avi", "")
    corpus = open_corpus("iemocap:recording=dialogue", folder)
    first, *_, scripted = corpus.read()
    assert first.video
    assert first.video.endswith("Ses01F_impro01.avi")
    assert (first.audio, first.start, first.end) == (None, 6.2901, 8.2357)
    assert (scripted.video, scripted.start) == (None, None)
    assert corpus.left_out()[0].startswith("turns without video of its dialogue (1): Ses05M_script01_1b_M003")


def test_check_names_turns_without_recording_or_transcription(folder: Path) -> None:
    (folder / "IEMOCAP_full_release" / recording_of("Ses01F_impro01_M000")).unlink()
    assert open_corpus("iemocap", folder).left_out() == [
        "turns without recording (1): Ses01F_impro01_M000",
        "turns without transcription (1): Ses05M_script01_1b_M003",
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("neu\t[2.5000, 2.5000", "neu\t[2.5000", "line 3 is not like"),
        ("impro01_F000\tneu", "impro01_F000\tzzz", "line 3: unknown emotion 'zzz'; known are ang"),
        ("A-E3:\tval 3; act 2", "A-E3:\tval 3", "line 8 is not a rater's line"),
    ],
)
def test_a_damaged_evaluation_is_one_clear_line(folder: Path, write_text, old: str, new: str, message: str) -> None:
    name = "IEMOCAP_full_release/Session1/dialog/EmoEvaluation/Ses01F_impro01.txt"
    write_text(name, IMPROVISED.replace(old, new, 1))
    with pytest.raises(Ai4erError, match=rf"Ses01F_impro01\.txt: {message}"):
        open_corpus("iemocap", folder).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"give the folder IEMOCAP_full_release"):
        open_corpus("iemocap", tmp_path).read()


def test_published_counts_add_up_to_the_published_turns() -> None:
    assert sum(_PUBLISHED["iemocap10"].values()) + 2507 == 10039
    assert sum(_PUBLISHED["iemocap4"].values()) == 5531
    assert all(set(counts) == set(label_space(space).names) for space, counts in _PUBLISHED.items())


def test_every_official_path_is_understood(layout) -> None:
    rows = layout("iemocap")
    assert len(rows) == 5531
    for row in rows:
        path = Path(row["path"])
        assert Path("iemocap") / recording_of(path.stem) == path
    counts = Counter(_CLASSES[row["label"]] for row in rows)
    assert counts["happy"] + counts.pop("excited") == _PUBLISHED["iemocap4"]["happy"]
    assert all(counts[name] == number for name, number in _PUBLISHED["iemocap4"].items() if name != "happy")
    speakers = {path.stem[:5] + path.stem.split("_")[-1][0] for path in (Path(row["path"]) for row in rows)}
    assert len(speakers) == 10
