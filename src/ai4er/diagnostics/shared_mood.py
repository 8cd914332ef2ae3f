"""Shared mood: a dialogue has one mood, and only one of its turns says which.

All turns of a dialogue have the same label. One of them names the mood with a word; the others are small talk that is
the same in every mood, so that a turn by itself cannot be understood and the turns of its dialogue decide it.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
SIZES = {"train": 240, "valid": 40, "test": 100}
TURNS = (3, 5)
SPEAKERS = ("Ann", "Bob", "Cleo")
MOODS = {
    "anger": ("furious", "angry", "mad"),
    "happiness": ("happy", "delighted", "cheerful"),
    "neutral": ("calm", "busy", "ready"),
    "sadness": ("sad", "lonely", "miserable"),
}
SMALL_TALK = ("What about you?", "I know.", "Tell me more.", "Did you see that?", "So am I.", "We were there.")


def records(seed: int) -> Records:
    """380 dialogues of 3 to 5 turns."""
    generator = np.random.default_rng(seed)
    return Records(
        record
        for split, size in SIZES.items()
        for number in range(size)
        for record in _dialogue(f"{split}-{number}", split, generator)
    )


def _dialogue(name: str, split: str, generator: np.random.Generator) -> list[Record]:
    mood = str(generator.choice(SPACE.names))
    turns = int(generator.integers(TURNS[0], TURNS[1] + 1))
    telling = int(generator.integers(turns))
    return [
        Record(
            id=f"{name}-{turn}",
            corpus="shared_mood",
            speaker=f"{name}/{generator.choice(SPEAKERS)}",
            dialogue=name,
            turn=turn,
            split=split,
            text=f"I feel {generator.choice(MOODS[mood])}." if turn == telling else str(generator.choice(SMALL_TALK)),
            label=mood,
            attributes={"kind": "stated" if turn == telling else "reply"},
        )
        for turn in range(turns)
    ]
