"""Label hierarchy: what is learnt of one fine class must be lent to its siblings in the tree of labels.

Sixteen classes, four branches of four. A text has words that tell the branch and words that tell the
place inside any branch (they are shared by all branches), among words without meaning. In training a branch
word occurs with two of its four classes only; in the test part with all of them. Whoever knows which
classes are siblings can carry a branch word over; to others it points to the classes it was seen with.
`WRONG_TREE` is the control: what a system gains with it as well is not owed to the hierarchy.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

BRANCHES = ("joy", "love", "anger", "fear")
_PLACES = ("mild", "strong", "sudden", "lasting")
_VOCABULARY = (
    "apple river stone cloud tiger paper chair music glass bread horse ocean green silver winter summer garden window "
    "bridge candle forest island market mountain pencil planet rocket school shadow signal street ticket tunnel valley "
    "village wagon water wheel yellow basket bottle butter camera carpet castle circle coffee corner cotton desert "
    "doctor dragon engine farmer father finger flower guitar hammer heaven helmet hotel jacket kitchen ladder letter "
    "lemon metal mirror monkey mother needle number office orange palace pepper pillow pocket potato prince prison"
)
_PER_BRANCH, _PER_PLACE = 8, 3
_IN_TEXT = {"branch": 3, "place": 3, "other": 2}
_SIZES = {"train": 8, "test": 10}

SPACE = LabelSpace(
    name="label_hierarchy", kind="single", source="generated",
    names=tuple(f"{place} {branch}" for branch in BRANCHES for place in _PLACES),
)  # fmt: skip


def tree(branches: tuple[tuple[str, ...], ...]) -> dict[str, Any]:
    """Two halves of two branches, each with its classes below it."""
    named: dict[str, Any] = {name: {leaf: {} for leaf in leaves} for name, leaves in zip(BRANCHES, branches)}
    return {
        "pleasant": {name: named[name] for name in BRANCHES[:2]},
        "unpleasant": {name: named[name] for name in BRANCHES[2:]},
    }


TREE = tree(tuple(SPACE.names[start : start + 4] for start in range(0, 16, 4)))
"""The tree that generates the texts."""

WRONG_TREE = tree(tuple(tuple(SPACE.names[4 * ((row + i) % 4) + i] for i in range(4)) for row in range(4)))
"""A tree of the same shape whose branches hold one class of each true branch and one of each place.

The classes of one place share words, too, so that a tree by place would not be wrong.
"""


def records(seed: int) -> Records:
    """128 texts for training and 160 for testing."""
    generator = np.random.default_rng(seed)
    words = list(generator.permutation(_VOCABULARY.split()))
    of_branch = {name: [words.pop() for _ in range(_PER_BRANCH)] for name in BRANCHES}
    of_place = {place: [words.pop() for _ in range(_PER_PLACE)] for place in _PLACES}
    seen_with = {word: {i % 4, (i + 1) % 4} for own in of_branch.values() for i, word in enumerate(own)}
    made = []
    for split, size in _SIZES.items():
        for label in SPACE.names:
            place, branch = label.split()
            told = [w for w in of_branch[branch] if split == "test" or _PLACES.index(place) in seen_with[w]]
            for number in range(size):
                text = [
                    *generator.choice(told, _IN_TEXT["branch"]),
                    *generator.choice(of_place[place], _IN_TEXT["place"]),
                    *generator.choice(words, _IN_TEXT["other"]),
                ]
                name = f"{split}-{label}-{number}".replace(" ", "-")
                made.append(
                    Record(
                        id=name, corpus="label_hierarchy", speaker=name, split=split,
                        text=" ".join(generator.permutation(text)), label=label,
                    )
                )  # fmt: skip
    return Records(made)
