"""Transcripts of items as targets of a recogniser."""

from __future__ import annotations

from collections.abc import Sequence

from ai4er.errors import Ai4erError
from ai4er.labels.characters import Alphabet
from ai4er.systems.batch import Item, Padded, pad


def transcripts(items: Sequence[Item], alphabet: Alphabet) -> Padded:
    """The symbols of what is said in each item, (batch, symbols); none where nobody wrote it down."""
    return pad([alphabet.encode(item.record.text or "") for item in items])


def need_transcripts(slug: str, items: Sequence[Item], alphabet: Alphabet, otherwise: str) -> None:
    """Raise `Ai4erError` that says what to do `otherwise` where no item has a transcript in the alphabet."""
    if not any(len(alphabet.encode(item.record.text or "")) for item in items):
        raise Ai4erError(f"{slug} learns to write down speech, and no training item has a text in Latin letters: "
                         f"{otherwise}")  # fmt: skip


def texts(batch_symbols: Padded, alphabet: Alphabet) -> list[str]:
    """What `transcripts` encoded, as text again."""
    rows = zip(batch_symbols.data.tolist(), batch_symbols.lengths.tolist())
    return [alphabet.decode(row[:length]) for row, length in rows]
