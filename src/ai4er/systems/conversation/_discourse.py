"""Discourse links: which earlier turn a turn answers, continues or contradicts, and how.

The published systems take these links from a neural parser that was trained on annotated dialogues and cannot be
had. `links_of` reads them where a corpus has them, and `parse` is the DECLARED SUBSTITUTE: rules over speakers,
question marks and opening words, which link every turn but the first to one earlier turn.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from ai4er.errors import Ai4erError, unknown
from ai4er.records import Record
from ai4er.systems.batch import Item

RELATIONS = (
    "Comment", "Contrast", "Correction", "Question-answer_pair", "Parallel", "Acknowledgement", "Elaboration",
    "Clarification_question", "Conditional", "Continuation", "Result", "Explanation", "Q-Elab", "Alternation",
    "Narration", "Background",
)  # fmt: skip
"""The 16 relation types of the STAC annotation (Asher et al., LREC 2016), in the order of DualGATs' ids."""

Link = tuple[int, int, int]
"""Position of the earlier turn, position of the later one, index into `RELATIONS`."""

_CUES = {
    "Correction": r"(no wait|i mean|i meant|actually|i didn't mean|not really)",
    "Alternation": r"(or|otherwise|either)",
    "Contrast": r"(but|however|although|though|except|yet|still|on the other hand)",
    "Explanation": r"(because|'cause|cause|since|that's why|it's because|the reason)",
    "Conditional": r"(if|unless|as long as|in case)",
    "Result": r"(so|then|therefore|thus|that means|which means)",
    "Parallel": r"(me too|me neither|same here|so do i|so am i|neither do i|likewise)",
    "Narration": r"(and then|then|after that|later|next|suddenly|finally)",
    "Background": r"(when|while|back when|back in|once|before|years ago)",
    "Elaboration": r"(for example|for instance|like|especially|in fact|you know|well)",
}
_ACKNOWLEDGEMENT = re.compile(
    r"\W*(yes|yeah|yep|yup|ok|okay|right|sure|exactly|of course|thanks|thank you|oh|ah|aw|i see|i know|great|"
    r"good|cool|alright|all right|fine|hm+|mhm|uh-huh|absolutely|really|wow|no|nope|nah)\b",
    re.IGNORECASE,
)
_OPENINGS = {name: re.compile(rf"\W*{words}\b", re.IGNORECASE) for name, words in _CUES.items()}
_OF_OWN = ("Correction", "Alternation", "Contrast", "Explanation", "Conditional", "Narration", "Parallel", "Result",
           "Background", "Elaboration")  # fmt: skip
_OF_OTHERS = ("Correction", "Alternation", "Contrast", "Explanation", "Conditional", "Parallel", "Result")
_REACH = 4
"""How many turns back an open question is looked for."""


def links_of(dialogue: Sequence[Record]) -> tuple[Link, ...]:
    """The links of a dialogue: those of the corpus, else those of the rules.

    A corpus writes them into `attributes["discourse"]` of any of the records, as a JSON list of [earlier turn, later
    turn, type] with the numbers of the records' `turn` and the name or index of a relation. Links to turns that are
    not there are left out. Raises `Ai4erError` for another form.
    """
    written = next((r.attributes["discourse"] for r in dialogue if "discourse" in r.attributes), None)
    if written is None:
        return parse(tuple(r.text or "" for r in dialogue), tuple(r.speaker for r in dialogue))
    positions = {(i if r.turn is None else r.turn): i for i, r in enumerate(dialogue)}
    try:
        read = [(int(i), int(j), kind) for i, j, kind in json.loads(written)]
    except (TypeError, ValueError):
        raise Ai4erError(
            f"{dialogue[0].id}: discourse={written[:60]!r} is not a JSON list of [earlier turn, later turn, type]"
        ) from None
    return tuple((positions[i], positions[j], _number(k)) for i, j, k in read if i in positions and j in positions)


def discourse_relations(dialogues: Sequence[Sequence[Item]]) -> Tensor:
    """Relation ids of all pairs of turns, (batch, turns, turns): 0 without a link.

    A link is its type + 1 at (i, j) and (j, i), so that its direction is lost; a later one over the same pair replaces
    it. The diagonal of real turns has the last id, one above the types.
    """
    size = max(len(dialogue) for dialogue in dialogues)
    ids = np.zeros((len(dialogues), size, size), np.int64)
    for matrix, dialogue in zip(ids, dialogues):
        for i, j, kind in links_of([item.record for item in dialogue]):
            matrix[i, j] = matrix[j, i] = kind + 1
        np.fill_diagonal(matrix[: len(dialogue), : len(dialogue)], len(RELATIONS) + 1)
    return torch.from_numpy(ids)


def _number(kind: str | int) -> int:
    if isinstance(kind, int) and 0 <= kind < len(RELATIONS):
        return kind
    if kind not in RELATIONS:
        raise unknown("discourse relation", str(kind), RELATIONS)
    return RELATIONS.index(str(kind))


@functools.lru_cache(maxsize=20000)
def parse(texts: tuple[str, ...], speakers: tuple[str, ...]) -> tuple[Link, ...]:
    """One link for every turn but the first, from its texts and speakers in order; names do not matter.

    A turn answers the nearest question of another speaker that nobody has answered, at most four turns back;
    otherwise it goes on from the same speaker's turn just before it, or reacts to the last turn of another one.

    >>> [(i, j, RELATIONS[k]) for i, j, k in parse(("Where is it?", "I lost it.", "But how?"), ("A", "B", "A"))]
    [(0, 1, 'Question-answer_pair'), (1, 2, 'Clarification_question')]
    """
    asks = [text.rstrip(" \"'!.)").endswith("?") for text in texts]
    waiting = dict.fromkeys((i for i, ask in enumerate(asks) if ask), True)
    links = []
    for turn in range(1, len(texts)):
        before = range(turn - 1, -1, -1)
        questions = [i for i in before if waiting.get(i) and speakers[i] != speakers[turn] and turn - i <= _REACH]
        own = speakers[turn - 1] == speakers[turn]
        if questions and not own and not asks[turn]:
            waiting[questions[0]] = False
            links.append((questions[0], turn, RELATIONS.index("Question-answer_pair")))
        elif own:
            links.append((turn - 1, turn, RELATIONS.index(_of_own(texts[turn], asks[turn]))))
        else:
            links.append((turn - 1, turn, RELATIONS.index(_of_other(texts[turn], asks[turn]))))
    return tuple(links)


def _of_own(text: str, asks: bool) -> str:
    """How a turn goes on from the same speaker's last one."""
    if asks:
        return "Q-Elab"
    return next((name for name in _OF_OWN if _OPENINGS[name].match(text)), "Continuation")


def _of_other(text: str, asks: bool) -> str:
    """How a turn reacts to the last turn of another speaker."""
    if asks:
        return "Clarification_question"
    found = next((name for name in _OF_OTHERS if _OPENINGS[name].match(text)), None)
    return found or ("Acknowledgement" if _ACKNOWLEDGEMENT.match(text) else "Comment")
