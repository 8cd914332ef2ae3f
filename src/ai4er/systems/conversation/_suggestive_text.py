"""A dialogue rewritten for one of its turns: who says what, and a mask where a word for the emotion would stand.

    Ann says: hi. Bob says: oh no! [CLS] Ann [MASK] says: what is it? [SEP] Bob says: nothing.

Everything before the query is its past and everything behind it its future; what stands around the query and around
the whole are the marks of the tokenizer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ai4er.encoders import tokenizer
from ai4er.encoders.token_ids import SAYS
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace

MARK, PAST, QUERY, FUTURE = range(4)
"""What a token is part of."""
_ADVERBS = {
    "angrily": "anger angry mad", "disgustedly": "disgust disgusted", "fearfully": "fear fearful scared",
    "happily": "happiness happy joy joyful", "sadly": "sadness sad", "surprisedly": "surprise surprised",
    "excitedly": "excited", "frustratedly": "frustrated", "peacefully": "peaceful", "powerfully": "powerful",
}  # fmt: skip


@dataclass(frozen=True)
class Prompt:
    """The token ids of a suggestive text, what each is part of, and the place of the mask (0 where there is none)."""

    tokens: list[int]
    parts: list[int]
    mask: int


@dataclass(frozen=True)
class Turn:
    """The token ids of the speaker's name and of what is said."""

    name: list[int]
    text: list[int]


class SuggestiveText:
    """Makes the prompts of a label space with the tokenizer of an encoder.

    `past` and `future` are the most turns that are read on either side, `longest` the most tokens of a prompt: the
    nearest turns come first, one of each side in turn. Without `suggestive` there are texts alone, no names and no
    mask.
    Raises `Ai4erError` for a tokenizer without a mask.
    """

    def __init__(
        self, encoder: str, space: LabelSpace, longest: int, past: int, future: int, suggestive: bool = True
    ) -> None:
        convert = tokenizer(encoder, "text")
        marks = convert("")["input_ids"]
        if convert.mask_token_id is None or len(marks) < 2:
            raise Ai4erError(f"encoder {encoder!r} has no mask token: choose one such as roberta-large, BERT or minilm")
        self.start, self.end, self.mask = marks[0], marks[-1], convert.mask_token_id
        self.longest, self.past, self.future, self.suggestive = longest, past, future, suggestive

        def ids(text: str) -> list[int]:
            return list(convert(f" {text}", add_special_tokens=False)["input_ids"])

        self.says = ids(SAYS)
        self.words = [[] if name == space.neutral else ids(adverb(name)) for name in space.names]

    def turn(self, tokens: Sequence[int]) -> Turn:
        """The two parts of `NAME says: TEXT`, without the tokenizer's marks."""
        inner, width = list(tokens[1:-1]), len(self.says)
        places = (i for i in range(len(inner)) if inner[i : i + width] == self.says)
        place = next(places, None)
        return Turn([], inner) if place is None else Turn(inner[:place], inner[place + width :])

    def prompt(self, turns: Sequence[Turn], query: int, emotions: Sequence[int | None]) -> Prompt:
        """The dialogue as it is read for one turn; `emotions` are the classes that are named of the turns around it."""
        asked, mask = self._query(turns[query])
        room = self.longest - len(asked) - 2
        before: list[list[int]] = []
        after: list[list[int]] = []
        sides = [(before, range(query - 1, max(query - 1 - self.past, -1), -1)),
                 (after, range(query + 1, min(query + 1 + self.future, len(turns))))]  # fmt: skip
        rest = [(side, iter(places)) for side, places in sides]
        while rest:
            side, places = rest.pop(0)
            place = next(places, None)
            said = [] if place is None else self._said(turns[place], emotions[place])
            if place is not None and len(said) <= room:
                room -= len(said)
                side.append(said)
                rest.append((side, places))
        past, future = [t for said in reversed(before) for t in said], [t for said in after for t in said]
        inner = [MARK, *[QUERY] * (len(asked) - 2), MARK]
        return Prompt(
            [self.start, *past, *asked, *future, self.end],
            [MARK, *[PAST] * len(past), *inner, *[FUTURE] * len(future), MARK],
            1 + len(past) + mask if mask else 0,
        )

    def _query(self, turn: Turn) -> tuple[list[int], int]:
        """The query with its marks, cut to the most tokens, and the place of the mask in it."""
        head = [*turn.name, self.mask, *self.says] if self.suggestive else []
        text = [*head, *turn.text][: self.longest - 4]
        return [self.start, *text, self.end], 1 + len(turn.name) if head else 0

    def _said(self, turn: Turn, emotion: int | None) -> list[int]:
        word = [] if emotion is None else self.words[emotion]
        return [*turn.name, *word, *self.says, *turn.text] if self.suggestive else turn.text


def adverb(name: str) -> str:
    """How somebody speaks who feels so; the name of the class itself where there is no adverb for it."""
    return next((word for word, names in _ADVERBS.items() if name in names.split()), name.replace("_", " "))
