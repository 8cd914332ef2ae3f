"""What a sentiment lexicon says of a text: VADER's rules, and the valences of its words.

Source: Hutto and Gilbert, "VADER: A Parsimonious Rule-based Model for Sentiment Analysis of Social Media Text", ICWSM
2014, by the package `vaderSentiment`, which brings the lexicon (English words, emoticons and emoji; MIT).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, ClassVar

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.records import Record


class Lexicon(FrontEnd):
    """(8,): compound score, shares of positive, negative and neutral words by VADER's rules; then of the valences
    (-4 to 4) of the words that the lexicon has: the largest, the smallest, the mean, and their share of all words.

    A text without a known word, in whatever language, is neutral: 0, 0, 0, 1 and four zeros.
    """

    needs: ClassVar[str] = "text"

    def load(self, record: Record) -> str:
        """The text; raises `Ai4erError` for a record without one."""
        if record.text is None:
            raise Ai4erError(f"{record.id}: the record has no text")
        return record.text

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        return [_features(text) for text in raw]


def _features(text: str) -> np.ndarray:
    words = text.lower().split()
    known = _analyser().lexicon
    valences = [
        known[name] for word in words if (name := word if word in known else word.strip(".,!?;:\"'()")) in known
    ]
    rules = _analyser().polarity_scores(text) if words else {"compound": 0.0, "pos": 0.0, "neg": 0.0, "neu": 1.0}
    if not any(rules.values()):  # signs only
        rules["neu"] = 1.0
    spread = [max(valences), min(valences), float(np.mean(valences))] if valences else [0.0] * 3
    share = len(valences) / max(len(words), 1)
    return np.array([*(rules[name] for name in ("compound", "pos", "neg", "neu")), *spread, share], np.float32)


@cache
def _analyser() -> Any:
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    return SentimentIntensityAnalyzer()


FRONT_END = Lexicon
