"""Label ambiguity: some items are heard alike by all raters, others by hardly more than half, under the same label.

An item shows a main emotion, a second one, and whether it is clear. Of a clear item nearly all raters say the main
emotion, of a doubtful one many say the second; twenty vote. The label is the main emotion in both cases. The metric is
the negative log likelihood of the test votes, and of one of them for systems that know one label only. Who learns the
label is equally sure of all items, too sure of one kind and not sure enough of the other, however its certainty is
scaled; who learns the votes knows which is which. `difficulty` is the share of doubtful items, from 0.2 to 0.8.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, record, shuffled, symbols
from ai4er.diagnostics.suite._solvers import factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.records import Record, Records

SPACE = CLASSES.override({"name": "common4_votes", "kind": "distribution"})
SYMBOLS, STEPS, RATERS = 10, 12, 20
CLEAR, DOUBTFUL = CLASSES.size, CLASSES.size + 1
RARE, SECOND = 0.03, 0.36
"""The chance of a vote for any emotion but the main one, and how much more it is for the second of a doubtful item."""


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 12 symbols: five of the main emotion, three of the second, two of the kind, two fillers."""
    generator = np.random.default_rng([seed, 105])
    share = 0.2 + 0.6 * difficulty
    return Records(_item(split, number, share, generator) for split, size in SIZES.items() for number in range(size))


def _item(split: str, number: int, share: float, generator: np.random.Generator) -> Record:
    main, second = generator.choice(CLASSES.size, 2, replace=False).tolist()
    doubtful = bool(generator.random() < share)
    votes = generator.choice(CLASSES.size, RATERS, p=_chances(main, second, doubtful))
    given = [main] * 5 + [second] * 3 + [DOUBTFUL if doubtful else CLEAR] * 2
    shown = symbols(shuffled(given, STEPS, range(DOUBTFUL + 1, SYMBOLS), generator), SYMBOLS)
    label = votes[0] if split == "test" else main
    return record(
        "label_ambiguity", split, number, shown, label=CLASSES.names[label],
        votes=tuple(CLASSES.names[vote] for vote in votes),
    )  # fmt: skip


def _chances(main: int, second: int, doubtful: bool) -> np.ndarray:
    """How probable a vote for each emotion is."""
    chances = np.full(CLASSES.size, RARE)
    chances[second] += SECOND * doubtful
    chances[main] += 1 - chances.sum()
    return chances


def oracle(records: Records) -> np.ndarray:
    """The chances by the symbols that are shown."""
    counts = factors(part(records, "test")).sum(1)
    order = counts[:, : CLASSES.size].argsort(1)
    doubtful = counts[:, DOUBTFUL] > 0
    return np.stack([_chances(*found) for found in zip(order[:, -1], order[:, -2], doubtful)])


def blind(records: Records) -> np.ndarray:
    """The best model of the label, mixed with as much of every emotion as suits the validation votes best."""
    valid = part(records, "valid")
    measure, seen = metric("nll", SPACE), fitted(records.where(lambda r: r.split != "test") + _as_test(valid), CLASSES)
    shares = np.linspace(0.02, 0.98, 49)
    worth = [measure(Predictions.of(valid, _mixed(seen, share), SPACE)) for share in shares]
    return _mixed(fitted(records, CLASSES), float(shares[int(np.argmin(worth))]))


def _as_test(records: Records) -> Records:
    return Records(record.replace(id=f"{record.id}-again", split="test") for record in records)


def _mixed(scores: np.ndarray, share: float) -> np.ndarray:
    return (1 - share) * scores + share / CLASSES.size


MECHANISM = Mechanism(
    "how many raters hear which emotion", SPACE, scene, oracle, blind, gap=0.12, harder="oracle", metric="nll"
)
