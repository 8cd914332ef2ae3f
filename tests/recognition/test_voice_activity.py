"""Speech is found where it is, whatever the chunks, in bounded memory."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.recognition.voice_activity import Segmentation, Span, VoiceActivity, speech_spans


def scene() -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Three utterances with a second of near silence around them, and where they are."""
    generator = np.random.default_rng(0)
    parts, where, at = [], [], 0
    for number, label in enumerate(("anger", "happiness", "neutral")):
        said = speak(label, voice(number), 2.0, generator)
        where.append(((at + SAMPLE_RATE) / SAMPLE_RATE, (at + SAMPLE_RATE + len(said)) / SAMPLE_RATE))
        parts += [np.zeros(SAMPLE_RATE, np.float32), said]
        at += SAMPLE_RATE + len(said)
    audio = np.concatenate([*parts, np.zeros(SAMPLE_RATE, np.float32)])
    return (audio + 1e-4 * generator.standard_normal(len(audio))).astype(np.float32), where


def spans(audio: np.ndarray, chunk: int, segmentation: Segmentation | None = None) -> list[Span]:
    return list(speech_spans((audio[i : i + chunk] for i in range(0, len(audio), chunk)), segmentation))


def test_utterances_are_found_to_a_fifth_of_a_second() -> None:
    audio, where = scene()
    found = [span.seconds for span in spans(audio, len(audio))]
    assert len(found) == len(where)
    np.testing.assert_allclose(found, where, atol=0.35)


@pytest.mark.parametrize("chunk", [700, 16000, 50001])
def test_the_size_of_the_chunks_changes_nothing(chunk: int) -> None:
    audio, _ = scene()
    whole, pieces = spans(audio, len(audio)), spans(audio, chunk)
    assert [span.start for span in whole] == [span.start for span in pieces]
    for one, other in zip(whole, pieces, strict=True):
        np.testing.assert_array_equal(one.samples, other.samples)


def test_the_samples_of_a_span_are_those_of_its_time() -> None:
    audio, _ = scene()
    for span in spans(audio, 4000):
        np.testing.assert_array_equal(span.samples, audio[span.start : span.start + len(span.samples)])


def test_a_long_stretch_is_cut_without_gap_or_overlap() -> None:
    generator = np.random.default_rng(1)
    audio = np.concatenate([speak("anger", voice(0), 2.0, generator) for _ in range(6)])
    found = spans(audio, 8000, Segmentation(longest=3.0, pause=5.0))
    assert max(len(span.samples) for span in found) <= (3.0 + 0.25) * SAMPLE_RATE
    ends = [span.start + len(span.samples) for span in found]
    assert all(start >= end for end, start in zip(ends, [span.start for span in found[1:]]))
    assert sum(len(span.samples) for span in found) > 0.8 * len(audio)


@pytest.mark.parametrize("audio", [np.zeros(0), np.zeros(100), np.zeros(48000)])
def test_silence_and_nothing_give_no_span(audio: np.ndarray) -> None:
    assert spans(audio.astype(np.float32), 16000) == []


def test_probabilities_do_not_depend_on_the_pieces() -> None:
    audio = scene()[0][: 512 * 60]
    whole, detector = VoiceActivity()(audio), VoiceActivity()
    parts = np.concatenate([detector(audio[i : i + 512 * 7]) for i in range(0, len(audio), 512 * 7)])
    np.testing.assert_allclose(whole, parts, atol=1e-5)
