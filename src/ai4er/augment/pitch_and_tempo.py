"""The same recording sung higher or lower, and told faster or slower."""

from __future__ import annotations

import numpy as np

_WINDOW, _HOP = 512, 128


def time_stretch(samples: np.ndarray, tempo: float) -> np.ndarray:
    """The samples (samples,) told `tempo` times as fast, at the same pitch, by a phase vocoder.

    Frames are read at other distances than they are written; the phase of every band goes on by its own frequency.
    Source: Flanagan and Golden, "Phase vocoder", Bell System Technical Journal 45, 1966.
    """
    from scipy.signal import istft, stft

    if tempo == 1 or len(samples) < _WINDOW:
        return samples
    _, _, spectrum = stft(samples, nperseg=_WINDOW, noverlap=_WINDOW - _HOP)
    spectrum = np.pad(spectrum, ((0, 0), (0, 2)))
    place = np.arange(0, spectrum.shape[1] - 2, tempo)
    first = place.astype(int)
    one, other = spectrum[:, first], spectrum[:, first + 1]
    share = place - first
    magnitude = (1 - share) * np.abs(one) + share * np.abs(other)
    nominal = 2 * np.pi * _HOP * np.arange(len(spectrum))[:, None] / _WINDOW
    step = np.angle(other) - np.angle(one) - nominal
    step += nominal - 2 * np.pi * np.round(step / (2 * np.pi))
    phase = np.angle(spectrum[:, :1]) + np.cumsum(np.pad(step[:, :-1], ((0, 0), (1, 0))), axis=1)
    _, told = istft(magnitude * np.exp(1j * phase), nperseg=_WINDOW, noverlap=_WINDOW - _HOP)
    length = round(len(samples) / tempo)
    return np.pad(told, (0, max(0, length - len(told))))[:length].astype(np.float32)


def pitch_and_tempo(samples: np.ndarray, sample_rate: int, cents: float, tempo: float) -> np.ndarray:
    """The samples moved by `cents` of a semitone, formants included, and told `tempo` times as fast.

    The recording is stretched in time and then read faster, which moves all its frequencies.
    """
    import soxr

    factor = 2 ** (cents / 1200)
    moved: np.ndarray = soxr.resample(time_stretch(samples, tempo / factor), sample_rate * factor, sample_rate)
    return moved.astype(np.float32)
