"""Another voice: pitch and formants move as they are told to, and the rhythm stays."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lfilter

from ai4er.augment.perturbed_voices import perturbed, voice_factors
from ai4er.augment.voice import perturb_voice, pitch_contour
from ai4er.records import Record

RATE = 16000


def vowel(pitch: float, formant: float = 1500.0, seconds: float = 1.2) -> np.ndarray:
    """Bursts of 0.3 s of a pulse train through a resonance and a weaker one at 500 Hz, with silence between them."""
    time = np.arange(int(seconds * RATE)) / RATE
    phase = np.cumsum(pitch * (1 + 0.02 * np.sin(2 * np.pi * 3 * time))) / RATE
    pulses = np.diff(np.floor(phase), prepend=0.0)
    sound = resonance(pulses, formant) + 0.15 * resonance(pulses, 500.0)
    gate = np.clip(np.minimum(time % 0.4 - 0.05, 0.35 - time % 0.4) / 0.02, 0, 1)
    noise = 1e-4 * np.random.default_rng(0).standard_normal(len(time))
    return (0.3 * sound * gate / np.abs(sound).max() + noise).astype(np.float32)


def resonance(pulses: np.ndarray, hertz: float) -> np.ndarray:
    radius, angle = np.exp(-np.pi * 90 / RATE), 2 * np.pi * hertz / RATE
    return lfilter([1.0], [1, -2 * radius * np.cos(angle), radius**2], pulses)


def peak(samples: np.ndarray) -> float:
    """The frequency of the strongest resonance, by the envelope of the spectrum between the harmonics."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    hertz = np.fft.rfftfreq(len(samples), 1 / RATE)
    smooth = np.convolve(spectrum, np.hanning(2 * int(120 / hertz[1]) + 1), mode="same")
    return float(hertz[smooth.argmax()])


@pytest.mark.parametrize("pitch", [110.0, 200.0])
@pytest.mark.parametrize("factor", [0.75, 1.2, 1.4])
def test_pitch_is_multiplied_and_formants_stay(pitch: float, factor: float) -> None:
    before = vowel(pitch)
    after = perturb_voice(before, RATE, factor, 1.0)
    (old, voiced), (new, still) = pitch_contour(before, RATE), pitch_contour(after, RATE)
    assert np.median(new[still]) == pytest.approx(factor * np.median(old[voiced]), rel=0.02)
    assert peak(after) == pytest.approx(peak(before), abs=0.75 * factor * pitch)  # harmonics are as far apart


@pytest.mark.parametrize("factor", [0.8, 1.25])
def test_formants_are_multiplied_and_pitch_stays(factor: float) -> None:
    before = vowel(110.0)
    after = perturb_voice(before, RATE, 1.0, factor)
    (old, voiced), (new, still) = pitch_contour(before, RATE), pitch_contour(after, RATE)
    assert np.median(new[still]) == pytest.approx(np.median(old[voiced]), rel=0.01)
    assert peak(after) == pytest.approx(factor * peak(before), rel=0.08)


@pytest.mark.parametrize(
    ("pitch", "pitch_factor", "formant_factor"),
    [(110.0, 1.0, 0.8), (110.0, 1.4, 1.0), (230.0, 0.75, 0.8), (230.0, 1.0, 1.25), (230.0, 1.4, 1.25)],
)
def test_length_and_voicing_are_identical(pitch: float, pitch_factor: float, formant_factor: float) -> None:
    before = vowel(pitch)
    after = perturb_voice(before, RATE, pitch_factor, formant_factor)
    assert len(after) == len(before) and after.dtype == before.dtype
    assert np.array_equal(pitch_contour(after, RATE)[1], pitch_contour(before, RATE)[1])


def test_a_deep_voice_is_voiced_in_the_same_places_but_for_frames_that_reach_across_an_edge() -> None:
    before = vowel(110.0)
    voiced, still = (pitch_contour(samples, RATE)[1] for samples in (before, perturb_voice(before, RATE, 0.75, 0.8)))
    edge = np.convolve(np.abs(np.diff(voiced.astype(int), prepend=0)), np.ones(3), mode="same") > 0
    assert np.array_equal(still[~edge], voiced[~edge])


@pytest.mark.parametrize(("pitch", "pitch_factor", "formant_factor"), [(110.0, 0.75, 0.8), (230.0, 1.4, 1.25)])
def test_the_course_of_the_level_stays(pitch: float, pitch_factor: float, formant_factor: float) -> None:
    before = vowel(pitch)
    after = perturb_voice(before, RATE, pitch_factor, formant_factor)
    old, new = (np.square(samples).reshape(-1, 640).mean(1) for samples in (before, after))
    loud = old > 1e-2 * old.max()
    assert np.abs(10 * np.log10(new[loud] / old[loud])).max() < 4


def test_without_factors_the_samples_are_the_same() -> None:
    samples = vowel(150.0)
    assert perturb_voice(samples, RATE, 1.0, 1.0) is samples
    record = Record("a", "c", arrays={"audio": samples})
    assert perturbed(record, 0.0, seed=0) is record


def test_grains_at_their_own_marks_give_the_samples_again() -> None:
    samples = vowel(150.0)
    nearly = perturb_voice(samples, RATE, 1.0 + 1e-12, 1.0)
    assert np.abs(nearly - samples).max() < 1e-4


@pytest.mark.parametrize("samples", [np.zeros(0, np.float32), np.zeros(3, np.float32), np.zeros(RATE, np.float32)])
def test_silence_and_nothing_stay(samples: np.ndarray) -> None:
    after = perturb_voice(samples, RATE, 1.3, 0.9)
    assert len(after) == len(samples) and not after.any()


def test_male_and_female_voices_overlap_at_full_strength() -> None:
    def medians(pitch: float) -> list[float]:
        found = []
        for seed in range(6):
            record = perturbed(Record(str(seed), "c", arrays={"audio": vowel(pitch, seconds=0.4)}), 1.0, seed)
            frequency, voiced = pitch_contour(record.arrays["audio"], RATE)
            found.append(float(np.median(frequency[voiced])))
        return found

    male, female = medians(120.0), medians(200.0)
    assert max(male) > min(female)


def test_factors_stay_in_their_range_and_belong_to_the_item() -> None:
    drawn = np.array([voice_factors(np.random.default_rng(seed), 1.0) for seed in range(300)])
    assert 2**-0.5 <= drawn[:, 0].min() < 0.75 and 1.3 < drawn[:, 0].max() <= 2**0.5
    assert 0.8 <= drawn[:, 1].min() < 0.82 and 1.22 < drawn[:, 1].max() <= 1.25
    weak = np.array([voice_factors(np.random.default_rng(seed), 0.5) for seed in range(300)])
    assert np.allclose(weak, np.sqrt(drawn))
    record = Record("a", "c", arrays={"audio": vowel(150.0, seconds=0.4)})
    one, again, other = (perturbed(record, 1.0, seed).arrays["audio"] for seed in (0, 0, 1))
    assert np.array_equal(one, again) and not np.array_equal(one, other)
