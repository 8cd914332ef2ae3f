"""What groups of raters hear in the same item: their votes apart, and which group the label follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ai4er.labels.space import UNLABELLED, LabelSpace
from ai4er.records import Record

AGREED = 0
"""The bias class of a label that all groups would give, or none."""


def votes_by_group(record: Record, space: LabelSpace, members: Mapping[str, str], groups: Sequence[str]) -> np.ndarray:
    """How many raters of each group chose each class, (groups, classes) float32.

    `members` names the group of a rater; votes of other raters, and those outside the space, do not count.
    """
    counts = np.zeros((len(groups), space.size), np.float32)
    for vote, rater in zip(record.votes, record.raters):
        if members.get(rater) in groups and vote in space.names:
            counts[groups.index(members[rater]), space.index(vote)] += 1
    return counts


def bias_class(counts: np.ndarray, label: int) -> int:
    """Whose perception a label is: 1 + the group whose majority alone it is, or `AGREED`.

    counts (2, classes) of `votes_by_group`; a tie makes every one of its classes a majority. UNLABELLED where a group
    has no vote, or the item no label.

    >>> bias_class(np.array([[3, 0], [1, 2]]), 0), bias_class(np.array([[3, 0], [2, 1]]), 0)
    (1, 0)
    """
    if label == UNLABELLED or not (counts.sum(1) > 0).all():
        return UNLABELLED
    follows = counts[:, label] == counts.max(1)
    return AGREED if follows[0] == follows[1] else 1 + int(follows[1])


def majority(counts: np.ndarray) -> int | None:
    """The class that most raters of one group chose, counts (classes,); None for a tie or no vote.

    >>> majority(np.array([1, 2, 0])), majority(np.array([1, 1, 0]))
    (1, None)
    """
    first = np.flatnonzero(counts == counts.max())
    return int(first[0]) if len(first) == 1 else None
