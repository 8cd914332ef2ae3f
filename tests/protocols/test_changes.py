"""Promises about changes of the training role: what they do to it, and that they touch nothing else."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, label_space
from ai4er.prediction.items import build_items
from ai4er.protocols.base import Fold, audit, parse_protocol
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.training.data import roles_of

SPACE = LABEL_SPACES["common4"]
SPECS = ["few_shot:shots=5", "low_resource:fraction=0.2", "imbalance:ratio=10", "label_noise:rate=0.25"]
RECORDS = Records(
    Record(id=f"{s}-{i}", corpus="here", speaker=f"s{s}", label=SPACE.names[i % 4]) for s in range(5) for i in range(40)
)


def folds(spec: str, seed: int = 0, records: Records = RECORDS) -> list[Fold]:
    return parse_protocol(spec).folds(records, SPACE, seed)


def counts(fold: Fold) -> Counter[str]:
    return Counter(RECORDS[int(i)].label for i in fold.roles["train"])


@pytest.mark.parametrize("spec", SPECS)
def test_only_the_training_role_changes_by_seed_and_says_so(spec: str) -> None:
    plain, changed, again, other = (
        folds(s, seed) for s, seed in (("loso", 0), *((f"loso|{spec}", n) for n in (0, 0, 1)))
    )
    for one, two, same in zip(plain, changed, again):
        assert (one.roles["test"] == two.roles["test"]).all() and (one.roles["valid"] == two.roles["valid"]).all()
        assert set(two.roles["train"]) <= set(one.roles["train"])
        assert (two.roles["train"] == same.roles["train"]).all() and two.wrong_labels == same.wrong_labels
        assert two.notes and two.protocol.startswith("leave_one_speaker_out|")
        audit(two, RECORDS, parse_protocol(f"loso|{spec}"))
    assert any(
        len(a.roles["train"]) != len(b.roles["train"])
        or (a.roles["train"] != b.roles["train"]).any()
        or a.wrong_labels != b.wrong_labels
        for a, b in zip(changed, other)
    )


def test_few_shots_are_so_many_of_each_class_and_part_of_more_shots() -> None:
    for few, more in zip(folds("loso|few_shot:shots=3"), folds("loso|few_shot:shots=7")):
        assert set(counts(few).values()) == {3} and set(counts(more).values()) == {7}
        assert set(few.roles["train"]) < set(more.roles["train"])
    with pytest.raises(Ai4erError, match="has 30 training items of anger for 31"):
        folds("loso|few_shot:shots=31")


def test_low_resource_keeps_the_fraction_of_every_class() -> None:
    for fold in folds("loso|low_resource:fraction=0.1"):
        assert dict(counts(fold)) == dict.fromkeys(SPACE.names, 3)


def test_the_tail_of_imbalance_is_exponential_and_another_class_is_rare_in_another_fold() -> None:
    found = folds("loso|imbalance:ratio=10")
    for fold in found:
        sizes = sorted(counts(fold).values(), reverse=True)
        assert sizes == [round(30 * 10 ** (-i / 3)) for i in range(4)]
    assert len({counts(fold).most_common()[-1][0] for fold in found}) > 1


def test_unseen_emotions_are_tested_alone_and_are_nowhere_else() -> None:
    for plain, fold in zip(folds("loso"), folds("loso|unseen_emotions:names=anger+sadness")):
        classes = {role: {RECORDS[int(i)].label for i in positions} for role, positions in fold.roles.items()}
        assert classes == {"train": {"happiness", "neutral"}, "valid": {"happiness", "neutral"},
                           "test": {"anger", "sadness"}}  # fmt: skip
        for role, positions in fold.roles.items():
            kept = [i for i in plain.roles[role] if RECORDS[int(i)].label in classes[role]]
            assert positions.tolist() == kept
        assert fold.notes == ("unseen emotions: anger, sadness; seen: happiness, neutral",)
        audit(fold, RECORDS, parse_protocol("loso|unseen_emotions:names=anger+sadness"))


def test_unseen_emotions_without_a_name_are_drawn_for_every_fold_by_the_seed() -> None:
    found, again = (folds("loso|unseen_emotions:count=1") for _ in range(2))
    assert [fold.notes for fold in found] == [fold.notes for fold in again]
    tested = [{RECORDS[int(i)].label for i in fold.roles["test"]} for fold in found]
    assert all(len(one) == 1 for one in tested) and len(set(map(str, tested))) > 1


def test_an_unlabelled_role_has_no_unseen_emotion_either() -> None:
    target = Records(
        record.replace(corpus="there", id=f"t{record.id}", speaker=f"t{record.speaker}") for record in RECORDS
    )
    spec = "cross_corpus_unlabelled:target=there|unseen_emotions:names=anger"
    records = RECORDS + target
    for fold in folds(spec, records=records):
        assert not any(records[int(i)].label == "anger" for i in fold.roles["unlabelled"])
        assert {records[int(i)].label for i in fold.roles["test"]} == {"anger"}


def test_an_unseen_turn_leaves_its_dialogue_and_its_context_stays_where_a_labelled_turn_does() -> None:
    records = Records(
        Record(
            id=f"{s}-{d}-{t}", corpus="dyads", speaker=f"s{s}", dialogue=f"{s}-{d}", turn=t,
            label=None if t == 2 else SPACE.names[d % 4],
        )
        for s in range(4) for d in range(8) for t in range(3)
    )  # fmt: skip
    for fold in folds("loso|unseen_emotions:names=anger", records=records):
        for role, positions in fold.roles.items():
            there = {records[int(i)].dialogue for i in positions}
            assert len(positions) == 3 * len(there)
            assert {SPACE.names[int(name.split("-")[1]) % 4] == "anger" for name in there} == {role == "test"}


def test_two_classes_at_least_are_seen_and_names_are_those_of_the_corpus() -> None:
    with pytest.raises(Ai4erError, match="3 of 4 classes unseen leave fewer than two"):
        folds("loso|unseen_emotions:count=3")
    with pytest.raises(Ai4erError, match="class of the training items"):
        folds("loso|unseen_emotions:names=boredom")


def test_label_noise_gives_the_rate_of_the_training_items_the_label_of_another_class() -> None:
    for fold in folds("loso|label_noise:rate=0.25"):
        assert len(fold.wrong_labels) == len(fold.roles["train"]) // 4
        assert set(fold.wrong_labels) | set(fold.wrong_labels.values()) <= set(fold.roles["train"].tolist())
        assert all(RECORDS[i].label != RECORDS[j].label for i, j in fold.wrong_labels.items())


def test_a_system_learns_the_wrong_labels_and_is_tested_on_the_right_ones() -> None:
    fold = folds("loso|label_noise:rate=0.25")[0]
    roles = roles_of(fold, build_items(RECORDS, {}, SPACE), system_class("tim_net"))
    wrong = [i for i, item in zip(fold.roles["train"], roles["train"]) if item.record.label != RECORDS[int(i)].label]
    assert wrong == sorted(fold.wrong_labels)
    assert all(item.target == SPACE.index(item.record.label) for item in roles["train"])
    assert [item.record for item in roles["test"]] == [RECORDS[int(i)] for i in fold.roles["test"]]


def test_changes_follow_each_other_and_the_spec_reads_itself() -> None:
    protocol = parse_protocol("speaker_kfold:folds=5|few_shot:shots=8|label_noise:rate=0.25")
    assert protocol.name == "speaker_kfold|few_shot:shots=8|label_noise:rate=0.25"
    assert parse_protocol(protocol.name) == protocol != parse_protocol("speaker_kfold|few_shot:shots=8")
    fold = protocol.folds(RECORDS, SPACE, 0)[0]
    assert len(fold.roles["train"]) == 32 and len(fold.wrong_labels) == 8


def test_a_chosen_turn_keeps_the_unlabelled_turns_of_its_dialogue_only() -> None:
    records = Records(
        Record(
            id=f"{s}-{d}-{t}", corpus="dyads", speaker=f"s{s}", dialogue=f"{s}-{d}", turn=t,
            label=None if t == 2 else SPACE.names[t],
        )
        for s in range(4) for d in range(6) for t in range(4)
    )  # fmt: skip
    fold = folds("loso|few_shot:shots=2", records=records)[0]
    chosen = [records[int(i)] for i in fold.roles["train"]]
    labelled = {record.dialogue for record in chosen if record.label}
    assert sum(record.label is not None for record in chosen) == 6
    assert sorted(record.dialogue for record in chosen if not record.label) == sorted(labelled)


def test_values_can_be_few_but_have_no_classes_to_count() -> None:
    space = label_space("valence_arousal_dominance")
    records = Records(r.replace(dimensions=dict.fromkeys(space.names, 0.5)) for r in RECORDS)
    fold = parse_protocol("loso|low_resource:fraction=0.1").folds(records, space, 0)[0]
    assert len(fold.roles["train"]) == 12
    with pytest.raises(Ai4erError, match="not one class an item"):
        parse_protocol("loso|few_shot").folds(records, space, 0)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("few_shot:shots=5", r"write it behind one, 'loso\|few_shot:shots=5'"),
        ("loso|few_shots", "did you mean 'few_shot'"),
        ("loso|few_shot:shot=5", "did you mean 'shots'"),
        ("loso|low_resource:fraction=0", "fraction"),
        ("loso|session", "no change of the training role"),
    ],
)
def test_wrong_specs_say_what_to_write(spec: str, said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        parse_protocol(spec)


def test_marks_hold_behind_a_bar_too() -> None:
    from ai4er.evaluation.report import ResultRow

    row = ResultRow("a", "b", "random_kfold|few_shot:shots=5", "all", 0, "ua", 0.5)
    assert row.mark == "†speaker-dependent"
    assert np.all([fold.mark == row.mark for fold in folds("random_kfold|few_shot")])
