"""Random splits and random validation: what they keep apart, what they do not, and that they say so."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import SPEAKER_DEPENDENT, Fold, audit, parse_protocol
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
CLASSES = (*["anger"] * 6, *["happiness"] * 3, "neutral", "sadness")
RECORDS = Records(
    Record(id=f"{s}-{i}", corpus="here", speaker=f"s{s}", label=CLASSES[i % 11]) for s in range(5) for i in range(44)
)


def folds(spec: str, records: Records = RECORDS, seed: int = 0) -> list[Fold]:
    protocol = parse_protocol(spec)
    found = protocol.folds(records, SPACE, seed)
    for fold in found:
        audit(fold, records, protocol)
    return found


def shares(fold: Fold, role: str) -> dict[str, float]:
    counts = Counter(RECORDS[int(i)].label for i in fold.roles[role])
    return {str(name): number / len(fold.roles[role]) for name, number in counts.items()}


@pytest.mark.parametrize("spec", ["random_split:stratified=true", "random_kfold:folds=5,stratified=true"])
def test_a_stratified_split_has_equal_shares_of_every_class_and_is_marked(spec: str) -> None:
    whole = {name: CLASSES.count(name) / 11 for name in SPACE.names}
    for fold in folds(spec):
        assert shares(fold, "test") == pytest.approx(whole, abs=0.03) == shares(fold, "train")
        assert fold.mark == SPEAKER_DEPENDENT
    with pytest.raises(Ai4erError, match="a class has 1 records"):
        folds(spec, Records([*RECORDS.take(range(9)), RECORDS[9]]))


def test_a_random_split_tests_a_fifth_and_validates_on_a_part_of_the_rest() -> None:
    (fold,) = folds("random_split:valid_share=0.25")
    assert [len(fold.roles[role]) for role in ("train", "valid", "test")] == [132, 44, 44]
    (other,) = folds("random_split:valid_share=0.25", seed=1)
    (fixed,), (again,) = folds("random_split:seed=3"), folds("random_split:seed=3", seed=1)
    assert (fold.roles["test"] != other.roles["test"]).any() and (fixed.roles["test"] == again.roles["test"]).all()


def test_random_validation_takes_a_share_of_training_and_leaves_test_alone() -> None:
    plain, drawn, again = (folds(f"loso:valid_speakers=none{more}") for more in ("", *["|random_validation"] * 2))
    for one, two, same in zip(plain, drawn, again):
        assert (one.roles["test"] == two.roles["test"]).all() and (two.roles["valid"] == same.roles["valid"]).all()
        assert (np.union1d(two.roles["train"], two.roles["valid"]) == one.roles["train"]).all()
        assert len(two.roles["valid"]) == round(0.1 * len(one.roles["train"])) and "validate" in two.notes[-1]
        assert len({RECORDS[int(i)].speaker for i in two.roles["valid"]}) == 4
    with pytest.raises(Ai4erError, match="has a validation part already"):
        folds("loso|random_validation")


def test_random_validation_draws_whole_dialogues_and_no_copy_of_a_training_file() -> None:
    talks = Records(
        Record(
            id=f"{d}-{t}", corpus="here", speaker=f"s{d % 4}", dialogue=f"d{d}", label=SPACE.names[t % 4],
            digest="same" if t == 0 and d < 8 else f"{d}-{t}",
        )
        for d in range(40) for t in range(5)
    )  # fmt: skip
    for fold in folds("speaker_kfold:folds=2,valid_speakers=none|random_validation:share=0.3", talks):
        assert len(fold.roles["valid"]) >= 20
