"""Vectors of words: out of a file of word embeddings, or the mean states of a text network."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ai4er.encoders.text_vector import TextVector
from ai4er.errors import Ai4erError

_FILES = (".txt", ".vec")
_SENTENCE = "a feeling of {}"
"""What a text network reads: a word alone says less of emotion to a network that was trained on sentences."""


def words_of(text: str) -> str:
    """Free text in lower case, of letters and single spaces only.

    >>> words_of(" Sarcastic, mildly-annoyed! ")
    'sarcastic mildly annoyed'
    """
    return " ".join(re.findall(r"[^\W\d_]+", text.lower()))


def word_vectors(spec: str, texts: Iterable[str]) -> dict[str, np.ndarray]:
    """The vector (features,) of every text that has one; several words have the mean of those that have one.

    `spec` is a text network (`minilm`, a hub name, a folder), which reads "a feeling of ..." and whose mean state is
    taken, or a file of word embeddings in text format (.txt or .vec: a word and its numbers on each line, as of GloVe,
    word2vec and fastText).
    Raises `Ai4erError` for a file that cannot be read so.
    """
    asked = {text: words_of(text) for text in texts}
    if Path(spec).suffix in _FILES:
        table = _read(Path(spec).expanduser(), {word for words in asked.values() for word in words.split()})
        known = {text: [table[word] for word in words.split() if word in table] for text, words in asked.items()}
        return {text: np.mean(vectors, axis=0) for text, vectors in known.items() if vectors}
    there = {text: words for text, words in asked.items() if words}
    return dict(zip(there, TextVector(encoder=spec).extract([_SENTENCE.format(words) for words in there.values()])))


def _read(path: Path, words: set[str]) -> dict[str, np.ndarray]:
    """The lines of these words."""
    if not path.is_file():
        raise Ai4erError(f"{path}: there is no file of word embeddings")
    found: dict[str, np.ndarray] = {}
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            word, _, numbers = line.rstrip().partition(" ")
            if word in words:
                try:
                    found[word] = np.array(numbers.split(), np.float32)
                except ValueError:
                    raise Ai4erError(f"{path}: the line of {word!r} is not a word and its numbers") from None
    if len({len(vector) for vector in found.values()}) > 1:
        raise Ai4erError(f"{path}: words have vectors of different sizes")
    return found
