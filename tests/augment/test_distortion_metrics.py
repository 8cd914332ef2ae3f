"""Metrics of distortion: the equation written out, and what noise must do to each of them."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from ai4er.augment.distortion import without_band
from ai4er.augment.distortion_metrics import (
    METRICS,
    STOI_FAILED,
    _critical_bands,
    failed,
    frequency_weighted_segmental_ratio,
    perceptual_quality,
    short_time_intelligibility,
)
from ai4er.augment.noise import at_ratio, white
from ai4er.errors import Ai4erError

RATE = 16_000


def speech(seconds: float = 0.8, seed: int = 0) -> np.ndarray:
    """Noise that comes and goes as syllables do."""
    time = np.arange(round(seconds * RATE)) / RATE
    return white(len(time), np.random.default_rng(seed)) * np.sin(2 * np.pi * 4 * time).astype(np.float32) ** 2


def noisy(clean: np.ndarray, decibels: float) -> np.ndarray:
    return at_ratio(clean, white(len(clean), np.random.default_rng(9)), decibels)


@pytest.mark.parametrize("name", ["stoi", "fwsnrseg"])
def test_more_noise_is_a_lower_value(name: str) -> None:
    clean = speech()
    values = [METRICS[name](clean, noisy(clean, decibels), RATE) for decibels in (30, 15, 0, -10)]
    assert values == sorted(values, reverse=True) and values[0] - values[-1] > 0.2


def test_an_undistorted_copy_has_the_highest_values() -> None:
    clean = speech()
    assert short_time_intelligibility(clean, clean, RATE) == pytest.approx(1)
    assert frequency_weighted_segmental_ratio(clean, clean, RATE) == 35


def test_the_level_of_the_copy_does_not_matter() -> None:
    clean = speech()
    copy = noisy(clean, 5)
    for name in ("stoi", "fwsnrseg"):
        assert METRICS[name](clean, 3 * copy, RATE) == pytest.approx(METRICS[name](clean, copy, RATE), abs=1e-4)


def test_the_segmental_ratio_is_its_equation_frame_by_frame_and_band_by_band() -> None:
    clean = speech(0.2)
    copy = noisy(clean, 5)
    width, n_fft = 480, 1024
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(width) / width)
    frames = []
    for start in range(0, len(clean) - width + 1, width // 4):
        spectra = [np.abs(np.fft.rfft(x[start : start + width].astype(float) * window, n_fft)) for x in (clean, copy)]
        above = below = 0.0
        for band in _critical_bands(RATE, n_fft):
            x, y = (band @ (spectrum / spectrum.sum()) for spectrum in spectra)
            above += x**0.2 * 10 * np.log10(x**2 / (x - y) ** 2)
            below += x**0.2
        frames.append(np.clip(above / below, -10, 35))
    assert frequency_weighted_segmental_ratio(clean, copy, RATE) == pytest.approx(np.mean(frames), abs=1e-6)


def test_noise_where_speech_is_harms_more_than_noise_of_the_same_power_elsewhere() -> None:
    """The ratio of the powers is the same, the distortion is not."""
    clean, noise = without_band(speech(), RATE, 4000, 5000), white(len(speech()), np.random.default_rng(9))
    near, far = (at_ratio(clean, without_band(noise, RATE, *band), 5) for band in ((5000, 4000), (0, 5000)))
    assert short_time_intelligibility(clean, far, RATE) > short_time_intelligibility(clean, near, RATE) + 0.05


def test_too_little_speech_is_told_from_distortion() -> None:
    short = speech(0.1)
    assert failed("stoi", short_time_intelligibility(short, noisy(short, 5), RATE))
    assert failed("pesq", -1.0) and failed("fwsnrseg", float("nan"))
    assert not failed("fwsnrseg", -1.0) and not failed("pesq", STOI_FAILED)


def test_an_absent_package_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any, **more: Any) -> Any:
        if name in ("pesq", "pystoi"):
            raise ImportError(name)
        return real(name, *others, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(Ai4erError, match="metric=stoi"):
        perceptual_quality(speech(), speech(), RATE)
    with pytest.raises(Ai4erError, match="intelligibility"):
        short_time_intelligibility(speech(), speech(), RATE)
