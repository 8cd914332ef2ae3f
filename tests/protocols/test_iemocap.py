"""The ways in which papers divide IEMOCAP: sessions, speakers, fixed dialogues, on each subset of its turns."""

from __future__ import annotations

import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.protocols.base import Fold, audit, parse_protocol
from ai4er.protocols.leaks.guarantees import guarantees
from ai4er.records import Record, Records

FOUR = {"angry": "angry", "excited": "happy", "happy": "happy", "neutral": "neutral", "sad": "sad"}
EMOTIONS = ("angry", "happy", "excited", "neutral", "sad", "frustrated")


def iemocap(classes: int = 4, sessions: int = 5) -> Records:
    """Sessions of a woman and a man with two improvised and two scripted dialogues each."""
    space = label_space(f"iemocap{classes}")
    records = []
    for session in range(1, sessions + 1):
        for number, kind in enumerate(("improvised", "scripted") * 2):
            for turn, emotion in enumerate((*EMOTIONS, *EMOTIONS)):
                label = FOUR.get(emotion) if classes == 4 else emotion
                records.append(
                    Record(
                        id=f"{session}-{number}-{turn}", corpus="iemocap", speaker=f"Ses0{session}{'FM'[turn // 6]}",
                        session=f"Ses0{session}", dialogue=f"{session}-{number}", turn=turn,
                        label=label if label in space.names else None, attributes={"kind": kind, "emotion": emotion},
                    )
                )  # fmt: skip
    return Records(records)


def check(spec: str, classes: int = 4) -> tuple[list[Fold], Records]:
    records, protocol = iemocap(classes), parse_protocol(spec)
    folds = protocol.folds(records, label_space(f"iemocap{classes}"), 0)
    for fold in folds:
        audit(fold, records, protocol)
    return folds, records


def labelled(fold: Fold, role: str, records: Records) -> list[Record]:
    return [record for record in (records[int(i)] for i in fold.roles[role]) if record.label]


@pytest.mark.parametrize(("spec", "folds"), [("iemocap_5_sessions", 5), ("iemocap_10_speakers", 10), ("loso", 10)])
def test_every_utterance_is_tested_once_by_a_model_that_never_heard_the_speaker(spec: str, folds: int) -> None:
    found, records = check(spec)
    assert len(found) == folds and "speaker" in guarantees(found, records).disjoint
    tested = [record.id for fold in found for record in labelled(fold, "test", records)]
    assert sorted(tested) == sorted(record.id for record in records if record.label)


@pytest.mark.parametrize("protocol", ["iemocap_5_sessions", "iemocap_10_speakers"])
def test_a_subset_without_excitement_has_none_in_any_role(protocol: str) -> None:
    found, records = check(f"{protocol}:subset=four_class_4490")
    tested = [record.attributes["emotion"] for fold in found for record in labelled(fold, "test", records)]
    assert "excited" not in tested
    assert len(tested) == sum(record.attributes["emotion"] in FOUR.keys() - {"excited"} for record in records)


def test_six_classes_need_the_corpus_read_in_six_classes() -> None:
    found, records = check("iemocap_5_sessions:subset=six_class_7380", classes=6)
    assert {r.label for fold in found for r in labelled(fold, "test", records)} == set(label_space("iemocap6").names)
    with pytest.raises(Ai4erError, match="give --corpus iemocap:target=iemocap6"):
        check("iemocap_5_sessions:subset=six_class_7380", classes=4)


def test_fixed_dialogues_test_the_fifth_session_and_validate_on_whole_dialogues() -> None:
    (fold,), records = check("iemocap_dialogues:valid_share=0.25", classes=6)
    assert {record.session for record in labelled(fold, "test", records)} == {"Ses05"}
    dialogues = {role: {r.dialogue for r in labelled(fold, role, records)} for role in ("train", "valid", "test")}
    assert [len(dialogues[role]) for role in ("train", "valid", "test")] == [12, 4, 4]
    assert not fold.mark and fold.name == "Ses05"
    with pytest.raises(Ai4erError, match="there is no session Ses05"):
        parse_protocol("iemocap_dialogues").folds(iemocap(6, sessions=4), label_space("iemocap6"), 0)
