"""Word error rate: how far a transcript is from what was said."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np


def edit_distance(reference: Sequence[Hashable], hypothesis: Sequence[Hashable]) -> int:
    """The fewest substitutions, deletions and insertions that turn one sequence into the other (Levenshtein 1966).

    >>> edit_distance("kitten", "sitting")
    3
    """
    numbers: dict[Hashable, int] = {}
    one, other = (
        np.array([numbers.setdefault(word, len(numbers)) for word in words], np.int64)
        for words in (reference, hypothesis)
    )
    places = np.arange(len(other) + 1)
    row = places.copy()
    for word in one:
        row = np.minimum(row + 1, np.concatenate([[row[0] + 1], row[:-1] + (other != word)]))
        row = np.minimum.accumulate(row - places) + places  # insertions
    return int(row[-1])


def word_error_rate(references: Sequence[str], hypotheses: Sequence[str]) -> float:
    """Wrong, missing and additional words of all hypotheses together, divided by the words of all references.

    0 for the same words; above 1 where more words are added than there are; NaN where nothing was said.
    """
    errors = sum(edit_distance(said.split(), heard.split()) for said, heard in zip(references, hypotheses, strict=True))
    words = sum(len(said.split()) for said in references)
    return errors / words if words else float("nan")
