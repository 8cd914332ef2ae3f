"""Token ids, for systems that have a text network of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.encoders._text import TextFrontEnd


class TokenIds(TextFrontEnd):
    """(tokens,) int64 of the encoder's tokenizer, special tokens included.

    A batch fills up with 0, whatever the tokenizer's own padding is: mask by the lengths.
    """

    integer: ClassVar[bool] = True
    cached: ClassVar[bool] = False

    max_length: int = 200

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        return self.token_ids(raw)


FRONT_END = TokenIds
