"""Errors of what is found in an unsegmented conversation, measured over time as in speaker diarisation.

The time-weighted emotion error rate and its stricter form with speakers are those of Wu et al., "Integrating emotion
recognition with speech recognition and speaker diarisation for conversations", Interspeech 2023 (arXiv 2308.07145).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.labels.turns import Turn
from ai4er.labels.word_error_rate import edit_distance


@dataclass(frozen=True)
class TimeErrors:
    """Seconds that are missed, false alarms and confused, and those of speech; several conversations add up."""

    missed: float = 0.0
    false_alarm: float = 0.0
    confused: float = 0.0
    total: float = 0.0

    @property
    def rate(self) -> float:
        """(missed + false alarm + confused) / total; NaN where nobody speaks."""
        wrong = self.missed + self.false_alarm + self.confused
        return wrong / self.total if self.total else float("nan")

    def __add__(self, other: TimeErrors) -> TimeErrors:
        return TimeErrors(
            self.missed + other.missed, self.false_alarm + other.false_alarm, self.confused + other.confused,
            self.total + other.total,
        )  # fmt: skip


Label = Callable[[Turn], Hashable]


def time_errors(
    reference: Sequence[Turn], hypothesis: Sequence[Turn], label: Label, collar: float = 0.25, inside: bool = True
) -> TimeErrors:
    """The identification error of one conversation whose turns are labelled by `label`.

    At every moment, as many labels are right as are in both; what the reference has more is missed, what the
    hypothesis has more is a false alarm, and the rest is confused. A `collar` on both sides of every edge of a
    reference turn is left out, of the total too; `inside` leaves out what lies before the first and behind the last of
    them. Raises `Ai4erError` for a turn that ends before it starts.
    """
    for turn in (*reference, *hypothesis):
        if turn.end < turn.start:
            raise Ai4erError(f"a turn ends at {turn.end} s, before it starts at {turn.start} s")
    edges = [edge for turn in reference for edge in (turn.start, turn.end)]
    borders = [edge + side for edge in edges for side in (-collar, collar)]
    times = np.unique([*edges, *borders, *(edge for turn in hypothesis for edge in (turn.start, turn.end))])
    if inside and edges:
        times = times[(times >= min(edges)) & (times <= max(edges))]
    found = TimeErrors()
    for start, end in pairwise(times):
        middle, width = (start + end) / 2, float(end - start)
        if any(abs(middle - edge) < collar for edge in edges):
            continue
        said, heard = (
            [label(turn) for turn in turns if turn.start <= middle < turn.end] for turns in (reference, hypothesis)
        )
        right = sum(min(said.count(one), heard.count(one)) for one in set(said))
        both = min(len(said), len(heard))
        found += TimeErrors(
            width * (len(said) - both), width * (len(heard) - both), width * (both - right), width * len(said)
        )
    return found


def detection_errors(reference: Sequence[Turn], hypothesis: Sequence[Turn], collar: float = 0.125) -> TimeErrors:
    """Missed speech and false alarms, whoever speaks (voice activity detection)."""
    return time_errors(reference, hypothesis, lambda turn: "speech", collar)


def diarisation_errors(reference: Sequence[Turn], hypothesis: Sequence[Turn], collar: float = 0.25) -> TimeErrors:
    """Time with a wrong speaker, when every found speaker is the one it shares most time with (one to one)."""
    shared = {(one.speaker, other.speaker): 0.0 for one in hypothesis for other in reference}
    for one in hypothesis:
        for other in reference:
            together = max(0.0, min(one.end, other.end) - max(one.start, other.start))
            shared[one.speaker, other.speaker] += together
    names = _assigned(_speakers(hypothesis), _speakers(reference), lambda one, other: -shared.get((one, other), 0.0))
    return time_errors(reference, renamed(hypothesis, names), lambda turn: turn.speaker, collar)


def emotion_errors(reference: Sequence[Turn], hypothesis: Sequence[Turn], collar: float = 0.25) -> TimeErrors:
    """TEER: time with a wrong emotion."""
    return time_errors(reference, hypothesis, lambda turn: turn.emotion, collar)


def speaker_emotion_errors(reference: Sequence[Turn], hypothesis: Sequence[Turn], collar: float = 0.25) -> TimeErrors:
    """sTEER: time with a wrong emotion or a wrong speaker, speakers being those of the best word error rate."""
    _, names = concatenated_word_errors(reference, hypothesis)
    return time_errors(reference, renamed(hypothesis, names), lambda turn: (turn.speaker, turn.emotion), collar)


def concatenated_word_errors(reference: Sequence[Turn], hypothesis: Sequence[Turn]) -> tuple[float, dict[str, str]]:
    """cpWER, and which reference speaker each found one is.

    The words of each speaker are put together in the order of time, and the one-to-one assignment with the fewest
    errors is taken; whoever is left over counts whole. Source: Watanabe et al., "CHiME-6 challenge", 2020.
    """
    said, heard = _words(reference), _words(hypothesis)

    def errors(found: str, real: str) -> float:
        return float(edit_distance(said.get(real, []), heard.get(found, [])))

    names = _assigned(list(heard), list(said), errors)
    total = sum(errors(found, real) for found, real in names.items())
    total += sum(len(words) for real, words in said.items() if real not in names.values())
    total += sum(len(words) for found, words in heard.items() if found not in names)
    count = sum(map(len, said.values()))
    return (total / count if count else float("nan")), names


def renamed(turns: Sequence[Turn], names: Mapping[str, str]) -> list[Turn]:
    """The turns with other names of their speakers; a name that is not there keeps a mark of its own."""
    return [
        Turn(turn.start, turn.end, names.get(turn.speaker, f"other {turn.speaker}"), turn.emotion, turn.words)
        for turn in turns
    ]


def _speakers(turns: Sequence[Turn]) -> list[str]:
    return sorted({turn.speaker for turn in turns})


def _words(turns: Sequence[Turn]) -> dict[str, list[str]]:
    ordered = sorted(turns, key=lambda turn: turn.start)
    return {
        name: [word for turn in ordered if turn.speaker == name for word in turn.words.split()]
        for name in _speakers(turns)
    }


def _assigned(found: Sequence[str], real: Sequence[str], cost: Callable[[str, str], float]) -> dict[str, str]:
    """The one-to-one assignment of least cost."""
    from scipy.optimize import linear_sum_assignment

    if not found or not real:
        return {}
    rows, columns = linear_sum_assignment([[cost(one, other) for other in real] for one in found])
    return {found[row]: real[column] for row, column in zip(rows, columns)}
