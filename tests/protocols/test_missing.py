"""Missing modalities: which are taken away, and that it is the same for every system."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import Fold, parse_protocol
from ai4er.protocols.changes.base import Condition
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
THREE = ("speech", "text", "video")
RECORDS = Records(
    Record(f"{s}-{i}", "here", speaker=f"s{s}", label=SPACE.names[i % 4]) for s in range(4) for i in range(300)
)


def fold(spec: str, number: int = 0, seed: int = 0) -> Fold:
    return parse_protocol(f"loso|{spec}").folds(RECORDS, SPACE, seed)[number]


def conditions(spec: str, modalities: tuple[str, ...] = THREE) -> dict[str, Condition]:
    made = fold(spec)
    assert made.inputs is not None
    return {one.name: one for one in made.inputs.tests(made, RECORDS, modalities)}


def absent(condition: Condition, there: tuple[str, ...] = THREE) -> list[tuple[str, ...]]:
    assert condition.withheld is not None
    return [condition.withheld(record, there) for record in RECORDS]


def test_the_six_incomplete_patterns_of_three_modalities_and_the_whole() -> None:
    six = {"speech", "text", "video", "speech+text", "speech+video", "text+video"}
    assert set(conditions("missing:patterns=incomplete")) == set(conditions("missing")) == six
    assert set(conditions("missing:patterns=all")) == {*six, "speech+text+video"}
    assert set(conditions("missing", ("eeg", "eye"))) == {"eeg", "eye"}
    assert set(absent(conditions("missing")["speech+video"])) == {("text",)}


def test_patterns_of_ones_own() -> None:
    assert list(conditions("missing:patterns=text/speech+text")) == ["text", "speech+text"]
    with pytest.raises(Ai4erError, match="no modality 'face': the system reads speech, text, video; write speech"):
        conditions("missing:patterns=face")


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.7])
def test_every_modality_is_absent_at_the_rate_and_one_is_kept(rate: float) -> None:
    found = absent(conditions(f"missing:rate={rate}")[f"missing{rate}"])
    assert max(map(len, found)) <= 2
    kept = rate**3 / 3
    for modality in THREE:
        share = np.mean([modality in names for names in found])
        assert share == pytest.approx(rate - kept, abs=4 * np.sqrt(rate * (1 - rate) / len(found)))


def test_an_item_that_has_one_modality_keeps_it() -> None:
    assert set(absent(conditions("missing:rate=0.9")["missing0.9"], ("text",))) == {()}


def test_what_is_absent_depends_on_the_item_and_its_own_seed_only() -> None:
    low, high = conditions("missing:rate=0.2+0.6").values()
    assert all(set(a) <= set(b) for a, b in zip(absent(low), absent(high)))
    other = fold("missing:rate=0.2", number=2, seed=9)
    assert other.inputs is not None
    assert absent(other.inputs.tests(other, RECORDS, THREE)[0]) == absent(low)
    assert absent(conditions("missing:rate=0.2,seed=1")["missing0.2"]) != absent(low)
    two = absent(low, ("speech", "text"))
    agree = [set(a) == set(b) - {"video"} for a, b in zip(two, absent(low)) if len(a) < 2 and len(b) < 2]
    assert np.mean(agree) > 0.95


def test_training_has_one_condition_and_test_none_unless_both_are_asked_for() -> None:
    both, train, test = (fold(f"missing:rate=0.3,where={where}") for where in ("both", "train", "test"))
    assert both.inputs and train.inputs and test.inputs
    learnt = both.inputs.learnt(both, RECORDS, THREE)
    assert learnt is not None and absent(learnt) == absent(both.inputs.tests(both, RECORDS, THREE)[0])
    assert train.inputs.tests(train, RECORDS, THREE) == []
    assert test.inputs.learnt(test, RECORDS, THREE) is None


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("missing:rate=1.3", "a rate lies between 0 and 1"),
        ("missing:rate=0.3,patterns=all", "patterns or rate, not both"),
        ("missing:rate=0.3+0.5,where=both", "needs one rate"),
        ("missing:where=train", "needs one rate"),
        ("missing:rate=0.3+0.3", "written twice"),
        ("missing:rate=often", "rate"),
    ],
)
def test_wrong_settings_say_what_is_possible(spec: str, said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        parse_protocol(f"loso|{spec}")


def test_one_change_of_inputs_at_a_time() -> None:
    with pytest.raises(Ai4erError, match="only one change of inputs"):
        fold("missing|noise:kind=white")


def test_specs_read_themselves() -> None:
    protocol = parse_protocol("loso|missing:rate=0.5+0.10")
    assert protocol.name == "leave_one_speaker_out|missing:rate=0.5+0.1"
    assert parse_protocol(protocol.name) == protocol
