"""A recording of several people: who says what and when, by a recognizer that has learnt to tell them apart."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.features.media import load_audio
from ai4er.prediction.predict import Conversing, Predictor
from ai4er.recognition.voice_activity import SAMPLE_RATE, Span
from ai4er.systems.base import Converse

SPEAKERS = 2
"""How many people speak where nobody says it."""


@dataclass(frozen=True)
class SpokenTurn:
    """A stretch of one person's speech (`speaker 1` is who speaks first) and its words."""

    span: Span
    speaker: str
    text: str


def converser(recognizer: Predictor, speakers: int | None, cut_otherwise: bool) -> Converse | None:
    """What finds the turns of a recording; None where it is to be cut into stretches of speech.

    Raises `Ai4erError` where a number of speakers is given and nothing can tell them apart.
    """
    found = recognizer.conversation if isinstance(recognizer, Conversing) else None
    if speakers is not None and speakers < 1:
        raise Ai4erError(f"speakers={speakers}: one at least is needed")
    if speakers is not None and cut_otherwise:
        raise Ai4erError("speakers goes with neither by_channel nor changes nor a segmentation: leave one of them away")
    if speakers is not None and found is None:
        raise Ai4erError(
            f"recognizer {recognizer.name} does not tell who speaks, so that it takes no number of speakers: where "
            "everybody has a channel, by_channel does"
        )
    return None if cut_otherwise else found


def spoken_turns(path: Path, converse: Converse, speakers: int | None) -> tuple[list[SpokenTurn], float]:
    """The turns of a recording in the order of time, and its length in seconds; the whole of it is held in memory."""
    samples = load_audio(path, SAMPLE_RATE)
    numbers: dict[str, int] = {}
    turns = []
    for turn in converse(samples, speakers or SPEAKERS):
        start, end = round(turn.start * SAMPLE_RATE), round(turn.end * SAMPLE_RATE)
        number = numbers.setdefault(turn.speaker, len(numbers) + 1)
        turns.append(SpokenTurn(Span(start, samples[start:end]), f"speaker {number}", turn.words))
    return turns, len(samples) / SAMPLE_RATE
