"""Promises about folds: who is tested, who is never shared, and what is said when it cannot be."""

from __future__ import annotations

import os
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import Fold, Protocol, audit, parse_protocol, protocol_names
from ai4er.protocols.leaks.guarantees import overlap
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]


def utterances(speakers: int = 4, each: int = 3, corpus: str = "here", **same: object) -> Records:
    return Records(
        Record(id=f"{s}-{i}", corpus=corpus, speaker=f"s{s:02}", label=SPACE.names[i % 4]).replace(**same)
        for s in range(speakers)
        for i in range(each)
    )


def conversations(sessions: int = 5, dialogues: int = 2) -> Records:
    """Two speakers a session who talk to each other, as in IEMOCAP; each third turn is not annotated."""
    return Records(
        Record(
            id=f"{s}-{d}-{turn}",
            corpus="dyads",
            speaker=f"{s}{'FM'[turn % 2]}",
            session=str(s),
            dialogue=f"{s}-{d}",
            turn=turn,
            label=None if turn % 3 == 2 else SPACE.names[turn % 4],
        )
        for s in range(sessions)
        for d in range(dialogues)
        for turn in range(7)
    )


def speakers(fold: Fold, role: str, records: Records) -> set[str]:
    return {records[int(i)].speaker for i in fold.roles[role]}


def check(protocol: Protocol, records: Records, seed: int = 0) -> list[Fold]:
    folds = protocol.folds(records, SPACE, seed)
    for fold in folds:
        audit(fold, records, protocol)
    return folds


def test_leave_one_speaker_out_tests_every_record_once_and_validates_in_rotation() -> None:
    records = utterances(5)
    folds = check(parse_protocol("loso"), records)
    assert [fold.name for fold in folds] == ["s00", "s01", "s02", "s03", "s04"]
    assert sorted(np.concatenate([fold.roles["test"] for fold in folds])) == list(range(len(records)))
    assert [speakers(fold, "valid", records) for fold in folds] == [{f"s0{(i + 1) % 5}"} for i in range(5)]
    for fold in folds:
        assert sum(len(positions) for positions in fold.roles.values()) == len(records)


def test_no_validation_part_leaves_all_other_speakers_to_training() -> None:
    fold = check(parse_protocol("loso:valid_speakers=none"), utterances(4))[0]
    assert len(fold.roles["valid"]) == 0
    assert len(fold.roles["train"]) == 9


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 9), st.integers(0, 20)), min_size=40, max_size=80),
    st.sampled_from(["loso", "speaker_kfold:folds=3", "session", "random_kfold:folds=4,valid_share=0.2"]),
    st.integers(0, 5),
)
def test_no_fold_of_ours_ever_leaks(rows: list[tuple[int, int, int]], spec: str, seed: int) -> None:
    records = Records(
        Record(
            id=str(i), corpus="c", speaker=f"s{s}", session=str(s // 2), label="anger",
            dialogue=f"{d}" if d > 6 else "", digest=f"{f}" if f < 15 else "",
        )
        for i, (s, d, f) in enumerate(rows)
    )  # fmt: skip
    protocol = parse_protocol(spec)
    try:
        folds = protocol.folds(records, SPACE, seed)
    except Ai4erError:
        assume(False)
    for fold in folds:
        audit(fold, records, protocol)


def test_speaker_kfold_divides_the_speakers_and_its_seed_shuffles_them() -> None:
    records = utterances(11)
    protocol = parse_protocol("speaker_kfold")
    folds = check(protocol, records)
    tested = [speakers(fold, "test", records) for fold in folds]
    assert sorted(map(len, tested)) == [2, 2, 2, 2, 3]
    assert set.union(*tested) == {r.speaker for r in records}
    again, other = protocol.folds(records, SPACE, 0), protocol.folds(records, SPACE, 1)
    assert all((a.roles["train"] == b.roles["train"]).all() for a, b in zip(folds, again))
    assert tested != [speakers(fold, "test", records) for fold in other]


def test_a_session_fold_keeps_both_speakers_of_a_dialogue_and_unlabelled_turns_as_context() -> None:
    records = conversations()
    folds = check(parse_protocol("session"), records)
    assert [fold.name for fold in folds] == ["0", "1", "2", "3", "4"]
    for fold in folds:
        assert sum(len(positions) for positions in fold.roles.values()) == len(records)
        assert speakers(fold, "test", records) == {f"{fold.name}F", f"{fold.name}M"}
        assert not fold.speaker_dependent and fold.mark == ""


def test_sessions_that_share_speakers_are_marked() -> None:
    records = Records(r.replace(session=str(i % 3)) for i, r in enumerate(utterances(4, 9)))
    folds = check(parse_protocol("session"), records)
    assert {fold.mark for fold in folds} == {"†speaker-dependent"}


def test_the_partner_of_a_tested_speaker_is_left_out_and_counted() -> None:
    records = conversations()
    fold = check(parse_protocol("loso:valid_speakers=0"), records)[0]
    assert fold.name == "0F"
    assert speakers(fold, "train", records) == {f"{s}{g}" for s in "1234" for g in "FM"}
    partner = sum(r.speaker == "0M" and r.label is not None for r in records)
    assert fold.notes == (f"{partner} turns of dialogues that another role holds left out of train",)


def test_unlabelled_records_without_a_dialogue_are_left_out() -> None:
    records = Records(r.replace(label=None if i % 3 == 0 else r.label) for i, r in enumerate(utterances(4)))
    for fold in check(parse_protocol("loso"), records):
        assert all(records[int(i)].label for positions in fold.roles.values() for i in positions)


def test_random_kfold_is_that_of_scikit_learn_and_carries_its_mark_everywhere() -> None:
    from sklearn.model_selection import KFold

    records = utterances(4, 10)
    protocol = parse_protocol("random_kfold:seed=46")
    folds = check(protocol, records, seed=3)
    for fold, (train, test) in zip(folds, KFold(10, shuffle=True, random_state=46).split(np.arange(40))):
        assert (fold.roles["train"] == train).all() and (fold.roles["test"] == test).all()
    assert protocol.speaker_dependent and all(fold.speaker_dependent for fold in folds)
    assert "†speaker-dependent" == protocol.mark == folds[0].mark
    assert protocol.mark in protocol.promise()


def test_official_takes_the_split_and_says_which_splits_there_are() -> None:
    records = Records(r.replace(split=("train", "valid", "test2", "test2")[int(r.speaker[1:])]) for r in utterances(4))
    fold = check(parse_protocol("official:test=test2"), records)[0]
    sizes = {role: len(positions) for role, positions in fold.roles.items()}
    assert sizes == {"train": 3, "valid": 3, "test": 6}
    with pytest.raises(Ai4erError, match="no 'unlabelled' data"):
        fold.role("unlabelled")
    with pytest.raises(Ai4erError, match=r"test2 \(6\), train \(3\), valid \(3\): say which with official:test=NAME"):
        parse_protocol("official").folds(records, SPACE, 0)


def test_the_official_split_says_whether_its_speakers_are_shared() -> None:
    split = [r.replace(split=("train", "test")[i % 2]) for i, r in enumerate(utterances(4))]
    protocol = parse_protocol("official")
    assert check(protocol, Records(split))[0].mark == "†speaker-dependent"
    unknown = Records(r.replace(speaker="") for r in split)
    assert check(protocol, unknown)[0].mark == "‡speakers unknown"


def test_training_copies_of_test_images_are_dropped_and_counted() -> None:
    records = Records(
        Record(
            id=str(i), corpus="faces", split="train" if i < 20 else "test", digest=str(i if i < 20 else i - 5),
            label="anger",
        )
        for i in range(40)
    )  # fmt: skip
    fold = check(parse_protocol("official"), records)[0]
    assert len(fold.roles["train"]) == 15 and len(fold.roles["test"]) == 20
    assert fold.notes == ("5 copies of files that another role holds left out of train",)


def test_parts_of_one_recording_are_not_copies() -> None:
    records = Records(r.replace(digest="same", start=float(i), end=i + 1.0) for i, r in enumerate(utterances(4)))
    assert check(parse_protocol("loso"), records)[0].notes == ()


def test_cross_corpus_trains_on_all_sources_and_never_confuses_equal_names() -> None:
    records = utterances(4, corpus="one") + utterances(3, corpus="two") + utterances(2, corpus="three")
    (fold,) = check(parse_protocol("cross_corpus:target=two"), records)
    corpora = {role: {records[int(i)].corpus for i in positions} for role, positions in fold.roles.items()}
    assert corpora == {"train": {"one", "three"}, "valid": {"one", "three"}, "test": {"two"}}
    assert len(fold.roles["test"]) == 9
    with pytest.raises(Ai4erError, match="target=four must be one of one, three, two"):
        parse_protocol("cross_corpus:target=four").folds(records, SPACE, 0)


def test_unlabelled_target_data_is_seven_tenths_and_each_repeat_differs() -> None:
    records = utterances(4, corpus="one") + utterances(10, 10, corpus="two")
    folds = check(parse_protocol("cross_corpus_unlabelled:target=two"), records)
    assert len(folds) == 10
    for fold in folds:
        assert (len(fold.roles["train"]), len(fold.roles["unlabelled"]), len(fold.roles["test"])) == (12, 70, 30)
    assert all((a.roles["test"] != b.roles["test"]).any() for a, b in pairwise(folds))


def test_unlabelled_target_dialogues_are_divided_whole() -> None:
    records = utterances(4, corpus="one") + conversations()
    for fold in check(parse_protocol("cross_corpus_unlabelled:target=dyads"), records):
        tested, adapted = ({records[int(i)].dialogue for i in fold.roles[role]} for role in ("test", "unlabelled"))
        assert len(tested) == 3 and not tested & adapted


def test_a_partly_labelled_target_is_divided_by_speakers_and_its_labels_by_class() -> None:
    records = utterances(4, corpus="one") + utterances(8, 10, corpus="two")
    folds = check(parse_protocol("cross_corpus_partly_labelled:target=two,labelled=0.4,folds=4"), records)
    assert len(folds) == 4
    tested = set()
    for fold in folds:
        named = [records[int(i)] for i in fold.roles["train"] if records[int(i)].corpus == "two"]
        assert len(fold.roles["train"]) - len(named) == 9 and len(fold.roles["test"]) == 20
        assert Counter(r.label for r in named) == {name: 6 if i < 2 else 4 for i, name in enumerate(SPACE.names)}
        assert len(fold.roles["unlabelled"]) == 50 - len(named)
        assert {records[int(i)].corpus for i in fold.roles["valid"]} == {"one", "two"}
        tested |= speakers(fold, "test", records)
    assert len(tested) == 8
    with pytest.raises(Ai4erError, match="8 known speakers, and 10 are needed"):
        parse_protocol("cross_corpus_partly_labelled:target=two,folds=9").folds(records, SPACE, 0)


def test_a_role_that_a_protocol_lacks_names_the_protocols_that_have_it() -> None:
    fold = check(parse_protocol("loso"), utterances())[0]
    with pytest.raises(Ai4erError, match="use cross_corpus_partly_labelled or cross_corpus_unlabelled or"):
        fold.role("unlabelled")


@pytest.mark.parametrize(
    ("spec", "records", "said"),
    [
        ("loso", utterances(speaker=""), "do not say who speaks; protocols for these records: random_kfold"),
        ("loso", utterances(1, 20), r"one speaker only \(here/s00\)"),
        ("loso", utterances(2), "2 speakers, and 3 are needed; .*leave_one_speaker_out:valid_speakers=0"),
        ("speaker_kfold", utterances(4), "4 speakers, and 5 are needed; .*leave_one_speaker_out"),
        ("session", utterances(), "do not say in which session"),
        ("official", utterances(), "no official split; protocols for these records: leave_one_speaker_out"),
        ("random_kfold", utterances(2), "6 labelled records for 10 folds"),
        ("cross_corpus:target=here", utterances(), "two corpora or more are needed"),
        ("session", utterances(3, 3, "a") + utterances(3, 3, "b"), "cross_corpus:target=a, cross_corpus_unlabelled"),
    ],
)
def test_a_protocol_that_records_cannot_give_says_which_they_can(spec: str, records: Records, said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        parse_protocol(spec).folds(records, SPACE, 0)


def hand_made(records: Records, train: list[int], test: list[int]) -> Fold:
    roles = {"train": np.array(train), "valid": np.array([], int), "test": np.array(test)}
    return Fold(0, "mine", roles, "leave_one_speaker_out", speaker_dependent=False)


def test_the_audit_finds_every_kind_of_leak() -> None:
    records = utterances(4)
    loso, random = parse_protocol("loso"), parse_protocol("random_kfold")
    with pytest.raises(Ai4erError, match="speaker 'here/s00' is in both train and test"):
        audit(hand_made(records, [0, 4, 5], [1, 2]), records, loso)
    with pytest.raises(Ai4erError, match="record '0-0' is in both train and test"):
        audit(hand_made(records, [0, 1], [0]), records, loso)
    talking = Records(r.replace(dialogue="d", session="x") for r in records)
    with pytest.raises(Ai4erError, match="dialogue 'here/d' is in both train and test"):
        audit(hand_made(talking, [0, 1, 2], [3, 4]), talking, loso)
    monologues = Records(r.replace(dialogue="") for r in talking)
    with pytest.raises(Ai4erError, match="session 'here/x' is in both train and test"):
        audit(hand_made(monologues, [0, 1], [3]), monologues, parse_protocol("session"))
    copied = Records(r.replace(digest="x") for r in records)
    marked = Fold(0, "mine", {"train": np.array([0, 3]), "test": np.array([1])}, "random_kfold", True)
    audit(marked, records, random)
    with pytest.raises(Ai4erError, match="copy of a file '0-0' is in both"):
        audit(marked, copied, random)


def test_overlap_names_what_is_shared() -> None:
    records = utterances(4, text="A cloth lies on the fridge.")
    found = overlap(check(parse_protocol("random_kfold:folds=3"), records)[0], records)
    assert found["speaker"] and not found["file"] and found["text"] == ["a cloth lies on the fridge."]
    assert overlap(check(parse_protocol("loso"), records)[0], records)["speaker"] == []


@pytest.mark.parametrize("name", protocol_names())
def test_every_protocol_is_named_says_what_it_guarantees_and_reads_its_own_spec(name: str) -> None:
    protocol = parse_protocol(name)
    assert protocol.name == name
    assert "test never shares with training" in protocol.promise()
    changed = protocol.override({key: 3 for key in type(protocol).model_fields if key in ("parts", "valid_speakers")})
    assert parse_protocol(changed.name) == changed


def test_unknown_names_and_settings_are_answered_with_the_nearest() -> None:
    with pytest.raises(Ai4erError, match="did you mean 'random_kfold'"):
        parse_protocol("random_fold")
    with pytest.raises(Ai4erError, match="did you mean 'valid_speakers'"):
        parse_protocol("loso:valid_speaker=2")
    with pytest.raises(Ai4erError, match="no setting of speaker_kfold named 'fold': did you mean 'folds'"):
        parse_protocol("speaker_kfold:fold=2")


def test_the_fields_short_names_are_understood() -> None:
    assert parse_protocol("speaker-5fold") == parse_protocol("speaker_kfold:folds=5")
    assert parse_protocol("random-10fold:seed=46") == parse_protocol("random_kfold:folds=10,seed=46")
    assert parse_protocol("loso") == parse_protocol("leave_one_speaker_out")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("speaker_kfold:folds=1", "speaker_kfold:folds=1: it should be greater than or equal to 2"),
        ("random_kfold:stratified=true,folds=x", "random_kfold:folds=x: it should be a valid integer"),
        ("loso|noise:kind=brown,seed=3", "noise:kind=brown: it should be 'recorded', 'white', 'pink' or 'babble'"),
        ("loso|noise:levels=5+a", r"noise:levels=5\+a: it should be a valid number"),
        ("loso|missing:rate=2", "missing:rate=2: a rate lies between 0 and 1"),
        ("loso|missing:rate=0.1+0.2,where=both", r"missing:where=both,rate=0.1\+0.2: where=both needs one rate"),
    ],
)
def test_a_wrong_setting_is_shown_as_it_was_written(spec: str, said: str) -> None:
    with pytest.raises(Ai4erError, match=f"^{said}"):
        parse_protocol(spec)


@pytest.mark.skipif(not os.environ.get("AI4ER_DATA"), reason="AI4ER_DATA does not say where the corpora are")
@pytest.mark.parametrize(
    ("corpus", "specs"),
    [
        ("emodb", ("loso", "speaker_kfold", "random_kfold")),
        ("ravdess", ("loso", "random_kfold")),
        ("meld", ("official",)),
    ],
)
def test_folds_of_real_corpora_pass_the_audit(corpus: str, specs: tuple[str, ...]) -> None:
    from ai4er.corpora.base import corpus_names, open_corpus

    if corpus not in corpus_names():
        pytest.skip(f"this installation has no reader of {corpus}")
    reader = open_corpus(corpus)
    records = reader.read()
    for spec in specs:
        protocol = parse_protocol(spec)
        for fold in protocol.folds(records, reader.space, 0):
            audit(fold, records, protocol)
