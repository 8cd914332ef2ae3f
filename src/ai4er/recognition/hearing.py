"""Recordings as segments: stretches of speech, pieces of them, or the turns of a conversation."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import queue
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.prediction.predict import Answer, Predictor
from ai4er.recognition.changes import cut_at_changes
from ai4er.recognition.conversation import converser, spoken_turns
from ai4er.recognition.explain import moments_that_count
from ai4er.recognition.result import Segment
from ai4er.recognition.voice_activity import SAMPLE_RATE, Segmentation, Span, speech_spans
from ai4er.records import Records

BATCH = 32
CHUNK_SECONDS = 30.0


@dataclass(frozen=True)
class Hearing:
    """How a recording is heard: what `recognize` says of these options."""

    segmentation: Segmentation | None = None
    by_channel: bool = False
    explain: bool = False
    changes: bool = False
    speakers: int | None = None

    def refuse(self, why: str) -> None:
        """Raise `Ai4erError` where something was asked for that there is for speech alone."""
        if self.by_channel or self.explain or self.changes:
            raise Ai4erError(f"{why}: by_channel, explain and changes are for speech")


def heard(path: Path, recognizer: Predictor, how: Hearing) -> tuple[list[Segment], float]:
    """The segments of a recording in the order of their beginnings, and its length in seconds."""
    from ai4er.features.media import channels

    cut_otherwise = how.by_channel or how.changes or how.segmentation is not None
    converse = converser(recognizer, how.speakers, cut_otherwise)
    if converse is not None:
        turns, seconds = spoken_turns(path, converse, how.speakers)
        found = as_segments((turn.span for turn in turns), recognizer, "", how.explain)
        return [dataclasses.replace(s, speaker=turn.speaker, text=turn.text) for s, turn in zip(found, turns)], seconds
    number = channels(path) if how.by_channel else 1
    parts = [_channel(path, channel if number > 1 else None, recognizer, how) for channel in range(number)]
    segments = [segment for part, _ in parts for segment in part]
    return sorted(segments, key=lambda segment: segment.start or 0.0), parts[0][1]


def _channel(path: Path, channel: int | None, recognizer: Predictor, how: Hearing) -> tuple[list[Segment], float]:
    """The segments of one channel (or of all together) in order, and its length in seconds."""
    from ai4er.features.media import stream_audio

    samples = 0

    def counted(chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        nonlocal samples
        for chunk in chunks:
            samples += len(chunk)
            yield chunk

    spans = ahead(speech_spans(counted(stream_audio(path, SAMPLE_RATE, CHUNK_SECONDS, channel)), how.segmentation))
    spans = cut_at_changes(spans, recognizer) if how.changes else spans
    speaker = "" if channel is None else f"channel {channel + 1}"
    return list(as_segments(spans, recognizer, speaker, how.explain)), samples / SAMPLE_RATE


def ahead(spans: Iterable[Span]) -> Iterator[Span]:
    """The same spans, looked for by another thread while those before are recognised; at most a batch is held."""
    found: queue.Queue[Span | BaseException | None] = queue.Queue(BATCH)
    given_up = threading.Event()

    def put(one: Span | BaseException | None) -> None:
        while not given_up.is_set():
            with contextlib.suppress(queue.Full):
                found.put(one, timeout=0.1)
                return

    def look() -> None:
        try:
            for span in spans:
                put(span)
                if given_up.is_set():
                    return
            put(None)
        except BaseException as error:
            put(error)

    looking = threading.Thread(target=look, daemon=True)
    looking.start()
    try:
        while (one := found.get()) is not None:
            if isinstance(one, BaseException):
                raise one
            yield one
    finally:
        given_up.set()
        looking.join()


def as_segments(
    spans: Iterable[Span], recognizer: Predictor, speaker: str = "", explain: bool = False
) -> Iterator[Segment]:
    """A segment for each span, a batch at a time, so that a long recording is never held whole.

    The first batches are small, so that recognition begins while most of the recording is still being looked through.
    """
    spans, size = iter(spans), 4
    while batch := list(itertools.islice(spans, size)):
        size = min(2 * size, BATCH)
        records = Records(span.record(number) for number, span in enumerate(batch))
        answer = recognizer.predict(records, BATCH)
        for i, span in enumerate(batch):
            start, end = span.seconds
            why = moments_that_count(span.samples, SAMPLE_RATE, start, records[i], recognizer) if explain else ()
            yield as_segment(recognizer, answer, i, start=start, end=end, speaker=speaker, evidence=why)


def as_segment(recognizer: Predictor, answer: Answer, i: int, **where: Any) -> Segment:
    """The i-th answer as a segment; `where` are its other parts."""
    names, spread = recognizer.space.names, answer.uncertainty
    uncertainty = {} if spread is None else dict(zip(names, spread[i].tolist()))
    return Segment(dict(zip(names, answer.scores[i].tolist())), uncertainty=uncertainty, **where)
