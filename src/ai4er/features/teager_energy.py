"""Teager energy in critical bands over time: how a voice is made, and not only how loud it is.

Operator: Kaiser, "On a simple algorithm to calculate the 'energy' of a signal", ICASSP 1990; in critical bands, for
speech under stress: Zhou, Hansen and Kaiser, "Nonlinear feature based classification of speech under stress", IEEE
Transactions on Speech and Audio Processing 9(3), 2001. Bands: Zwicker, "Subdivision of the audible frequency range into
critical bands", Journal of the Acoustical Society of America 33, 1961. Gabor filters before the operator: Maragos,
Kaiser and Quatieri, "Energy separation in signal modulations", IEEE Transactions on Signal Processing 41(10), 1993.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import scipy.fft
from pydantic import Field

from ai4er.features._audio import AudioFrontEnd, levelled
from ai4er.features._spectrum import decibels

EDGES = (
    *(20, 100, 200, 300, 400, 510, 630, 770, 920, 1080, 1270, 1480, 1720, 2000, 2320, 2700, 3150, 3700, 4400, 5300),
    *(6400, 7700, 9500, 12000, 15500),
)
"""The edges of the critical bands in hertz."""
_WINDOW, _HOP = 0.025, 0.01


class TeagerEnergy(AudioFrontEnd):
    """Decibels of the mean absolute Teager energy (frames, 1 + bands), every 10 ms over 25 ms.

    The first column is that of the whole signal, the others those of the critical bands below half the `sample_rate`
    (21 at 16 kHz), of which each is cut out by a Gabor filter that lets through half of the power at its edges.
    `normalise_level` brings the loud parts of each recording to one level first. At least -100 dB.
    """

    normalise_level: bool = True
    sample_rate: int = Field(16000, ge=1000)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [self._extract(samples) for samples in raw]

    def _extract(self, samples: np.ndarray) -> np.ndarray:
        even = levelled(samples, self.sample_rate) if self.normalise_level else samples
        edges = np.array([edge for edge in EDGES if edge <= self.sample_rate / 2])
        signals = np.concatenate([np.asarray(even, np.float64)[None], gabor_bands(even, edges, self.sample_rate)])
        energy = np.abs(teager(signals))
        return decibels(_means(energy, round(_WINDOW * self.sample_rate), round(_HOP * self.sample_rate))).T.astype(
            np.float32
        )


def teager(x: np.ndarray) -> np.ndarray:
    """psi[n] = x[n]^2 - x[n - 1] x[n + 1] along the last axis, of the same length; both ends repeat their neighbour.

    Of A cos(w n + p) it is A^2 sin(w)^2 everywhere.

    >>> teager(np.array([0.0, 1.0, 3.0, 2.0]))
    array([1., 1., 7., 7.])
    """
    if x.shape[-1] < 3:
        return np.square(x)
    inner = np.square(x[..., 1:-1]) - x[..., :-2] * x[..., 2:]
    return np.concatenate([inner[..., :1], inner, inner[..., -1:]], axis=-1)


def gabor_bands(samples: np.ndarray, edges: np.ndarray, sample_rate: int) -> np.ndarray:
    """The parts of a signal between neighbouring edges in hertz, (bands, samples).

    Gains are Gaussians over positive and negative frequencies, 1 in the middle of a band and half the power at its
    edges.
    """
    ringing = sample_rate // 20  # 50 ms: five deviations of the narrowest filter's answer to an impulse
    size = scipy.fft.next_fast_len(len(samples) + ringing, real=True)
    frequencies = scipy.fft.rfftfreq(size, 1 / sample_rate)
    middle, half = (edges[1:] + edges[:-1])[:, None] / 2, np.diff(edges)[:, None] / 2
    gains = sum(np.exp(-np.log(2) / 2 * ((frequencies + side * middle) / half) ** 2) for side in (-1, 1))
    spectrum = scipy.fft.rfft(np.asarray(samples, np.float64), size)
    parts: np.ndarray = scipy.fft.irfft(spectrum * gains, size)[:, : len(samples)]
    return parts


def _means(values: np.ndarray, length: int, hop: int) -> np.ndarray:
    """Means over `length` steps around every `hop`-th one, over those that exist at the ends: (rows, frames)."""
    steps = values.shape[-1]
    centres = np.arange(0, steps + 1, hop)
    first, behind = np.maximum(0, centres - length // 2), np.minimum(steps, centres + length // 2)
    sums = np.concatenate([np.zeros_like(values[..., :1]), np.cumsum(values, axis=-1)], axis=-1)
    return (sums[..., behind] - sums[..., first]) / np.maximum(behind - first, 1)


FRONT_END = TeagerEnergy
