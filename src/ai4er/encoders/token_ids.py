"""Token ids, for systems that have a text network of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np

from ai4er.encoders._text import TextFrontEnd
from ai4er.records import Record

SAYS, NOBODY = "says:", "someone"


class TokenIds(TextFrontEnd):
    """(tokens,) int64 of the encoder's tokenizer, special tokens included.

    A batch fills up with 0, whatever the tokenizer's own padding is: mask by the lengths.
    With `speaker` the text is `NAME : TEXT`, with `says` it is `NAME says: TEXT`; NAME is what stands behind the last
    `/` of the record's speaker. Where there is none, the text stands alone, or someone says it.
    """

    integer: ClassVar[bool] = True
    cached: ClassVar[bool] = False

    max_length: int = 200
    speaker: bool = False
    says: bool = False

    def load(self, record: Record) -> str:
        text, name = super().load(record), record.speaker.rsplit("/", 1)[-1]
        if self.says:
            return f" {name or NOBODY} {SAYS} {text}"
        return f"{name} : {text}" if self.speaker and name else text

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        return self.token_ids(raw)


FRONT_END = TokenIds
