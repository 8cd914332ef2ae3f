"""Low-level descriptors: what is measured on each 25 ms frame, every 10 ms.

The choice follows two published sets: Eyben et al., "The Geneva Minimalistic Acoustic Parameter Set (GeMAPS)
for Voice Research and Affective Computing", IEEE Transactions on Affective Computing 7, 2016 (alpha ratio,
Hammarberg index, spectral slopes), and Schuller et al., "The INTERSPEECH 2010 Paralinguistic Challenge",
2010 (cepstrum, mel bands). Spectral shape: Peeters, "A large set of audio features for sound
description", CUIDADO report, 2004.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ai4er.features._spectrum import cepstrum, decibels, frame_counts, hann, map_frames, mel_filters, power_spectrum

SECONDS_PER_FRAME = 0.01
CEPSTRUM, BANDS = 14, 8
_WINDOW = 0.025
_MEL = 26
_ROLLOFFS = (0.25, 0.5, 0.75, 0.9)

SPECTRAL = (
    "log_energy",  # dB relative to the active level of the recording
    "zero_crossing_rate",  # in 0 to 1
    "centroid",  # kHz, the mean of the power spectrum as a distribution
    "bandwidth",  # kHz, its standard deviation
    *(f"rolloff_{round(100 * share)}" for share in _ROLLOFFS),  # kHz, below which is that share of the power
    "flatness",  # dB, geometric over arithmetic mean of the power
    "entropy",  # of the power spectrum, in 0 to 1
    "alpha_ratio",  # dB, power in 50 Hz to 1 kHz over that in 1 to 5 kHz
    "hammarberg_index",  # dB, strongest peak in 0 to 2 kHz over that in 2 to 5 kHz
    "slope_0_500",  # dB a kHz, of the logarithmic spectrum from 0 to 500 Hz
    "slope_500_1500",  # dB a kHz, from 500 to 1500 Hz
    "flux",  # dB, root mean square change of the mel spectrum since the frame before (0 in the first)
    *(f"band_{i}" for i in range(1, BANDS + 1)),  # dB, mel bands relative to the whole frame
    *(f"mfcc_{i}" for i in range(1, CEPSTRUM + 1)),
)
"""The descriptors that exist in every frame, in the order of `spectral_descriptors`."""


def spectral_descriptors(items: Sequence[np.ndarray], sample_rate: int, hop: int, floor: float) -> np.ndarray:
    """The descriptors of the frames of all items, and each frame's peak amplitude in decibels at the end.

    (frames of all items, descriptors + 1). `floor` is added to every power, so that silence is finite.
    """
    length = 2 * round(_WINDOW * sample_rate / 2)
    n_fft = 1 << (length - 1).bit_length()
    window = hann(length).astype(np.float32)
    scale = np.float32(1 / np.square(hann(length)).sum())
    kilohertz = np.fft.rfftfreq(n_fft, 1 / sample_rate).astype(np.float32)[:, None] / 1000
    bands, mel = mel_filters(sample_rate, n_fft, BANDS), mel_filters(sample_rate, n_fft, _MEL)
    regions = [_between(kilohertz, *limits) for limits in ((0.05, 1), (1, 5), (0, 2), (2, 5))]
    slopes = [_regression(kilohertz, *limits) for limits in ((0, 0.5), (0.5, 1.5))]
    weights = np.concatenate([np.ones_like(kilohertz), kilohertz, kilohertz**2], axis=1).T.copy()

    def compute(frames: np.ndarray) -> np.ndarray:
        energy = decibels(np.square(frames).mean(axis=1) + floor)
        crossings = (np.diff(np.signbit(frames), axis=1)).mean(axis=1)
        peak = decibels(np.square(frames).max(axis=1) + floor)
        power = power_spectrum(frames * window, n_fft) * scale + np.float32(floor)
        total, first, second = weights @ power
        centroid = first / total
        bandwidth = np.sqrt(np.maximum(second / total - centroid**2, 0))
        summed = np.cumsum(power, axis=0)
        rolloffs = [(summed < share * total).sum(axis=0) * kilohertz[1, 0] for share in _ROLLOFFS]
        logarithmic = decibels(power)
        flatness = logarithmic.mean(axis=0) - decibels(total / len(power))
        share = power / total
        entropy = -(share * np.log(share)).sum(axis=0) / np.log(len(power))
        sums = [decibels(power[region].sum(axis=0)) for region in regions[:2]]
        peaks = [logarithmic[region].max(axis=0) for region in regions[2:]]
        tilts = [slope @ logarithmic[region] for region, slope in slopes]
        relative = decibels(bands @ power) - decibels(total)
        columns = [energy, crossings, centroid, bandwidth, *rolloffs, flatness, entropy]
        columns += [sums[0] - sums[1], peaks[0] - peaks[1], *tilts, *relative, *decibels(mel @ power), peak]
        return np.stack(columns, axis=1)

    flat = map_frames(items, length, hop, len(SPECTRAL) - 1 - CEPSTRUM + _MEL + 1, compute)
    plain, spectrum, peak = np.split(flat, [flat.shape[1] - 1 - _MEL, flat.shape[1] - 1], axis=1)
    flux = np.sqrt(np.square(np.diff(spectrum, axis=0, prepend=spectrum[:1])).mean(axis=1, keepdims=True))
    counts = frame_counts(items, length, hop)
    flux[np.cumsum(counts) - counts] = 0  # before the first frame is another recording
    coefficients = cepstrum(spectrum, CEPSTRUM + 1)[:, 1:]
    return np.concatenate([plain[:, :-BANDS], flux, plain[:, -BANDS:], coefficients, peak], axis=1)


def _between(kilohertz: np.ndarray, low: float, high: float) -> np.ndarray:
    return np.flatnonzero((kilohertz[:, 0] >= low) & (kilohertz[:, 0] <= high))


def _regression(kilohertz: np.ndarray, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    """Bins, and the weights whose product with the values there is the slope of their regression line."""
    bins = _between(kilohertz, low, high)
    centred = kilohertz[bins, 0] - kilohertz[bins, 0].mean()
    return bins, centred / np.square(centred).sum()
