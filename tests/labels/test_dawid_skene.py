"""Annotators are weighed by how they vote: the constructed cases, and a plain version of the algorithm."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.labels.dawid_skene import dawid_skene, with_consensus
from ai4er.records import Record, Records

SPACE = label_space("dusha4")
INVERTED = np.array([1, 0, 3, 2])


def panel(size: int, seed: int, missing: float = 0.0) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """The truth (items,), and the votes of two annotators who know it and one who takes another class for each."""
    generator = np.random.default_rng(seed)
    truth = generator.permutation(np.arange(size) % SPACE.size)
    votes = np.stack([truth, truth, INVERTED[truth]], axis=1)
    there = generator.random(votes.shape) >= missing
    there[np.arange(size), 2] |= ~there.any(1)
    items, annotators = np.nonzero(there)
    return truth, (items, annotators, votes[there])


def plainly(triples: tuple[np.ndarray, ...], classes: int) -> np.ndarray:
    """Dawid and Skene 1979, equations 2.3 to 2.5, one number after the other; the posterior (items, classes)."""
    items, annotators, votes = triples
    size, count = items.max() + 1, annotators.max() + 1
    posterior = np.zeros((size, classes))
    for i, _, k in zip(*triples):
        posterior[i, k] += 1
    posterior /= posterior.sum(1, keepdims=True)
    before = -np.inf
    for _ in range(100):
        prior = posterior.mean(0)
        confusion = np.zeros((count, classes, classes))
        for i, a, k in zip(*triples):
            confusion[a, :, k] += posterior[i]
        for a in range(count):
            for j in range(classes):
                confusion[a, j] /= confusion[a, j].sum() or 1
        likelihood = np.tile(np.maximum(prior, 1e-10), (size, 1))
        for i, a, k in zip(*triples):
            likelihood[i] *= np.maximum(confusion[a, :, k], 1e-10)
        bound = np.log(likelihood.sum(1)).sum() / len(votes)
        posterior = likelihood / likelihood.sum(1, keepdims=True)
        if bound - before < 1e-5:
            break
        before = bound
    return posterior


def test_two_who_are_right_and_one_who_inverts_are_told_apart() -> None:
    truth, triples = panel(200, seed=0)
    found = dawid_skene(*triples, SPACE.size)
    np.testing.assert_array_equal(found.posterior.argmax(1), truth)
    assert (found.posterior.max(1) >= 0.9).all()
    np.testing.assert_allclose(found.confusion[:2], np.tile(np.eye(4), (2, 1, 1)), atol=1e-6)
    np.testing.assert_allclose(found.confusion[2], np.eye(4)[INVERTED], atol=1e-6)


def test_an_inverted_annotator_helps_where_a_majority_is_misled() -> None:
    truth, triples = panel(600, seed=1, missing=0.4)
    found = dawid_skene(*triples, SPACE.size).posterior.argmax(1)
    counts = np.zeros((len(truth), SPACE.size))
    np.add.at(counts, (triples[0], triples[2]), 1)
    assert (found == truth).mean() > 0.99
    assert (counts.argmax(1) == truth).mean() < 0.85


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_it_is_the_algorithm_written_plainly(seed: int) -> None:
    generator = np.random.default_rng(seed)
    truth = generator.integers(0, 3, 60)
    skills = generator.uniform(0.3, 0.95, 7)
    items, annotators = np.nonzero(generator.random((60, 7)) < 0.6)
    items, annotators = np.append(items, np.arange(60)), np.append(annotators, np.full(60, 7))
    right = generator.random(len(items)) < np.append(skills, 0.6)[annotators]
    votes = np.where(right, truth[items], generator.integers(0, 3, len(items)))
    triples = (items, annotators, votes)
    np.testing.assert_allclose(dawid_skene(*triples, 3).posterior, plainly(triples, 3), atol=1e-9)


def test_every_row_is_a_distribution() -> None:
    _, triples = panel(50, seed=3, missing=0.5)
    found = dawid_skene(*triples, SPACE.size)
    np.testing.assert_allclose(found.posterior.sum(1), 1)
    np.testing.assert_allclose(found.confusion.sum(2), 1, atol=1e-6)
    assert found.prior.sum() == pytest.approx(1)
    assert found.rounds <= 100


def test_records_take_the_label_that_is_sure_enough_and_lose_one_that_is_not() -> None:
    truth, _ = panel(120, seed=4)
    records = [
        Record(
            id=str(i), corpus="made", raters=("a", "b", "c"),
            votes=tuple(SPACE.names[k] for k in (truth[i], truth[i], INVERTED[truth[i]])),
        )
        for i in range(120)
    ]  # fmt: skip
    open_case = Record(id="open", corpus="made", votes=("angry", "neutral"), raters=("x", "y"))
    unheard = Record(id="unheard", corpus="made", label="sad")
    found = with_consensus(Records([*records, open_case, unheard]), SPACE)
    assert [record.label for record in found[:120]] == [SPACE.names[k] for k in truth]
    assert found[120].label is None and float(found[120].attributes["confidence"]) < 0.9
    assert found[121] is unheard


def test_bad_votes_are_clear_errors() -> None:
    with pytest.raises(Ai4erError, match="from 0 to 3"):
        dawid_skene(np.array([0]), np.array([0]), np.array([4]), 4)
    with pytest.raises(Ai4erError, match="who gave which vote"):
        with_consensus(Records([Record(id="a", corpus="made", votes=("sad",))]), SPACE)
