"""The states of a frozen text network, one for each token."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.encoders._text import TextFrontEnd


class TextFrames(TextFrontEnd):
    """(tokens, hidden): last hidden states, special tokens included."""

    timed: ClassVar[bool | None] = True

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        found: dict[int, np.ndarray] = {}
        for group, states, mask in self.states(raw):
            lengths = mask.sum(1).tolist()
            found |= {i: s[:n] for i, s, n in zip(group, states.cpu().numpy(), lengths)}
        return [found[i].copy() for i in range(len(raw))]


FRONT_END = TextFrames
