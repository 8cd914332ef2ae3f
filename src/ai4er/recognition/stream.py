"""Recognition while the audio comes: chunks of any length in, what is new out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from ai4er.errors import Ai4erError
from ai4er.prediction.predict import Predictor
from ai4er.recognition.hearing import as_segments
from ai4er.recognition.recognize import SPEECH, load, need, told
from ai4er.recognition.result import Recognition, Segment
from ai4er.recognition.voice_activity import SAMPLE_RATE, Segmentation, Span, SpeechSpans


@dataclass(frozen=True)
class Update:
    """What is said of a stretch of speech. It may still change, unless it is `final`."""

    segment: Segment
    final: bool


class Stream:
    """Recognises one speaker's or one microphone's audio as it comes.

    `sample_rate` is that of the chunks. Of a stretch that is still open there is an update whenever `every` more
    seconds of it were heard; every stretch ends with a final update. The final ones are what `recognize` says of the
    same audio as a whole (of a recognizer that tells who speaks: with a segmentation given). Memory does not grow with
    the audio, but for the final segments that `close` returns.
    Raises `Ai4erError` for a recognizer that does not read audio.
    """

    def __init__(
        self, recognizer: Predictor | str | Path = SPEECH, sample_rate: int = SAMPLE_RATE, every: float = 0.5,
        segmentation: Segmentation | None = None, min_confidence: float = 0.0,
    ) -> None:  # fmt: skip
        if sample_rate <= 0 or every <= 0:
            raise Ai4erError(f"sample_rate={sample_rate}, every={every:g}: both must be above 0")
        self.recognizer = load(recognizer) if isinstance(recognizer, (str, Path)) else recognizer
        need(self.recognizer, "audio", "a stream is sound")
        self.every, self.min_confidence = every, min_confidence
        self._resample = soxr.ResampleStream(sample_rate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
        self._spans = SpeechSpans(segmentation)
        self._told = (-1, 0)
        self._segments: list[Segment] = []

    def feed(self, samples: np.ndarray) -> list[Update]:
        """Take the next samples (samples,), floats in [-1, 1]; returns what is new.

        Raises `Ai4erError` for samples that are no numbers or have more than one channel.
        """
        samples = np.asarray(samples, np.float32)
        if samples.ndim != 1 or not np.isfinite(samples).all():
            raise Ai4erError(f"samples of the shape {samples.shape}: numbers of the shape (samples,) are needed")
        return self._updates(self._spans.feed(self._resample.resample_chunk(samples)), self._spans.open)

    def close(self) -> Recognition:
        """The audio has ended: everything that was recognised, what was still open included.

        What is new in it are the segments behind those that were final before.
        """
        rest = self._resample.resample_chunk(np.zeros(0, np.float32), last=True)
        self._updates(self._spans.feed(rest), lambda: None)
        self._updates(self._spans.close(), lambda: None)
        return told("stream", self.recognizer, self._segments, self._spans.heard, self.min_confidence)

    def _updates(self, ended: Iterator[Span], still_open: Callable[[], Span | None]) -> list[Update]:
        segments = list(as_segments(ended, self.recognizer))
        self._segments += segments
        open_ = still_open()
        return [Update(segment, True) for segment in segments] + [
            Update(segment, False) for segment in as_segments(self._worth_telling(open_), self.recognizer)
        ]

    def _worth_telling(self, span: Span | None) -> Iterable[Span]:
        """The open stretch, if enough of it is new."""
        if span is None:
            return ()
        start, told = self._told
        new = len(span.samples) - (told if start == span.start else 0)
        if new < self.every * SAMPLE_RATE:
            return ()
        self._told = (span.start, len(span.samples))
        return (span,)
