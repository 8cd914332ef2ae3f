"""Seven statistics of a wrist device's signals over one window: skin conductance, blood volume pulse, temperature.

They are the columns of M. Johnson's table of WESAD (repository WJMatthew/WESAD, `corpora/wesad_wrist_features.py`) that
the signals of an Empatica E4 give, and no others: deviations of the population, extremes, the peak of the
periodogram, and the slope of a straight line. Skin conductance first passes a Butterworth low-pass of order 6
at 1 Hz, as there; here it runs forwards and backwards over the window alone.

Chosen: all but the slope as natural logarithms, because their deviations between windows and persons are factors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.records import Record

RATES = {"bvp": 64.0, "eda": 4.0, "temperature": 4.0}
"""The signals with the rates of the device in hertz: blood volume pulse, skin conductance, skin temperature."""

NAMES = (
    "eda_deviation", "bvp_deviation", "bvp_minimum", "bvp_maximum", "bvp_peak_frequency", "temperature_deviation",
    "temperature_slope",
)  # fmt: skip
"""Microsiemens, three times the device's unit of the pulse, hertz, degrees Celsius, and degrees a second."""

_CUT_OFF, _ORDER = 1.0, 6
_LEAST = 1e-4
_SLOPE_UNIT = 1e-3
_SHORTEST = 10.0
"""Seconds that a window has at least."""


class WristStatistics(FrontEnd):
    """Seven values (7,), those of `NAMES` scaled, of arrays["bvp"], ["eda"] and ["temperature"], (samples,) each.

    Their rates in hertz are `attributes["bvp_rate"]` and so on, those of `RATES` without. Where a corpus publishes the
    values, they stand in arrays["wrist_statistics"], and nothing is computed.
    """

    needs: ClassVar[str] = "wrist"
    timed: ClassVar[bool | None] = False
    cached: ClassVar[bool] = False

    def has(self, record: Record) -> bool:
        return "wrist_statistics" in record.arrays or all(name in record.arrays for name in RATES)

    def load(self, record: Record) -> np.ndarray:
        """The values (7,). Raises `Ai4erError` for a record that has no such signals, or less than 10 s of them."""
        if "wrist_statistics" in record.arrays:
            return np.asarray(record.arrays["wrist_statistics"], np.float32)
        if not self.has(record):
            raise Ai4erError(f"{record.id}: the record has no {' and '.join(set(RATES) - set(record.arrays))}")
        rates = {name: float(record.attributes.get(f"{name}_rate", rate)) for name, rate in RATES.items()}
        signals = {name: np.asarray(record.arrays[name], np.float64) for name in RATES}
        for name, signal in signals.items():
            if len(signal) < _SHORTEST * rates[name]:
                raise Ai4erError(f"{record.id}: less than {_SHORTEST:g} s of {name}")
        return scaled(statistics(signals, rates)).astype(np.float32)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return list(raw)


def statistics(signals: Mapping[str, np.ndarray], rates: Mapping[str, float] = RATES) -> np.ndarray:
    """The values of `NAMES`, (7,), of signals (samples,) by name, before scaling."""
    from scipy.signal import periodogram

    pulse, temperature = signals["bvp"], signals["temperature"]
    frequencies, power = periodogram(pulse, fs=rates["bvp"])
    seconds = np.arange(len(temperature)) / rates["temperature"]
    return np.array([
        _slow(signals["eda"], rates["eda"]).std(), pulse.std(), pulse.min(), pulse.max(), frequencies[power.argmax()],
        temperature.std(), np.polyfit(seconds, temperature, 1)[0],
    ])  # fmt: skip


def _slow(conductance: np.ndarray, rate: float) -> np.ndarray:
    """What lies below 1 Hz; all of it where the rate is too low for more."""
    from scipy.signal import butter, sosfiltfilt

    if rate <= 2 * _CUT_OFF:
        return conductance
    filtered: np.ndarray = sosfiltfilt(butter(_ORDER, _CUT_OFF, fs=rate, output="sos"), conductance)
    return filtered


def scaled(values: np.ndarray) -> np.ndarray:
    """Statistics (..., 7) as logarithms of their size, and the slope in thousandths of a degree a second."""
    logarithms = np.log(np.maximum(np.abs(values), _LEAST))
    logarithms[..., -1] = values[..., -1] / _SLOPE_UNIT
    return logarithms


FRONT_END = WristStatistics
