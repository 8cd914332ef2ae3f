"""Pieces of words."""

from __future__ import annotations

from ai4er.labels.word_pieces import LETTERS, WordPieces

TEXTS = ["so sad again", "so happy again", "she is sad", "We were sad, sad!"]


def test_what_is_often_said_becomes_a_piece_and_any_text_comes_back() -> None:
    pieces = WordPieces.learn(TEXTS, 40)
    assert len(pieces.pieces) == 40 and "\u2581sad" in pieces.pieces
    assert pieces == WordPieces.learn(TEXTS, 40)
    for text in ("so sad again", "she was unhappy", "don't"):
        assert pieces.decode(pieces.encode(text)) == text
    assert len(pieces.encode("sad")) == 1 and len(pieces.encode("xyz")) == 4


def test_pieces_are_kept_as_numbers() -> None:
    pieces = WordPieces.learn(TEXTS, 35)
    assert WordPieces.from_bytes(pieces.as_bytes(50).tolist()) == pieces
    assert WordPieces.from_bytes(pieces.as_bytes(50)[:0].tolist()).pieces == LETTERS
