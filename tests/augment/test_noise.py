"""Additive noise: levels, spectra, and parts that are not silent."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.augment.mixing import rms
from ai4er.augment.noise import at_ratio, babble, loud_part, pink, white
from ai4er.errors import Ai4erError

LENGTH = 32768


def tone(level: float = 0.1, length: int = LENGTH) -> np.ndarray:
    return (level * np.sqrt(2) * np.sin(0.3 * np.arange(length))).astype(np.float32)


def octaves(samples: np.ndarray) -> np.ndarray:
    """The power in each octave, in decibels."""
    power = np.abs(np.fft.rfft(samples)) ** 2
    return 10 * np.log10([power[2**k : 2 ** (k + 1)].sum() for k in range(6, 14)])


@pytest.mark.parametrize("decibels", [20, 10, 5, 0, -5])
@pytest.mark.parametrize("kind", [white, pink])
def test_the_ratio_is_exact_to_a_hundredth_of_a_decibel(kind, decibels: float) -> None:  # type: ignore[no-untyped-def]
    samples = tone()
    mixture = at_ratio(samples, kind(LENGTH, np.random.default_rng(0)), decibels)
    assert mixture.dtype == np.float32
    assert 20 * np.log10(rms(samples) / rms(mixture - samples)) == pytest.approx(decibels, abs=0.01)


def test_the_same_noise_is_only_louder_at_a_lower_ratio() -> None:
    samples, noise = tone(), white(LENGTH, np.random.default_rng(0))
    quiet, loud = at_ratio(samples, noise, 20) - samples, at_ratio(samples, noise, 0) - samples
    np.testing.assert_allclose(10 * quiet, loud, atol=1e-6)


def test_silence_stays_silent_and_silent_noise_is_refused() -> None:
    assert not at_ratio(np.zeros(9, np.float32), np.ones(9, np.float32), 0).any()
    with pytest.raises(Ai4erError, match="noise is silent"):
        at_ratio(tone(), np.zeros(LENGTH, np.float32), 0)


def test_white_noise_gains_three_decibels_an_octave_and_pink_noise_none() -> None:
    generator = np.random.default_rng(0)
    assert np.diff(octaves(white(LENGTH, generator))) == pytest.approx(3.01, abs=1.2)
    assert np.diff(octaves(pink(LENGTH, generator))) == pytest.approx(0, abs=1.2)


def test_a_part_is_never_silent_where_most_of_a_clip_is() -> None:
    clip = np.zeros(80000, np.float32)
    clip[60000:61000] = tone(0.5, 1000)
    parts = [loud_part(clip, 8000, np.random.default_rng(seed)) for seed in range(50)]
    assert min(map(rms, parts)) ** 2 >= 0.49 * rms(clip) ** 2
    assert len({part.tobytes() for part in parts}) > 20
    assert len(loud_part(clip, 100000, np.random.default_rng(0))) == 100000


def test_babble_hears_everybody_equally_loud() -> None:
    voices = [tone(level, 5000) * np.float32(1) for level in (0.01, 0.5)]
    voices[1] = np.roll(np.sign(voices[1]), 3).astype(np.float32)
    mixture = babble(voices, 5000, np.random.default_rng(0))
    shares = [abs(np.dot(mixture, v)) / (rms(v) * len(v)) for v in voices]
    assert shares[0] == pytest.approx(shares[1], rel=0.35)
