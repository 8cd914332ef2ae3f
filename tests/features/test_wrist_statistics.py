"""Statistics of a wrist device: numbers whose value is known beforehand, in units that do not depend on the rate."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.wrist_statistics import NAMES, scaled, statistics
from ai4er.records import Record

SECONDS = 30


def signals(rate: float = 64.0, slow: float = 4.0) -> dict[str, np.ndarray]:
    """A pulse of 1.2 Hz, skin conductance that swings at 0.1 Hz under 1.5 Hz of noise, and skin that cools."""
    pulse, other = np.arange(SECONDS * rate) / rate, np.arange(SECONDS * slow) / slow
    return {
        "bvp": 50 * np.sin(2 * np.pi * 1.2 * pulse),
        "eda": 2 + 0.3 * np.sin(2 * np.pi * 0.1 * other) + 0.2 * np.sin(2 * np.pi * 1.5 * other),
        "temperature": 33 - 0.002 * other,
    }


def test_each_value_is_what_its_name_says() -> None:
    found = dict(zip(NAMES, statistics(signals())))
    assert found["bvp_deviation"] == pytest.approx(50 / np.sqrt(2), rel=1e-3)
    assert (found["bvp_minimum"], found["bvp_maximum"]) == pytest.approx((-50, 50), rel=1e-2)
    assert found["bvp_peak_frequency"] == pytest.approx(1.2, abs=1 / SECONDS)
    assert found["temperature_slope"] == pytest.approx(-0.002)
    assert found["eda_deviation"] == pytest.approx(0.3 / np.sqrt(2), rel=0.05)  # what is faster than 1 Hz is left out


def test_another_rate_gives_the_same_values() -> None:
    other = statistics(signals(128.0, 8.0), {"bvp": 128.0, "eda": 8.0, "temperature": 8.0})
    assert np.allclose(statistics(signals()), other, rtol=0.02, atol=1e-4)


def test_a_factor_of_a_signal_is_a_step_of_its_logarithms() -> None:
    once, twice = signals(), signals()
    twice["bvp"] = 2 * twice["bvp"]
    difference = scaled(statistics(twice)) - scaled(statistics(once))
    assert np.allclose(difference, [0, np.log(2), np.log(2), np.log(2), 0, 0, 0], atol=1e-6)


def test_signals_and_published_values_are_read_alike() -> None:
    extractor = front_end("wrist_statistics")
    record = Record("a", "c", arrays=signals())
    (found,) = extractor.extract([extractor.load(record)])
    published = Record("b", "c", arrays={"wrist_statistics": found})
    assert found.shape == (7,) and found.dtype == np.float32
    assert np.array_equal(extractor.load(published), found)


def test_signals_without_any_change_give_numbers() -> None:
    still = {name: np.zeros_like(signal) for name, signal in signals().items()}
    assert np.isfinite(scaled(statistics(still))).all()


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"bvp": np.zeros(1920)}, "the record has no .*eda"),
        ({name: signal[: len(signal) // 4] for name, signal in signals().items()}, "less than 10 s of bvp"),
    ],
)
def test_what_is_missing_is_said(arrays: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(Ai4erError, match=message):
        front_end("wrist_statistics").load(Record("a", "c", arrays=arrays))
