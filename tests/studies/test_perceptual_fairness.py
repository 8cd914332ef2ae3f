"""The study of perceptual fairness: groups of speakers by attributes, of raters by votes, and what chance gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_raters import RATERS
from ai4er.evaluation.comparison_plots import Bounded
from ai4er.evaluation.fairness import ByChance
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace
from ai4er.records import Record, Records
from ai4er.studies._fairness_cells import Gap, gap, gap_cells
from ai4er.studies._rater_views import OWN, VARIANTS, Heard, Rated, _contestants, _rated_gap
from ai4er.studies.base import Desk, run_study
from ai4er.studies.perceptual_fairness import Config, speaker_groups

SPACE = LabelSpace(name="two", kind="single", names=("calm", "angry"))


def record(number: int, label: str, women: str, men: str) -> Record:
    """An item that two women and two men rated."""
    votes, raters = (women, women, men, men), ("f1", "f2", "m1", "m2")
    return Record(id=str(number), corpus="c", speaker=str(number), label=label, votes=votes, raters=raters)


def heard(*records: Record) -> Heard:
    return Heard(Rated(corpus="c", raters=RATERS), SPACE, {f"c/{one.id}": one for one in records})


def test_words_are_groups_of_speakers_and_numbers_are_cut_at_the_median_of_the_speakers() -> None:
    ages = {"a": "20", "b": "30", "c": "40"}
    records = Records(
        Record(id=f"{speaker}{i}", corpus="c", speaker=speaker, attributes={"age": age, "gender": "female"})
        for speaker, age in ages.items()
        for i in range(1 if speaker == "c" else 3)
    )
    assert speaker_groups(records, "age") == {
        **{f"c/a{i}": "under 30" for i in range(3)}, **{f"c/b{i}": "30 and over" for i in range(3)},
        "c/c0": "30 and over",
    }  # fmt: skip
    assert set(speaker_groups(records, "gender").values()) == {"female"}
    assert speaker_groups(records, "accent") == {}


def test_an_item_is_judged_by_what_most_of_a_group_hear() -> None:
    both = heard(record(0, "calm", "calm", "angry"), record(1, "angry", "angry", "angry"))
    names, scores = ["c/0", "c/1"], np.eye(2)
    women, men = (both.judged_by(group, names, scores) for group in (0, 1))
    assert (women.targets.tolist(), men.targets.tolist()) == ([0, 1], [1, 1])
    assert both.follows(names) == ["female", ""]


def test_a_system_that_says_what_women_hear_has_the_widest_gap_between_the_groups_of_raters() -> None:
    records = [
        record(i, ("calm", "angry")[i % 2], ("calm", "angry")[i % 2], ("angry", "calm")[i % 2]) for i in range(8)
    ]
    every = heard(*records)
    names = [f"c/{i}" for i in range(8)]
    as_women = every.judged_by(0, names, np.eye(2)[[i % 2 for i in range(8)]])
    found = _rated_gap(every, [as_women])
    assert found is not None
    assert found.bounds.value == pytest.approx(1)


def test_the_fair_system_is_compared_with_itself_without_its_parts_and_any_other_goes_as_it_is() -> None:
    rated = Rated(corpus="c", raters=RATERS, settings={OWN: {"epochs": 3}})
    found = _contestants(rated, ("random_forest", OWN))
    assert [name for name, _, _ in found] == ["random_forest", *VARIANTS]
    assert found[0] == ("random_forest", "random_forest", {})
    plain = {name: settings for name, _, settings in found}["plain"]
    assert plain == {
        "raters": RATERS, "groups": ("female", "male"), "epochs": 3, "reversal": 0.0, "wasserstein_weight": 0.0,
    }  # fmt: skip


def test_a_gap_between_fewer_than_two_groups_is_no_number() -> None:
    found = Predictions(np.array(["c/0", "c/1"]), np.array([0, 1]), np.eye(2), SPACE)
    assert gap([found], "equal_opportunity", [["female", ""]]) is None
    assert gap([found], "equal_opportunity", [["female", "male"]]) is None
    assert gap([found], "statistical_parity", [["female", "male"]]) is not None


def test_the_p_values_of_a_table_are_corrected_together() -> None:
    made = [Gap(Bounded(0.2, 0.1, 0.3), ByChance(0.15, p)) for p in (0.01, 0.04)]
    assert gap_cells([[made[0], None], [made[1], None]]) == [
        ["0.200 [0.100, 0.300], chance 0.150, p 0.02", ""],
        ["0.200 [0.100, 0.300], chance 0.150, p 0.04", ""],
    ]


def test_any_system_can_be_put_through_it(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "study")
    _, page = run_study("perceptual_fairness", desk, {"systems": ("support_vector_machine",)}, small=True)
    text = page.read_text()
    assert "| support_vector_machine |" in text
    assert "female (5 speakers), male (5 speakers)" in text
    assert (desk.folder / "speakers.png").exists()
    assert not list(desk.folder.glob("views-*.png")), "only a system with views is read as each group hears"


def test_the_default_names_corpora_and_raters_that_exist() -> None:
    config = Config()
    generated = config.rated[0]
    records = open_corpus(generated.corpus).read()
    assert {rater for one in records for rater in one.raters} == set(generated.raters)
    assert all(set(rated.raters.values()) == set(rated.groups) for rated in config.rated)
