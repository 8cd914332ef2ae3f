"""Transcripts as pieces of words, which are learnt from transcripts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ai4er.labels.characters import WAV2VEC2

START = "\u2581"
"""What every word begins with."""
LETTERS = (START, *"'abcdefghijklmnopqrstuvwxyz")
WIDTH = 24
"""Bytes that a piece may have."""


@dataclass(frozen=True)
class WordPieces:
    """Pieces by number; every letter is one, so that any text in the Latin script can be written."""

    pieces: tuple[str, ...] = LETTERS

    @classmethod
    def learn(cls, texts: Iterable[str], size: int) -> WordPieces:
        """At most `size` pieces by byte-pair encoding: the letters, and what is most often joined out of pieces.

        Source: Sennrich et al., "Neural machine translation of rare words with subword units", ACL 2016.
        """
        from tokenizers import Tokenizer, models, pre_tokenizers, trainers

        model = Tokenizer(models.BPE())
        model.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.BpeTrainer(
            vocab_size=size, initial_alphabet=list(LETTERS), show_progress=False, max_token_length=WIDTH // 3
        )
        model.train_from_iterator([_plain(text) for text in texts], trainer)
        found = model.get_vocab()
        joined = [piece for piece in sorted(found, key=found.__getitem__) if piece not in LETTERS]
        return cls((*LETTERS, *joined))

    def encode(self, text: str) -> np.ndarray:
        """The numbers of the pieces of a text, the longest that fits first, (pieces,) int64.

        >>> WordPieces((*LETTERS, START + "so", "ad")).encode("So sad!").tolist()
        [28, 0, 20, 29]
        """
        found = []
        for word in _plain(text).split():
            rest = START + word
            while rest:
                piece = next(rest[:width] for width in range(len(rest), 0, -1) if rest[:width] in self._number)
                found.append(self._number[piece])
                rest = rest[len(piece) :]
        return np.array(found, np.int64)

    def decode(self, numbers: Iterable[int]) -> str:
        """The text of numbers."""
        return "".join(self.pieces[number] for number in numbers).replace(START, " ").strip()

    def as_bytes(self, size: int) -> np.ndarray:
        """The pieces as a table (size, WIDTH) of bytes, to be kept with weights; rows of zeros behind the last."""
        table = np.zeros((size, WIDTH), np.uint8)
        for row, piece in zip(table, self.pieces):
            row[: len(piece.encode())] = list(piece.encode())
        return table

    @classmethod
    def from_bytes(cls, table: Sequence[Sequence[int]]) -> WordPieces:
        """The pieces of a table that `as_bytes` made."""
        rows = [bytes(row).rstrip(b"\0").decode() for row in table]
        return cls(tuple(row for row in rows if row) or LETTERS)

    @cached_property
    def _number(self) -> dict[str, int]:
        return {piece: number for number, piece in enumerate(self.pieces)}


def _plain(text: str) -> str:
    return WAV2VEC2.decode(WAV2VEC2.encode(text))
