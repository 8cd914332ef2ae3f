"""The synthetic voice: its sound has the pitch, the resonances and the emotion that it claims."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.corpora._voice import FORMANTS, MANNERS, SAMPLE_RATE, Voice, _resonators, speak, syllables, voice
from ai4er.errors import Ai4erError

EMOTIONS = ("anger", "happiness", "neutral", "sadness")


def _level(samples: np.ndarray) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2))))


def _pitch(samples: np.ndarray) -> float:
    """The median over frames of the lag of the highest autocorrelation, in hertz."""
    frames = np.lib.stride_tricks.sliding_window_view(samples, 1024)[::400]
    spectra = np.fft.rfft(frames - frames.mean(axis=1, keepdims=True), 2048, axis=1)
    lags = np.fft.irfft(np.abs(spectra) ** 2, axis=1)[:, : SAMPLE_RATE // 60]
    shortest = SAMPLE_RATE // 500
    return SAMPLE_RATE / float(np.median(lags[:, shortest:].argmax(axis=1) + shortest))


def _brightness(samples: np.ndarray) -> float:
    """The power from 2 to 5 kHz against that below 2 kHz in decibels (after Hammarberg et al. 1980)."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    frequencies = np.fft.rfftfreq(len(samples), 1 / SAMPLE_RATE)
    high, low = (frequencies > 2000) & (frequencies < 5000), frequencies < 2000
    return float(10 * np.log10(power[high].sum() / power[low].sum()))


@pytest.mark.parametrize("frequency", [100.0, 150.0, 220.0])
def test_a_neutral_voice_has_the_pitch_of_its_speaker(frequency: float) -> None:
    samples = speak("neutral", Voice(frequency, 1.0), 3.0, np.random.default_rng(0))
    assert _pitch(samples) == pytest.approx(frequency, rel=0.12)


@pytest.mark.parametrize("speaker", range(4))
def test_emotions_differ_as_the_literature_says(speaker: int) -> None:
    generator = np.random.default_rng(speaker)
    said = {label: speak(label, voice(speaker), 3.0, generator) for label in EMOTIONS}
    level, pitch, brightness = ({k: f(v) for k, v in said.items()} for f in (_level, _pitch, _brightness))
    assert level["anger"] > level["happiness"] > level["neutral"] > level["sadness"]
    assert min(pitch["anger"], pitch["happiness"]) > pitch["neutral"] > pitch["sadness"]
    assert brightness["anger"] > brightness["neutral"] > brightness["sadness"]


def test_intensity_leads_from_neutral_to_the_emotion() -> None:
    levels = [_level(speak("anger", voice(1), 2.0, np.random.default_rng(0), intensity=i)) for i in (0.0, 0.5, 1.0)]
    neutral, full = MANNERS["neutral"].level, MANNERS["anger"].level
    assert np.diff(levels) == pytest.approx([(full - neutral) / 2] * 2, abs=0.2)


@pytest.mark.parametrize("vowel", sorted(FORMANTS))
def test_the_filter_resonates_at_the_formants(vowel: str) -> None:
    from scipy.signal import sosfreqz

    frequencies, response = sosfreqz(_resonators(np.array(FORMANTS[vowel])), 8000, fs=SAMPLE_RATE)
    level = 20 * np.log10(np.abs(response) + 1e-12)
    peaks = frequencies[1:-1][(level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])]
    assert all(np.abs(peaks - formant).min() < 60 for formant in FORMANTS[vowel][:3])
    assert level[0] == pytest.approx(0, abs=0.1)


def test_syllables_can_be_counted_at_the_tempo_of_the_emotion() -> None:
    from scipy.signal import find_peaks

    for label in EMOTIONS:
        samples = speak(label, voice(1), 4.0, np.random.default_rng(2), text="ma")
        envelope = np.convolve(np.abs(samples), np.hanning(1600) / 800, "same")[::16]
        syllables_heard = len(find_peaks(envelope, prominence=0.15 * envelope.max())[0])
        assert syllables_heard == pytest.approx(4.0 * MANNERS[label].tempo, abs=1.6)


def test_samples_have_the_wished_length_and_range() -> None:
    for seconds in (0.2, 1.0, 2.5):
        samples = speak("anger", voice(0), seconds, np.random.default_rng(1))
        assert samples.shape == (round(seconds * SAMPLE_RATE),)
        assert samples.dtype == np.float32
        assert np.abs(samples).max() <= 1


def test_speakers_are_different_persons() -> None:
    voices = [voice(index) for index in range(40)]
    assert len({(v.pitch, v.tract) for v in voices}) == 40
    assert min(v.pitch for v in voices[::2]) > max(v.pitch for v in voices[1::2])


def test_syllables_follow_the_letters() -> None:
    assert syllables("happy") == [("h", "a"), ("p", "i")]
    assert syllables("hmm") == [("", "a")]


def test_an_unknown_emotion_is_named() -> None:
    with pytest.raises(Ai4erError, match="'angry': did you mean 'anger'"):
        speak("angry", voice(0), 1.0, np.random.default_rng(0))
