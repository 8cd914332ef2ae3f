"""Recognition of audio as it comes."""

from __future__ import annotations

import io
import itertools
import json
import sys
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from ai4er.cli.recognition import stream as stream_command
from ai4er.errors import Ai4erError
from ai4er.recognition.recognize import load, recognize
from ai4er.recognition.stream import Stream, Update
from tests.recognition.test_voice_activity import SAMPLE_RATE, scene

RECOGNIZER = load("speech")


def streamed(audio: np.ndarray, chunk: int, **options: object) -> tuple[list[Update], Stream]:
    stream = Stream(RECOGNIZER, **options)  # type: ignore[arg-type]
    return [new for i in range(0, len(audio), chunk) for new in stream.feed(audio[i : i + chunk])], stream


@pytest.mark.parametrize("chunk", [700, 16000, 10**6])
def test_the_final_answer_is_that_of_the_whole_recording(chunk: int, tmp_path: object) -> None:
    audio, _ = scene()
    soundfile.write(f"{tmp_path}/a.wav", audio, SAMPLE_RATE, subtype="FLOAT")
    whole = recognize(f"{tmp_path}/a.wav", RECOGNIZER)
    updates, stream = streamed(audio, chunk)
    found = stream.close()
    assert [(s.start, s.end) for s in found.segments] == [(s.start, s.end) for s in whole.segments]
    for one, other in zip(found.segments, whole.segments, strict=True):
        np.testing.assert_allclose(list(one.scores.values()), list(other.scores.values()), atol=1e-4)
    final = [update.segment for update in updates if update.final]
    assert final == found.segments[: len(final)] and found.seconds == pytest.approx(whole.seconds)


def test_an_open_stretch_is_told_of_as_often_as_wanted() -> None:
    audio, where = scene()
    updates, _ = streamed(audio, 1600, every=0.5)
    first = [update for update in updates if (update.segment.start or 0) < where[0][1]]
    spans = [round(update.segment.end - update.segment.start, 1) for update in first if not update.final]  # type: ignore[operator]
    assert len(spans) >= 3 and all(0.4 <= later - earlier <= 0.7 for earlier, later in itertools.pairwise(spans))
    assert first[-1].final and sum(update.final for update in first) == 1


def test_chunks_of_another_rate_are_brought_to_the_recognizers() -> None:
    audio, where = scene()
    _, stream = streamed(np.repeat(audio, 3), 4800, sample_rate=3 * SAMPLE_RATE)
    found = stream.close()
    assert len(found.segments) == len(where) and found.seconds == pytest.approx(len(audio) / SAMPLE_RATE, abs=0.01)


@pytest.mark.parametrize("samples", [np.zeros((2, 100)), np.array([0.0, np.nan])])
def test_samples_that_are_no_sound_of_one_channel_are_refused(samples: np.ndarray) -> None:
    with pytest.raises(Ai4erError, match="are needed"):
        Stream(RECOGNIZER).feed(samples)


def test_a_recognizer_of_text_cannot_listen() -> None:
    with pytest.raises(Ai4erError, match="reads text, and a stream is sound"):
        Stream("text")


def test_the_command_prints_a_line_for_whatever_is_new(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    audio, where = scene()
    pipe = io.BytesIO((audio * 32767).astype("<i2").tobytes() + b"x")
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=pipe))
    stream_command(form="json")
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert sum(line["final"] for line in lines) == len(where) < len(lines)
    assert all(line["label"] in line["scores"] for line in lines)
