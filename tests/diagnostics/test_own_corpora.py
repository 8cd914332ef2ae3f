"""The corpora of single systems' ablations: a seed repeats them, and what decides is where their files say it is."""

from __future__ import annotations

import functools
from collections import Counter

import numpy as np
import pytest

from ai4er.diagnostics.rare_classes import SPACE as EMOTIONS
from ai4er.records import Records
from ai4er.registry import find
from tests.diagnostics.test_suite import content

NAMES = ("channel_correlation", "rare_classes", "rater_bias", "shared_clusters", "valence_in_words")


@functools.cache
def corpus(name: str, seed: int) -> Records:
    found: Records = find("ai4er.diagnostics", "diagnostic", name).records(seed)
    return found


def part(records: Records, split: str) -> Records:
    return records.where(lambda record: record.split == split)


def explained(records: Records, array: str, dimension: str) -> float:
    """The squared correlation in the test part with what the means of an array predict, fitted on the training part."""

    def read(split: str) -> tuple[np.ndarray, np.ndarray]:
        chosen = part(records, split)
        return np.stack([r.arrays[array].mean(0) for r in chosen]), np.array([r.dimensions[dimension] for r in chosen])

    (x, y), (tested, truth) = read("train"), read("test")
    weights, *_ = np.linalg.lstsq(x, y, rcond=None)
    return float(np.corrcoef(tested @ weights, truth)[0, 1] ** 2)


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_makes_the_same_corpus_and_another_seed_another(name: str) -> None:
    one, again, other = (
        list(map(content, made)) for made in (corpus(name, 0), corpus.__wrapped__(name, 0), corpus(name, 1))
    )
    assert one == again and one != other


def test_words_tell_the_valence_and_nothing_else_and_sound_the_arousal() -> None:
    records = corpus("valence_in_words", 0)
    assert explained(records, "words", "valence") > 0.9 and explained(records, "frames", "arousal") > 0.9
    assert explained(records, "words", "arousal") < 0.05 and explained(records, "frames", "valence") < 0.05
    values = np.array([[r.dimensions["valence"], r.dimensions["arousal"]] for r in records])
    assert abs(np.corrcoef(values.T)[0, 1]) < 0.1 and np.abs(values).max() <= 1
    assert {r.arrays["frames"].shape + r.arrays["words"].shape for r in records} == {(20, 8, 6, 8)}


def test_rare_classes_are_rare_in_training_only() -> None:
    records = corpus("rare_classes", 0)
    trained, tested = (Counter(r.label for r in part(records, split)) for split in ("train", "test"))
    assert all(trained["neutral"] == 20 * trained[name] for name in EMOTIONS.names if name != "neutral")
    assert len(set(tested.values())) == 1


def test_the_label_is_what_most_raters_hear_and_women_decide_elsewhere_in_the_test_part() -> None:
    records = corpus("rater_bias", 0)
    assert all(Counter(r.votes).most_common(1)[0][0] == r.label for r in records)
    women = {
        split: np.mean([sum(name.startswith("f") for name in r.raters) > 3 for r in part(records, split) if r.label in
                        ("anger", "sadness")])
        for split in ("train", "test")
    }  # fmt: skip
    assert women["train"] > 0.8 and women["test"] < 0.2


def test_which_channels_go_together_is_the_class() -> None:
    records = corpus("channel_correlation", 0)
    for record in part(records, "test"):
        frames = record.arrays["frames"]
        assert frames.shape[1] == 9 and set(np.unique(frames[:, 8])) == {-1, 1}
    found: dict[str | None, list[np.ndarray]] = {}
    for record in records:
        frames = record.arrays["frames"][record.arrays["frames"][:, 8] > 0]
        found.setdefault(record.label, []).append(np.sign(np.corrcoef(frames[:, :8].T)[range(4), range(4, 8)]))
    patterns = {label: tuple(np.sign(np.mean(signs, axis=0)).astype(int)) for label, signs in found.items()}
    assert len(set(patterns.values())) == 4 == len(patterns)


def test_the_unlabelled_part_is_of_the_domain_that_is_tested_and_has_no_labels() -> None:
    records = corpus("shared_clusters", 0)
    hidden = part(records, "unlabelled")
    assert len(hidden) == 300 and all(record.label is None for record in hidden)
    domains = {split: {r.corpus for r in part(records, split)} for split in ("train", "valid", "unlabelled", "test")}
    assert domains == {"train": {"source"}, "valid": {"source"}, "unlabelled": {"target"}, "test": {"target"}}
