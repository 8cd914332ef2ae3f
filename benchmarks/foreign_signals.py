"""Generated signals that no body makes: what a recognizer of EEG or of a wrist should not be sure of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from ai4er.augment.noise import pink, white
from ai4er.corpora.eeg_muse_mental_state import ELECTRODES, SAMPLE_RATE
from ai4er.features.wrist_statistics import RATES
from ai4er.recognition.body import EEG_SECONDS, WRIST_SECONDS, BodyKind
from ai4er.records import Record


def foreign_windows(kind: BodyKind, name: str, number: int) -> list[Record]:
    """So many windows of a kind of signal, each at a level of its own. Raises `KeyError` for an unknown kind."""
    draw = np.random.default_rng(0)
    made = ({"eeg": _EEG[name]} if kind == "eeg" else _WRIST[name] for _ in range(number))
    return [
        Record(f"{name}/{i}", "foreign", arrays={part: signal(draw) for part, signal in parts.items()})
        for i, parts in enumerate(made)
    ]


def _white_eeg(draw: np.random.Generator) -> np.ndarray:
    return _level(1, 200, draw) * draw.standard_normal(_SHAPE)


def _hum(draw: np.random.Generator) -> np.ndarray:
    mains = np.sin(2 * np.pi * (draw.choice((50, 60)) * _TIME[:, None] + draw.random(_SHAPE[1])))
    return _level(1, 200, draw) * mains * draw.uniform(0.5, 1, _SHAPE[1]) + draw.standard_normal(_SHAPE)


def _pink_eeg(draw: np.random.Generator) -> np.ndarray:
    channels = np.stack([pink(_SHAPE[0], draw) for _ in range(_SHAPE[1])], axis=1)
    return _level(1, 200, draw) * channels / channels.std(0)


def _pops(draw: np.random.Generator) -> np.ndarray:
    """Jumps that fade within a tenth of a second to a second, three a second in every channel."""
    jumps = draw.standard_normal(_SHAPE) * (draw.random(_SHAPE) < 3 / SAMPLE_RATE)
    fading = np.exp(-_TIME / draw.uniform(0.1, 1))
    faded = np.stack([np.convolve(channel, fading)[: len(channel)] for channel in jumps.T], axis=1)
    return _level(20, 400, draw) * faded + draw.standard_normal(_SHAPE)


def _samples(part: str) -> int:
    return round(WRIST_SECONDS * RATES[part])


def _level(low: float, high: float, draw: np.random.Generator) -> float:
    """A level of which every factor is as likely as any other."""
    return float(np.exp(draw.uniform(np.log(low), np.log(high))))


def _noise(part: str, middle: float, low: float, high: float, draw: np.random.Generator) -> np.ndarray:
    return middle + _level(low, high, draw) * white(_samples(part), draw)


def _walk(part: str, middle: float, low: float, high: float, draw: np.random.Generator) -> np.ndarray:
    path = np.cumsum(white(_samples(part), draw))
    return middle + _level(low, high, draw) * path / path.std()


def _swing(draw: np.random.Generator) -> np.ndarray:
    """The pulse of a strap that swings with the arm."""
    time = np.arange(_samples("bvp")) / RATES["bvp"]
    return _level(20, 1000, draw) * np.sin(2 * np.pi * draw.uniform(3, 25) * time) + white(len(time), draw)


_SHAPE = (round(EEG_SECONDS * SAMPLE_RATE), len(ELECTRODES))
_TIME = np.arange(_SHAPE[0]) / SAMPLE_RATE
_Signal = Callable[[np.random.Generator], np.ndarray]
_EEG: Mapping[str, _Signal] = {
    "white noise": _white_eeg,
    "mains hum": _hum,
    "pink noise": _pink_eeg,
    "pops of electrodes": _pops,
}
_WRIST: Mapping[str, Mapping[str, _Signal]] = {
    "white noise": {
        "bvp": partial(_noise, "bvp", 0, 1, 1000),
        "eda": partial(_noise, "eda", 5, 0.01, 5),
        "temperature": partial(_noise, "temperature", 33, 0.02, 2),
    },
    "a device on a table": {
        "bvp": partial(_noise, "bvp", 0, 0.05, 2),
        "eda": partial(_noise, "eda", 0.01, 1e-4, 0.01),
        "temperature": partial(_walk, "temperature", 23, 0.005, 0.05),
    },
    "random walks": {
        "bvp": partial(_walk, "bvp", 0, 1, 1000),
        "eda": partial(_walk, "eda", 5, 0.01, 5),
        "temperature": partial(_walk, "temperature", 33, 0.02, 2),
    },
    "a swinging strap": {
        "bvp": _swing,
        "eda": partial(_noise, "eda", 0.5, 0.01, 1),
        "temperature": partial(_walk, "temperature", 31, 0.01, 0.2),
    },
}
KINDS: Mapping[BodyKind, tuple[str, ...]] = {"eeg": tuple(_EEG), "wrist": tuple(_WRIST)}
"""The kinds of signals by device."""
