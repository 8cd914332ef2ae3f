"""One label from several votes, every annotator counting alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable


def plurality(votes: Iterable[str]) -> str | None:
    """The class with more votes than any other; None for a tie or no vote.

    >>> plurality(["sad", "angry", "sad"]), plurality(["sad", "angry"])
    ('sad', None)
    """
    first, *others = [*Counter(votes).most_common(2), ("", 0)]
    return first[0] if first[1] > others[0][1] else None
