"""Voice activity: where somebody speaks, by the Silero network that its package carries.

Source: Silero Team, "Silero VAD", 2024 (MIT), version 6, 16 kHz, one probability every 32 ms.
"""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.records import Record

SAMPLE_RATE = 16000
STEP = 512
_CONTEXT = 64
_MODEL = "silero_vad_16k_sequence.onnx"


@dataclass(frozen=True)
class Span:
    """A stretch of speech: `start` in samples of the whole recording, and its audio at 16 kHz."""

    start: int
    samples: np.ndarray

    @property
    def seconds(self) -> tuple[float, float]:
        """Start and end in seconds."""
        return self.start / SAMPLE_RATE, (self.start + len(self.samples)) / SAMPLE_RATE

    def record(self, number: int) -> Record:
        """What a recognizer reads of it."""
        rate = {"sample_rate": str(SAMPLE_RATE)}
        return Record(id=str(number), corpus="recording", arrays={"audio": self.samples}, attributes=rate)


@dataclass(frozen=True)
class Segmentation:
    """How probabilities become segments; times in seconds.

    Speech begins above `onset` and ends below `offset`; pauses shorter than `pause` do not end it;
    shorter stretches than `shortest` are left out; `margin` is kept on both sides; a stretch longer
    than `longest` is cut where speech is least probable.
    """

    onset: float = 0.5
    offset: float = 0.35
    pause: float = 0.3
    shortest: float = 0.25
    margin: float = 0.1
    longest: float = 12.0


@functools.cache
def _session() -> Any:
    import onnxruntime

    package = importlib.util.find_spec("silero_vad")
    if package is None or not package.submodule_search_locations:
        raise Ai4erError("voice activity needs the package silero-vad: pip install silero-vad")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    # The network is so small that a second thread costs more than it gives (2.3 s against 1.1 s for ten minutes).
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(str(Path(package.submodule_search_locations[0]) / "data" / _MODEL), options)


class VoiceActivity:
    """The probability of speech, computed piece by piece: the state goes on from call to call."""

    def __init__(self) -> None:
        self._hidden = np.zeros((1, 1, 128), np.float32)
        self._cell = np.zeros((1, 1, 128), np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def __call__(self, samples: np.ndarray) -> np.ndarray:
        """(samples,) at 16 kHz, a multiple of 512, -> (samples / 512,) probabilities."""
        if not len(samples):
            return np.zeros(0, np.float32)
        padded = np.concatenate([self._context, samples]).astype(np.float32)
        windows = np.lib.stride_tricks.sliding_window_view(padded, STEP + _CONTEXT)[::STEP]
        given = {"input": np.ascontiguousarray(windows), "h": self._hidden, "c": self._cell}
        probabilities, self._hidden, self._cell = _session().run(None, given)
        self._context = padded[-_CONTEXT:]
        return np.asarray(probabilities, np.float32)


def speech_spans(chunks: Iterable[np.ndarray], segmentation: Segmentation | None = None) -> Iterator[Span]:
    """The stretches of speech in audio that comes in chunks (samples,) at 16 kHz, in order; see `SpeechSpans`."""
    spans = SpeechSpans(segmentation)
    for chunk in chunks:
        yield from spans.feed(chunk)
    yield from spans.close()


class SpeechSpans:
    """Finds stretches of speech while the audio comes, in chunks (samples,) at 16 kHz of any length.

    Holds no more than the stretch that is open, which `longest` bounds: memory does not grow with the recording.
    """

    def __init__(self, segmentation: Segmentation | None = None) -> None:
        settings = segmentation or Segmentation()
        pause, self._shortest, self._longest = (
            max(1, round(seconds * SAMPLE_RATE / STEP))
            for seconds in (settings.pause, settings.shortest, settings.longest)
        )
        self._margin = round(settings.margin * SAMPLE_RATE)
        self._detector, self._tracker = VoiceActivity(), _Tracker(settings, pause)
        self._audio, self._base = np.zeros(0, np.float32), 0
        self._rest = np.zeros(0, np.float32)
        self._probabilities, self._first = np.zeros(0, np.float32), 0
        self._ended = 0

    @property
    def heard(self) -> float:
        """Seconds of audio so far."""
        return (self._base + len(self._audio) + len(self._rest)) / SAMPLE_RATE

    def feed(self, chunk: np.ndarray) -> Iterator[Span]:
        """Take the next samples; yields the stretches that have ended."""
        tracker, longest = self._tracker, self._longest
        samples = np.concatenate([self._rest, np.asarray(chunk, np.float32)])
        whole = len(samples) // STEP * STEP
        samples, self._rest = samples[:whole], samples[whole:]
        found = self._detector(samples)
        self._audio = np.concatenate([self._audio, samples])
        self._probabilities = np.concatenate([self._probabilities, found])
        for start, end in tracker.add(found):
            yield from self._cut(start, end)
        while tracker.started is not None and tracker.position - tracker.started > 2 * longest:
            start = tracker.started
            end = start + _quietest(self._between(start, start + longest))
            yield from self._cut(start, end)
            tracker.started = end
        keep = tracker.position if tracker.started is None else tracker.started
        drop = max(0, keep * STEP - self._margin - STEP - self._base)
        self._audio, self._base = self._audio[drop:], self._base + drop
        old = max(0, keep - self._first)
        self._probabilities, self._first = self._probabilities[old:], self._first + old

    def open(self) -> Span | None:
        """What is being said at the moment, so far."""
        if self._tracker.started is None:
            return None
        return self._span(self._tracker.started, self._tracker.position)

    def close(self) -> Iterator[Span]:
        """The audio has ended; yields the stretch that was still open."""
        self._audio, self._rest = np.concatenate([self._audio, self._rest]), np.zeros(0, np.float32)
        for start, end in self._tracker.close():
            yield from self._cut(start, end)

    def _cut(self, start: int, end: int) -> Iterator[Span]:
        if end - start < self._shortest:
            return
        for a, b in _pieces(self._between(start, end), start, self._longest):
            span = self._span(a, b)
            self._ended = span.start + len(span.samples)
            yield span

    def _between(self, start: int, end: int) -> np.ndarray:
        return self._probabilities[start - self._first : end - self._first]

    def _span(self, start: int, end: int) -> Span:
        """Steps as a stretch of audio with its margins, behind the one before."""
        low = max(self._ended, start * STEP - self._margin)
        high = min(self._base + len(self._audio), end * STEP + self._margin)
        return Span(low, self._audio[low - self._base : high - self._base].copy())


class _Tracker:
    """Hysteresis over a stream of probabilities: yields (start, end) in steps when speech has ended."""

    def __init__(self, settings: Segmentation, pause: int) -> None:
        self.onset, self.offset, self.pause = settings.onset, settings.offset, pause
        self.position = 0
        self.started: int | None = None
        self.last_voiced = 0

    def add(self, probabilities: np.ndarray) -> list[tuple[int, int]]:
        """Take the next probabilities. The loop runs over changes, not over steps."""
        ended: list[tuple[int, int]] = []
        loud = np.flatnonzero(probabilities >= self.onset) + self.position
        voiced = np.flatnonzero(probabilities >= self.offset) + self.position
        self.position += len(probabilities)
        while True:
            if self.started is None:
                following = loud[loud > self.last_voiced] if self.last_voiced else loud
                if not len(following):
                    return ended
                self.started = self.last_voiced = int(following[0])
            run = voiced[voiced > self.last_voiced]
            gaps = np.diff(np.concatenate([[self.last_voiced], run]))
            breaks = np.flatnonzero(gaps > self.pause)
            if len(breaks):
                self.last_voiced = int(run[breaks[0] - 1]) if breaks[0] else self.last_voiced
            else:
                self.last_voiced = int(run[-1]) if len(run) else self.last_voiced
                if self.position - 1 - self.last_voiced <= self.pause:
                    return ended
            ended.append((self.started, self.last_voiced + 1))
            self.started = None

    def close(self) -> list[tuple[int, int]]:
        """What is still open at the end of the recording."""
        return [] if self.started is None else [(self.started, self.last_voiced + 1)]


def _quietest(probabilities: np.ndarray) -> int:
    """Where to cut a stretch that is too long: the least probable step of its second half."""
    half = len(probabilities) // 2
    return half + int(np.argmin(probabilities[half:]))


def _pieces(probabilities: np.ndarray, start: int, longest: int) -> Iterator[tuple[int, int]]:
    """Cut a stretch into pieces of at most `longest` steps."""
    while len(probabilities) > longest:
        cut = max(1, _quietest(probabilities[:longest]))
        yield start, start + cut
        probabilities, start = probabilities[cut:], start + cut
    yield start, start + len(probabilities)
