"""The main job: emotion in a person's own recording, text or dialogue."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError, unknown
from ai4er.prediction.hub_model import PREFIX, HubModel
from ai4er.prediction.predict import Answer, Predictor
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.prediction.view import seen_as
from ai4er.recognition.changes import cut_at_changes
from ai4er.recognition.explain import moments_that_count, words_that_count
from ai4er.recognition.result import Recognition, Segment
from ai4er.recognition.sources import Source, Turn, source
from ai4er.recognition.voice_activity import SAMPLE_RATE, Segmentation, Span, speech_spans
from ai4er.records import Record, Records

BATCH = 32
CHUNK_SECONDS = 30.0
SPEECH = "speech"
MODALITY = {"recording": SPEECH, "text": "text", "dialogue": "text"}


def shipped() -> dict[str, Path]:
    """The recognizers that come with the library, by name."""
    place = Path(str(files("ai4er.recognition"))) / "shipped"
    return {path.name: path for path in sorted(place.iterdir()) if path.is_dir()} if place.is_dir() else {}


def load(name: str | Path) -> Predictor:
    """A shipped recognizer by name, a recognizer folder (or that of a run's fold) here or on the hub, or a hub model.

    `hf:ORGANISATION/MODEL` (or `hf:FOLDER`) is any audio or text classifier of the Hugging Face hub.
    Raises `Ai4erError` when there is none.
    """
    if str(name).startswith(PREFIX):
        return HubModel(str(name).removeprefix(PREFIX))
    if str(name) in shipped():
        return Recognizer.load(shipped()[str(name)])
    path = Path(name)
    if (path / RECOGNIZER).is_dir():
        path = path / RECOGNIZER
    if not path.exists() and "/" not in str(name):
        raise unknown("recognizer", str(name), shipped())
    return Recognizer.load(path)


def recognize(
    given: str | Path, recognizer: Predictor | str | Path | None = None, segmentation: Segmentation | None = None,
    min_confidence: float = 0.0, by_channel: bool = False, explain: bool = False, labels: str | None = None,
    changes: bool = False,
) -> Recognition:  # fmt: skip
    """Recognise emotion in a recording (any audio or video container), a text, or a dialogue file.

    Without a recognizer, the shipped one for speech or for text is used. Recordings are cut into
    stretches of speech; each gets a distribution with its times in seconds, and no label where no class is as probable
    as `min_confidence`. With `labels` the answers are seen in another label space (`ekman7`, `sentiment4`), onto which
    a named mapping must lead. With `by_channel` every channel is a speaker of its own (`channel 1` ...), as on recorded
    telephone calls; otherwise channels are averaged. With `explain` the segments have their `evidence`: the words or
    moments without which the label would be less probable. With `changes` a stretch of speech is cut where the emotion
    changes within it.
    Raises `Ai4erError` for input that cannot be read, or that the recognizer cannot take.
    """
    if not 0 <= min_confidence <= 1:
        raise Ai4erError(f"min_confidence={min_confidence:g}: a probability between 0 and 1 is needed")
    found = source(given)
    usual = MODALITY[found.kind]
    chosen = load(recognizer or usual) if recognizer is None or isinstance(recognizer, (str, Path)) else recognizer
    chosen = seen_as(chosen, labels)
    if found.kind == "recording":
        need(chosen, "audio", f"{found.name} is a recording")
        segments, seconds = _recording(found.path, chosen, segmentation, by_channel, explain, changes)
        return told(found.name, chosen, segments, seconds, min_confidence)
    need(chosen, "text", f"{found.name} is text")
    return told(found.name, chosen, _turns(found, chosen, explain), None, min_confidence)


def told(
    name: str, recognizer: Predictor, segments: list[Segment], seconds: float | None, min_confidence: float
) -> Recognition:
    """The segments of a source with what is known of the recognizer."""
    licence = str(recognizer.about.get("licence", ""))
    return Recognition(
        name, recognizer.space, segments, recognizer.name, seconds, licence, min_confidence, recognizer.thresholds
    )


def need(recognizer: Predictor, part: str, given: str) -> None:
    """Raise `Ai4erError` where a recognizer does not read `audio` or `text`, and that is what was given."""
    if part not in recognizer.needs:
        raise Ai4erError(f"recognizer {recognizer.name} reads {' and '.join(sorted(recognizer.needs))}, and {given}")


def _recording(
    path: Path | None,
    recognizer: Predictor,
    segmentation: Segmentation | None,
    by_channel: bool,
    explain: bool,
    changes: bool,
) -> tuple[list[Segment], float]:
    """The segments of a recording in the order of their beginnings, and its length in seconds."""
    from ai4er.features.media import channels

    assert path is not None
    number = channels(path) if by_channel else 1
    if number == 1:
        return _heard(path, None, recognizer, segmentation, explain, changes)
    parts = [_heard(path, channel, recognizer, segmentation, explain, changes) for channel in range(number)]
    segments = [segment for found, _ in parts for segment in found]
    return sorted(segments, key=lambda segment: segment.start or 0.0), parts[0][1]


def _heard(
    path: Path,
    channel: int | None,
    recognizer: Predictor,
    segmentation: Segmentation | None,
    explain: bool,
    changes: bool,
) -> tuple[list[Segment], float]:
    """The segments of one channel (or of all together) in order, and its length in seconds."""
    from ai4er.features.media import stream_audio

    heard = 0

    def counted(chunks: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        nonlocal heard
        for chunk in chunks:
            heard += len(chunk)
            yield chunk

    chunks = counted(stream_audio(path, SAMPLE_RATE, CHUNK_SECONDS, channel))
    speaker = "" if channel is None else f"channel {channel + 1}"
    spans = speech_spans(chunks, segmentation)
    spans = cut_at_changes(spans, recognizer) if changes else spans
    segments = list(as_segments(spans, recognizer, speaker, explain))
    return segments, heard / SAMPLE_RATE


def as_segments(
    spans: Iterable[Span], recognizer: Predictor, speaker: str = "", explain: bool = False
) -> Iterator[Segment]:
    """A segment for each span, a batch at a time, so that a long recording is never held whole."""
    spans = iter(spans)
    while batch := list(itertools.islice(spans, BATCH)):
        records = Records(span.record(number) for number, span in enumerate(batch))
        answer = recognizer.predict(records, BATCH)
        for i, span in enumerate(batch):
            start, end = span.seconds
            why = moments_that_count(span.samples, SAMPLE_RATE, start, records[i], recognizer) if explain else ()
            yield _segment(recognizer, answer, i, start=start, end=end, speaker=speaker, evidence=why)


def _turns(found: Source, recognizer: Predictor, explain: bool) -> list[Segment]:
    dialogue = found.name if found.kind == "dialogue" else ""
    records = [_record(number, turn, dialogue) for number, turn in enumerate(found.turns)]
    answer = recognizer.predict(Records(records), BATCH)
    segments = []
    for i, turn in enumerate(found.turns):
        others = records[:i] + records[i + 1 :]
        why = words_that_count(records[i], others, recognizer) if explain else ()
        segments.append(_segment(recognizer, answer, i, speaker=turn.speaker, text=turn.text, evidence=why))
    return segments


def _record(number: int, turn: Turn, dialogue: str) -> Record:
    return Record(
        id=str(number), corpus="dialogue", speaker=turn.speaker, dialogue=dialogue, turn=number, text=turn.text
    )


def _segment(recognizer: Predictor, answer: Answer, i: int, **where: Any) -> Segment:
    names, spread = recognizer.space.names, answer.uncertainty
    uncertainty = {} if spread is None else dict(zip(names, spread[i].tolist()))
    return Segment(dict(zip(names, answer.scores[i].tolist())), uncertainty=uncertainty, **where)
