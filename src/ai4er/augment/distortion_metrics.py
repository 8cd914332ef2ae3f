"""How much noise harms speech: intrusive metrics, which compare a distorted copy with the clean recording.

Both are (samples,) of one length at one rate. More is better: less distortion.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._spectrum import hann

STOI_FAILED, PESQ_FAILED = 1e-5, -1.0
"""What the two packages say of a recording that has too little speech for them."""

_CENTRES = (
    50, 120, 190, 260, 330, 400, 470, 540, 617.372, 703.378, 798.717, 904.128, 1020.38, 1148.30, 1288.72, 1442.54,
    1610.70, 1794.16, 1993.93, 2211.08, 2446.71, 2701.97, 2978.04, 3276.17, 3597.63,
)  # fmt: skip
_WIDTHS = (
    70, 70, 70, 70, 70, 70, 70, 77.3724, 86.0056, 95.3398, 105.411, 116.256, 127.914, 140.423, 153.823, 168.154,
    183.457, 199.776, 217.153, 235.631, 255.255, 276.072, 298.126, 321.465, 346.136,
)  # fmt: skip
_WEIGHT_EXPONENT, _LOWEST, _HIGHEST = 0.2, -10.0, 35.0
_SMALLEST = float(np.finfo(np.float64).eps)


def short_time_intelligibility(clean: np.ndarray, distorted: np.ndarray, sample_rate: int) -> float:
    """STOI, 0 to 1, as the package `pystoi` computes it; `STOI_FAILED` where there are not 0.4 s of speech.

    Source: Taal et al., "An Algorithm for Intelligibility Prediction of Time-Frequency Weighted Noisy Speech", IEEE
    TASLP 2011. Raises `Ai4erError` without the package.
    """
    try:
        from pystoi import stoi
    except ImportError:
        raise Ai4erError("STOI needs its package: pip install 'ai4er[intelligibility]'") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of too little speech, which the value says
        return float(stoi(clean, distorted, sample_rate))


def perceptual_quality(clean: np.ndarray, distorted: np.ndarray, sample_rate: int) -> float:
    """Wide-band PESQ, about 1 to 4.6, of 16 kHz as the package `pesq` computes it; `PESQ_FAILED` where it cannot.

    Source: ITU-T P.862.2. Raises `Ai4erError` without the package, which there is no ready-made build of.
    """
    try:
        from pesq import PesqError, pesq
    except ImportError:
        raise Ai4erError("PESQ needs its package, built from source (pip install pesq): or set metric=stoi") from None
    return float(pesq(sample_rate, clean, distorted, "wb", on_error=PesqError.RETURN_VALUES))


def frequency_weighted_segmental_ratio(clean: np.ndarray, distorted: np.ndarray, sample_rate: int) -> float:
    """fwSNRseg, -10 to 35 dB: the mean over frames of sum_j W_j 10 log10(X_j^2 / (X_j - Y_j)^2) / sum_j W_j.

    X_j and Y_j are the magnitudes of both in 25 critical bands of a frame (30 ms, three quarters of overlap), whose
    spectra sum to 1, and W_j = X_j^0.2. A frame's value is kept within the limits.
    Source: Hu and Loizou, "Evaluation of Objective Quality Measures for Speech Enhancement", IEEE TASLP 2008, section
    III, and Loizou's program for it.
    """
    width = round(0.03 * sample_rate)
    filters = _critical_bands(sample_rate, 2 ** math.ceil(math.log2(2 * width)))
    x, y = (_band_magnitudes(samples, width, filters) for samples in (clean, distorted))
    weight = x**_WEIGHT_EXPONENT
    ratio = 10 * np.log10(np.maximum(x**2, _SMALLEST) / np.maximum((x - y) ** 2, _SMALLEST))
    frames = (weight * ratio).sum(1) / np.maximum(weight.sum(1), _SMALLEST)
    return float(frames.clip(_LOWEST, _HIGHEST).mean())


def _band_magnitudes(samples: np.ndarray, width: int, filters: np.ndarray) -> np.ndarray:
    """(frames, bands); samples shorter than a frame are padded to one."""
    padded = np.pad(samples.astype(np.float64), (0, max(0, width - len(samples)))) + _SMALLEST
    frames = np.lib.stride_tricks.sliding_window_view(padded, width)[:: width // 4] * hann(width)
    spectrum = np.abs(np.fft.rfft(frames, 2 * (filters.shape[1] - 1)))
    found: np.ndarray = spectrum / np.maximum(spectrum.sum(1, keepdims=True), _SMALLEST) @ filters.T
    return found


def _critical_bands(sample_rate: int, n_fft: int) -> np.ndarray:
    """Gaussian filters as high as they are narrow, (bands, n_fft / 2 + 1), cut at 30 dB below the top."""
    half = n_fft // 2
    centre = np.floor(np.array(_CENTRES)[:, None] * n_fft / sample_rate)
    width = np.array(_WIDTHS)[:, None] * n_fft / sample_rate
    gain = np.log(_WIDTHS[0] / np.array(_WIDTHS))[:, None]
    filters = np.exp(-11 * ((np.arange(half + 1) - centre) / width) ** 2 + gain)
    return np.where(filters > math.exp(-30 / (2 * 2.303)), filters, 0)


METRICS: dict[str, Callable[[np.ndarray, np.ndarray, int], float]] = {
    "stoi": short_time_intelligibility, "pesq": perceptual_quality, "fwsnrseg": frequency_weighted_segmental_ratio,
}  # fmt: skip
"""By the names that they have in papers."""


def failed(metric: str, value: float) -> bool:
    """Whether a value says that the metric could not judge the copy."""
    return math.isnan(value) or value == {"stoi": STOI_FAILED, "pesq": PESQ_FAILED}.get(metric)
