"""Transcripts with errors, as a speech recogniser makes them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def with_word_errors(text: str, rate: float, vocabulary: Sequence[str], generator: np.random.Generator) -> str:
    """The text, each word of which is wrong with probability `rate`: deleted, or another word of the vocabulary.

    Both are equally likely. A higher rate of one generator's seed keeps the errors of a lower one.

    >>> with_word_errors("so very glad", 1.0, ["x"], np.random.default_rng(0))
    'x x'
    """
    words = text.split()
    draws, kinds = generator.random(len(words)), generator.random(len(words)) < 0.5
    others = generator.integers(len(vocabulary), size=len(words)) if vocabulary else kinds.astype(int)
    heard = []
    for word, draw, deleted, other in zip(words, draws, kinds, others):
        if draw >= rate:
            heard.append(word)
        elif not deleted and vocabulary:
            heard.append(vocabulary[other])
    return " ".join(heard)
