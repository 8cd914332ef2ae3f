"""Dawid and Skene's model of annotators: every one confuses the classes in a way of their own.

Source: Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM algorithm", Applied
Statistics 28(1), 1979; the bounds on confusions and rounds are those of Dusha (Kondratenko et al. 2022).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.labels.space import LabelSpace
from ai4er.records import Record, Records

_LEAST = 1e-10
"""The least probability of a class, and of a vote given a class."""
_ROUNDS = 100
_GAIN = 1e-5
"""What one more round must add to the mean log likelihood of a vote."""


@dataclass(frozen=True, eq=False)
class Consensus:
    """What N items are, and what A annotators make of it.

    `posterior` (N, classes) sums to one over the classes; `confusion[a, j, k]` is the probability that annotator a
    says k of an item that is j; `prior` (classes,) how frequent the classes are; `rounds` how many it took.
    """

    posterior: np.ndarray
    confusion: np.ndarray
    prior: np.ndarray
    rounds: int


def dawid_skene(items: np.ndarray, annotators: np.ndarray, votes: np.ndarray, classes: int) -> Consensus:
    """Fit by expectation maximisation from the shares of the votes: triples (votes,) of numbers from 0 on.

    Every item from 0 to the largest number needs a vote. Raises `Ai4erError` without votes, and for one that is no
    class.
    """
    import scipy.sparse

    items, annotators, votes = (np.asarray(column, dtype=np.int64) for column in (items, annotators, votes))
    if not len(items) or votes.min() < 0 or votes.max() >= classes:
        raise Ai4erError(f"Dawid and Skene's model needs votes from 0 to {classes - 1}, and at least one")
    size, count = int(items.max()) + 1, int(annotators.max()) + 1
    said = scipy.sparse.csr_array((np.ones(len(items)), (items, annotators * classes + votes)), (size, count * classes))
    posterior = np.zeros((size, classes))
    np.add.at(posterior, (items, votes), 1.0)
    posterior /= np.maximum(posterior.sum(1, keepdims=True), 1)
    bound, rounds = -np.inf, 0
    while rounds < _ROUNDS:
        rounds += 1
        prior = posterior.mean(0)
        confusion = (said.T @ posterior).reshape(count, classes, classes).transpose(0, 2, 1)
        confusion = np.maximum(confusion / np.maximum(confusion.sum(2, keepdims=True), _LEAST), _LEAST)
        by_vote = np.log(confusion).transpose(0, 2, 1).reshape(-1, classes)
        joint = said @ by_vote + np.log(np.maximum(prior, _LEAST))
        largest = joint.max(1, keepdims=True)
        posterior = np.exp(joint - largest)
        evidence = posterior.sum(1, keepdims=True)
        posterior /= evidence
        before, bound = bound, float((largest + np.log(evidence)).sum()) / len(items)
        if bound - before < _GAIN:
            break
    return Consensus(posterior, confusion, prior, rounds)


def with_consensus(records: Records, space: LabelSpace, confidence: float = 0.9) -> Records:
    """The records with the most probable class as their label, and none where its probability is below `confidence`.

    Reads `votes` and `raters`; a record without them keeps its label. The probability becomes the attribute
    `confidence`. Raises `Ai4erError` where no record says who voted.
    """
    voted = [i for i, record in enumerate(records) if record.votes and len(record.votes) == len(record.raters)]
    if not voted:
        raise Ai4erError("the records do not say who gave which vote, and annotators cannot be weighed without that")
    items, raters, votes = [], [], []
    for place, i in enumerate(voted):
        record = records[i]
        items += [place] * len(record.votes)
        raters += record.raters
        votes += [space.index(vote) for vote in record.votes]
    numbers = np.unique(raters, return_inverse=True)[1]
    found = dawid_skene(np.array(items), numbers, np.array(votes), space.size).posterior
    labelled = {i: decided(records[i], row, space.names, confidence) for i, row in zip(voted, found)}
    return Records(labelled.get(i, record) for i, record in enumerate(records))


def decided(record: Record, posterior: np.ndarray, names: Sequence[str], confidence: float) -> Record:
    """The record with the most probable of the names as its label if that is sure enough, and none otherwise."""
    best = int(posterior.argmax())
    label = names[best] if posterior[best] >= confidence else None
    return record.replace(label=label, attributes={**record.attributes, "confidence": f"{posterior[best]:.4f}"})
