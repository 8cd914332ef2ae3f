"""Turns of a conversation: who says what, when, and with which emotion."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Turn:
    """Somebody speaks from `start` to `end` (seconds)."""

    start: float
    end: float
    speaker: str = ""
    emotion: str = ""
    words: str = ""
