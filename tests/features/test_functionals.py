"""What the functionals measure, on signals whose measures are known."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.features.functionals import Functionals

RATE = 16000
TIME = np.arange(2 * RATE) / RATE


def voice(frequency: np.ndarray | float, tilt: float = 1.0) -> np.ndarray:
    """Harmonics with amplitudes k^-tilt below 7 kHz."""
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(frequency, TIME.shape)) / RATE
    highest = int(7000 / np.max(frequency))
    return (0.1 * sum(np.cos(k * phase) * k**-tilt for k in range(1, highest + 1))).astype(np.float32)


def noise(level: float = 0.1) -> np.ndarray:
    return (np.random.default_rng(0).normal(size=len(TIME)) * level).astype(np.float32)


def measured(samples: np.ndarray, **settings: bool) -> dict[str, float]:
    return dict(zip(Functionals.names(), Functionals(**settings).extract([samples])[0].tolist()))


def test_names_are_several_hundred_and_unique() -> None:
    assert len(set(Functionals.names())) == len(Functionals.names()) > 500
    assert Functionals().extract([noise()])[0].shape == (len(Functionals.names()),)


@pytest.mark.parametrize("frequency", [75, 120, 220, 350, 550])
def test_pitch_is_the_frequency_in_semitones(frequency: float) -> None:
    found = measured(voice(frequency))
    assert found["rhythm.voiced_share"] > 0.9
    assert found["pitch.p50"] == pytest.approx(12 * np.log2(frequency / 27.5), abs=0.05)
    assert found["pitch.range"] < 0.3
    assert found["jitter.p50"] < 0.003
    assert found["harmonics_to_noise.p50"] > 9


def test_a_glide_has_the_slope_and_the_rise_of_its_pitch() -> None:
    found = measured(voice(110 * 2 ** (TIME / 2)))  # one octave in two seconds
    assert found["pitch.slope"] == pytest.approx(6, abs=0.1)
    assert found["rhythm.pitch_rise"] == pytest.approx(6, abs=0.3)
    assert found["rhythm.pitch_rising_share"] > 0.95
    down = measured(voice(220 * 2 ** (-TIME / 2)))
    assert down["rhythm.pitch_fall"] == pytest.approx(-6, abs=0.3)


def test_noise_and_silence_have_no_pitch() -> None:
    for samples in (noise(), np.zeros(RATE, np.float32), np.ones(RATE, np.float32)):
        found = measured(samples)
        assert found["rhythm.voiced_share"] < 0.03
        assert found["pitch.p50"] == 0 or found["rhythm.voiced_share"] > 0


def test_harmonics_to_noise_ratio_is_that_of_the_mixture() -> None:
    clean = voice(150)
    for ratio in (0, 5, 10):
        mixed = clean + noise(float(np.sqrt(np.square(clean).mean() / 10 ** (ratio / 10))))
        assert measured(mixed)["harmonics_to_noise.p50"] == pytest.approx(ratio, abs=1.5)


def test_a_steeper_voice_has_a_larger_alpha_ratio_and_hammarberg_index() -> None:
    soft, pressed = measured(voice(120, tilt=2.0)), measured(voice(120, tilt=0.5))
    for name in ("alpha_ratio.mean", "hammarberg_index.mean", "mfcc_1.mean"):
        assert soft[name] > pressed[name] + 5
    for name in ("centroid.mean", "rolloff_90.mean"):
        assert soft[name] < pressed[name]
    assert soft["slope_500_1500.mean"] < pressed["slope_500_1500.mean"] < 0


def test_white_noise_is_flat_and_a_tone_is_not() -> None:
    white, tone = measured(noise()), measured((0.5 * np.sin(2 * np.pi * 1000 * TIME)).astype(np.float32))
    assert white["centroid.mean"] == pytest.approx(4, abs=0.2)  # kHz, half of the band
    assert white["rolloff_50.mean"] == pytest.approx(4, abs=0.2)
    assert white["entropy.mean"] > 0.9 > 0.5 > tone["entropy.mean"]
    assert white["flatness.mean"] > -4 > -30 > tone["flatness.mean"]
    assert tone["centroid.mean"] == pytest.approx(1, abs=0.02)
    assert tone["zero_crossing_rate.p50"] == pytest.approx(2 * 1000 / RATE, abs=0.005)


def test_rhythm_counts_bursts_and_pauses() -> None:
    bursts = voice(150) * (np.sin(2 * np.pi * 2 * TIME) > 0)  # four bursts of 250 ms in two seconds
    found = measured(bursts)
    assert found["rhythm.pauses_per_second"] == pytest.approx(2, abs=0.05)
    assert found["rhythm.pause_share"] == pytest.approx(0.5, abs=0.1)
    assert found["rhythm.voiced_per_second"] == pytest.approx(2, abs=0.05)
    assert found["rhythm.voiced_length"] == pytest.approx(0.25, abs=0.04)
    syllables = voice(150) * (1.05 + np.sin(2 * np.pi * 4 * TIME)).astype(np.float32)
    assert measured(syllables)["rhythm.energy_peaks_per_second"] == pytest.approx(4, abs=0.6)


def test_shimmer_is_the_change_of_the_peak_from_frame_to_frame() -> None:
    steady, shaking = measured(voice(200)), measured(voice(200) * (1 + 0.3 * np.sin(2 * np.pi * 20 * TIME)))
    assert steady["shimmer.mean"] < 0.2 < 0.5 < shaking["shimmer.mean"]


def test_the_gain_of_the_recording_changes_nothing_unless_asked() -> None:
    sound = voice(150) * (1 + 0.5 * np.sin(2 * np.pi * 3 * TIME)).astype(np.float32) + noise(0.002)
    loud, quiet = measured(sound), measured(sound * np.float32(0.01))
    np.testing.assert_allclose(list(quiet.values()), list(loud.values()), rtol=2e-3, atol=2e-2)
    loud, quiet = measured(sound, normalise_level=False), measured(sound * np.float32(0.1), normalise_level=False)
    assert loud["log_energy.p95"] - quiet["log_energy.p95"] == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize("normalise", [True, False])
def test_every_input_gives_finite_features(normalise: bool) -> None:
    twentieth = RATE // 20
    impulse = np.zeros(RATE, np.float32)
    impulse[5] = 1
    odd = [np.zeros(RATE), np.zeros(twentieth), np.zeros(1), np.ones(3), noise()[:twentieth], voice(200)[:twentieth]]
    odd += [noise() * 1e-20, noise() * 1e6, impulse, np.sign(noise())]
    items = [samples.astype(np.float32) for samples in odd]
    assert np.isfinite(Functionals(normalise_level=normalise).extract(items)).all()


def test_neighbours_change_nothing() -> None:
    items = [voice(150), noise()[:900], voice(300)[:20000] + noise(0.01)[:20000], np.zeros(700, np.float32), noise()]
    together = Functionals().extract(items)
    for item, found in zip(items, together):
        np.testing.assert_allclose(Functionals().extract([item])[0], found, rtol=1e-3, atol=1e-3)
