"""Another voice that says the same: pitch and formants moved, the rhythm left as it is.

Source and filter are taken apart pitch-synchronously. The source is where the glottal pulses are: marks where the
energy of a period is highest; a grain is what a window of two periods cuts out around a mark (Moulines and
Charpentier, "Pitch-synchronous waveform processing techniques for text-to-speech synthesis using diphones", Speech
Communication 9, 1990). The filter is the spectral envelope of a grain, by its low quefrencies (Oppenheim, "Speech
analysis-synthesis system based on homomorphic filtering", JASA 45, 1969). Pitch changes by setting the grains of
voiced speech at other distances, formants by stretching the envelopes.
"""

from __future__ import annotations

import numpy as np
import scipy.fft
from scipy.ndimage import median_filter, uniform_filter1d
from scipy.signal import oaconvolve

from ai4er.features._pitch import LOWEST, pitch_candidates, pitch_track

_FRAME = 0.01
"""Seconds from one decision on voicing to the next."""
_QUIET = 35.0
"""Decibels below the loudest frame, under which nothing counts as voiced."""
_UNVOICED_RATE = 100.0
"""Marks a second where there is no pitch."""
_SMOOTHING = 0.03
"""Seconds over which the phase of the pitch is measured."""
_REACH = 1.5 / LOWEST
"""Seconds that a grain may reach to either side; where voicing begins or ends, marks lie further apart than periods."""
_ENVELOPE = 0.006
"""Seconds: quefrencies below belong to the filter."""


def perturb_voice(samples: np.ndarray, sample_rate: int, pitch_factor: float, formant_factor: float) -> np.ndarray:
    """The samples (samples,) with their pitch and their formants multiplied by factors.

    The length stays, and so do what is voiced and the course of the level; unvoiced sounds keep their place and have
    their envelope moved like all others. With both factors 1 the samples come back as they are.
    """
    if (pitch_factor == 1 and formant_factor == 1) or not len(samples):
        return samples
    frequency, voiced = pitch_contour(samples, sample_rate)
    half = round(_REACH * sample_rate)
    padded = np.pad(np.asarray(samples, np.float32), half)
    rate, is_voiced = (_by_sample(values, len(samples), half, sample_rate) for values in (frequency, voiced))
    phase = _phase(padded, np.where(is_voiced, rate, _UNVOICED_RATE), is_voiced, sample_rate)
    marks = _marks(phase)
    moved = _marks(np.cumsum(np.diff(phase, prepend=0.0) * np.where(is_voiced, pitch_factor, 1.0)))
    grains = _with_formants(_grains(padded, marks, half), sample_rate, formant_factor)
    nearest = np.clip(np.rint(np.interp(moved, marks, np.arange(len(marks)))).astype(int), 0, len(marks) - 1)
    where = moved[:, None] + np.arange(2 * half)
    whole = np.bincount(where.ravel(), grains[nearest].ravel(), minlength=len(padded) + 2 * half)
    return _at_level_of(samples, whole[2 * half : 2 * half + len(samples)], sample_rate)


def pitch_contour(samples: np.ndarray, sample_rate: int) -> tuple[np.ndarray, np.ndarray]:
    """Pitch in hertz (0 = unvoiced) and whether it is voiced, of the frames around every 10 ms, both (frames,)."""
    hop = round(_FRAME * sample_rate)
    candidates = pitch_candidates([samples], sample_rate, hop)
    energy = uniform_filter1d(np.square(samples, dtype=np.float64), 2 * hop + 1, mode="constant")
    level = energy[np.minimum(np.arange(len(candidates)) * hop, len(energy) - 1)]
    loud = level > level.max() * 10 ** (-_QUIET / 10)
    frequency, _, voiced = pitch_track(candidates[None], loud[None], np.ones((1, len(candidates)), dtype=bool))
    return _without_octave_jumps(frequency[0], voiced[0]), voiced[0]


def _without_octave_jumps(frequency: np.ndarray, voiced: np.ndarray) -> np.ndarray:
    """The pitch with the median of 150 ms of voiced frames in place of what is half an octave or more from it."""
    if not voiced.any():
        return frequency
    median = np.zeros_like(frequency)
    median[voiced] = median_filter(frequency[voiced], 15, mode="nearest")
    jumps = voiced & (np.abs(np.log2(np.maximum(frequency, 1) / np.maximum(median, 1))) > 0.5)
    return np.where(jumps, median, frequency)


def _by_sample(values: np.ndarray, length: int, margin: int, sample_rate: int) -> np.ndarray:
    """The value of the nearest frame for every sample, and for `margin` more on both sides."""
    frame = np.rint((np.arange(length + 2 * margin) - margin) / (_FRAME * sample_rate)).astype(int)
    return values[np.clip(frame, 0, len(values) - 1)]


def _phase(samples: np.ndarray, rate: np.ndarray, voiced: np.ndarray, sample_rate: int) -> np.ndarray:
    """The phase of the pitch in cycles (samples,), whole where the energy of a period is highest.

    The energy is looked at, as it has the pitch also where the sound lacks its fundamental.
    """
    nominal = np.cumsum(rate / sample_rate)
    energy = np.where(voiced, samples**2, 0) * np.exp(-2j * np.pi * nominal)
    window = np.hanning(2 * round(_SMOOTHING * sample_rate / 2) + 1)
    offset = np.where(voiced, np.angle(oaconvolve(energy, window, mode="same")), 0) / (2 * np.pi)
    turns = np.rint(np.diff(offset, prepend=0.0))
    return np.maximum.accumulate(nominal + offset - np.cumsum(turns))


def _marks(phase: np.ndarray) -> np.ndarray:
    """The samples at which another cycle begins, and the first and last of all, (marks,)."""
    inside = np.flatnonzero(np.diff(np.floor(phase)) > 0) + 1
    return np.unique(np.concatenate([[0], inside, [len(phase) - 1]]))


def _grains(samples: np.ndarray, marks: np.ndarray, half: int) -> np.ndarray:
    """What lies around every mark, (marks, 2 half), weighed from 1 at the mark to 0 at its neighbours.

    The weights of two neighbours add up to 1, so that grains at their own marks give the samples again.
    """
    offset = np.arange(-half, half)
    before, after = np.diff(marks, prepend=marks[0] - half), np.diff(marks, append=marks[-1] + half)
    reach = np.where(offset < 0, before[:, None], after[:, None])
    weight = 0.5 + 0.5 * np.cos(np.pi * np.minimum(np.abs(offset) / reach, 1)).astype(samples.dtype)
    return weight * np.pad(samples, half)[marks[:, None] + half + offset]


def _with_formants(grains: np.ndarray, sample_rate: int, factor: float) -> np.ndarray:
    """The grains with their spectral envelopes stretched."""
    if factor == 1:
        return grains
    size = scipy.fft.next_fast_len(grains.shape[1], real=True)
    spectrum = scipy.fft.rfft(grains, size)
    power = np.square(spectrum.real) + np.square(spectrum.imag)
    floor = 1e-8 * power.max(axis=1, keepdims=True) + 1e-20
    cepstrum = scipy.fft.irfft(0.5 * np.log(power + floor), size)
    quefrency = np.minimum(np.arange(size), size - np.arange(size)) / (_ENVELOPE * sample_rate)
    envelope = scipy.fft.rfft(cepstrum * (0.5 + 0.5 * np.cos(np.pi * np.minimum(quefrency, 1))), size).real
    place = np.minimum(np.arange(envelope.shape[1]) / factor, envelope.shape[1] - 1)
    low = np.minimum(place.astype(int), envelope.shape[1] - 2)
    stretched = envelope[:, low] + (place - low) * (envelope[:, low + 1] - envelope[:, low])
    return scipy.fft.irfft(spectrum * np.exp(stretched - envelope), size)[:, : grains.shape[1]]


def _at_level_of(samples: np.ndarray, changed: np.ndarray, sample_rate: int) -> np.ndarray:
    """The changed samples with the course of the level of the original ones."""
    width = 2 * round(_FRAME * sample_rate) + 1
    wanted, own = (uniform_filter1d(np.square(x, dtype=np.float64), width, mode="constant") for x in (samples, changed))
    floor = 1e-6 * wanted.max() + 1e-20
    return (changed * np.sqrt((wanted + floor) / (own + floor))).astype(samples.dtype)
