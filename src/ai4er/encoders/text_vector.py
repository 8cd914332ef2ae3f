"""One vector for each text, from a frozen text network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from ai4er.encoders._text import TextFrontEnd


class TextVector(TextFrontEnd):
    """(hidden,): the mean of the last states over the tokens, or the state of the first token.

    With `layers=all` those of all transformer layers one after the other, (layers x hidden,). `normalise` scales it to
    length 1. The defaults are those of all-MiniLM-L6-v2 (Reimers & Gurevych 2019, Sentence-BERT);
    `pooling=first,normalise=false` is the [CLS] vector of the conversation papers.
    """

    timed: ClassVar[bool | None] = False

    max_length: int = 256
    pooling: Literal["mean", "first"] = "mean"
    layers: Literal["last", "all"] = "last"
    normalise: bool = True

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        from torch.nn import functional

        found: dict[int, np.ndarray] = {}
        for group, states, mask in self.states(raw, every=self.layers == "all"):
            weights = mask.unsqueeze(-1).to(states.dtype)
            vectors = states[:, 0] if self.pooling == "first" else (states * weights).sum(1) / weights.sum(1)
            if self.normalise:
                vectors = functional.normalize(vectors, dim=-1)
            found |= dict(zip(group, vectors.cpu().numpy()))
        return [found[i].copy() for i in range(len(raw))]


FRONT_END = TextVector
