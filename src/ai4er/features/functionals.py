"""Acoustic functionals: statistics over a whole utterance of what is measured on its frames.

An open set in the manner of the published ones, with nothing of openSMILE in it: the descriptors
of `_descriptors.py` and `_pitch.py` and the voice and rhythm parameters of eGeMAPS (Eyben et al., IEEE
Transactions on Affective Computing 7, 2016), times the functionals of the INTERSPEECH 2010 set
(Schuller et al., 2010: moments, percentiles, regression).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import Field

from ai4er.features import _statistics as statistics
from ai4er.features._audio import AudioFrontEnd, levelled
from ai4er.features._descriptors import SECONDS_PER_FRAME, SPECTRAL, spectral_descriptors
from ai4er.features._pitch import pitch_candidates, pitch_track
from ai4er.features._spectrum import frame_counts

_EVERY_FRAME = (*SPECTRAL, "harmonicity")
_VOICE = ("pitch", "harmonics_to_noise", "jitter", "shimmer")
_WHILE_VOICED = tuple(name for name in SPECTRAL if not name.startswith(("band_", "rolloff_", "zero_")))
_FULL = (
    *("mean", "deviation", "skewness", "kurtosis"),
    *("p05", "p25", "p50", "p75", "p95", "range", "slope", "residual"),
)
_CHANGE = ("deviation", "p05", "p95", "mean_absolute")
_RHYTHM = (
    *("voiced_share", "voiced_per_second", "voiced_length", "voiced_length_deviation"),
    *("unvoiced_length", "unvoiced_length_deviation", "pause_share", "pauses_per_second", "pause_length"),
    *("pitch_rise", "pitch_rise_deviation", "pitch_fall", "pitch_fall_deviation"),
    *("pitch_rising_share", "energy_peaks_per_second"),
)
_RANKS = (5, 25, 50, 75, 95)
_SILENT = 30.0
"""Decibels below the 95th percentile of the energy, under which a frame counts as a pause."""
_VOICELESS = 35.0
_PADDED_FRAMES = 1 << 15


class Functionals(AudioFrontEnd):
    """Statistics of an utterance (features,), named by `names()`, finite for every input.

    Descriptors on every frame (25 ms, every 10 ms): energy, zero crossings, centroid, bandwidth, four
    rolloff points, flatness, entropy, alpha ratio, Hammarberg index, two spectral slopes, flux, 8 mel
    bands, 14 cepstral coefficients, harmonicity. On voiced frames: pitch in semitones above
    27.5 Hz, harmonics-to-noise ratio in dB, and from frame to frame jitter (relative change of the
    period) and shimmer (change of the peak in dB); both are taken every 10 ms, not every period.

    Functionals: mean, standard deviation, skewness, kurtosis, percentiles 5 to 95, their range, the
    regression slope a second and the deviation from the line; for the changes (delta regression over
    five frames) deviation, percentiles and mean absolute value; mean and deviation over the voiced
    frames; rates, lengths and shares of voiced runs and pauses, rises and falls of the pitch in
    semitones a second, energy peaks a second. Where nothing is voiced, its statistics are zero.

    `normalise_level` brings the loud parts of each recording to one level, so that the gain of the
    recording, which differs between corpora, changes nothing.
    """

    sample_rate: int = Field(16000, ge=8000)
    normalise_level: bool = True

    @staticmethod
    def names() -> list[str]:
        """What each feature is, in order: `descriptor.functional`."""
        return [
            *(f"{descriptor}.{functional}" for descriptor in (*_EVERY_FRAME, *_VOICE) for functional in _FULL),
            *(f"{descriptor}.change.{functional}" for descriptor in _EVERY_FRAME for functional in _CHANGE),
            *(f"{descriptor}.voiced.{functional}" for descriptor in _WHILE_VOICED for functional in _FULL[:2]),
            *(f"rhythm.{name}" for name in _RHYTHM),
        ]

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        items = [levelled(samples, self.sample_rate) for samples in raw] if self.normalise_level else list(raw)
        hop = round(SECONDS_PER_FRAME * self.sample_rate)
        floor = 1e-7 if self.normalise_level else 1e-10
        counts = frame_counts(items, 2, hop)
        spectral = spectral_descriptors(items, self.sample_rate, hop, floor)
        candidates = pitch_candidates(items, self.sample_rate, hop)
        features = np.empty((len(items), len(self.names())), dtype=np.float32)
        for group in _groups(counts):
            rows, there = _rows(counts, group)
            features[group] = _functionals(spectral[rows], candidates[rows], there)
        return list(features)


def _groups(counts: np.ndarray) -> Iterator[np.ndarray]:
    """Positions of items of similar length, so that little of their common array is padding."""
    order = np.argsort(counts, kind="stable")
    begin = 0
    for end in range(1, len(order) + 1):
        full = end == len(order) or (end + 1 - begin) * counts[order[end]] > _PADDED_FRAMES
        if full:
            yield order[begin:end]
            begin = end


def _rows(counts: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows of the frames of some items (items, frames), the last one repeated, and which are not repeated."""
    steps = np.arange(counts[group].max())
    first = (np.cumsum(counts) - counts)[group, None]
    return first + np.minimum(steps, counts[group, None] - 1), steps < counts[group, None]


def _functionals(spectral: np.ndarray, candidates: np.ndarray, there: np.ndarray) -> np.ndarray:
    """(items, features) of descriptors (items, frames, descriptors + 1) and pitch candidates."""
    spectral = np.ascontiguousarray(spectral.transpose(0, 2, 1))
    energy, peak = spectral[:, 0], spectral[:, -1]
    loudest = statistics.percentiles(energy[:, None], there[:, None], (95,))[:, 0]
    frequency, height, voiced = pitch_track(candidates, energy > loudest - _VOICELESS, there)
    every = np.concatenate([spectral[:, :-1], height[:, None]], axis=1)
    voice, voice_there = _voice(frequency, height, peak, voiced)
    change = statistics.deltas(every)
    whole = there[:, None]
    while_voiced = every[:, [SPECTRAL.index(name) for name in _WHILE_VOICED]]
    parts = [
        _full(every, whole),
        _full(voice, voice_there),
        statistics.moments(change, whole)[..., 1:2],
        statistics.percentiles(change, whole, (5, 95)),
        statistics.mean(np.abs(change), whole)[..., None],
        statistics.moments(while_voiced, voiced[:, None])[..., :2],
    ]
    change_parts = np.concatenate(parts[2:5], axis=-1)
    ordered = [parts[0], parts[1], change_parts, parts[5], _rhythm(energy, loudest, frequency, voiced, there)]
    return np.concatenate([part.reshape(len(there), -1) for part in ordered], axis=1)


def _full(values: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """All functionals of `_FULL`, (items, descriptors, functionals)."""
    percentiles = statistics.percentiles(values, mask, _RANKS)
    span = percentiles[..., -1:] - percentiles[..., :1]
    trend = statistics.trend(values, mask, SECONDS_PER_FRAME)
    return np.concatenate([statistics.moments(values, mask), percentiles, span, trend], axis=-1)


def _voice(
    frequency: np.ndarray, height: np.ndarray, peak: np.ndarray, voiced: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The descriptors of `_VOICE` (items, descriptors, frames), and where they exist."""
    semitones = _semitones(frequency)
    share = np.clip(height, 1e-3, 1 - 1e-4)
    harmonics_to_noise = 10 * np.log10(share / (1 - share))
    period = 1 / np.maximum(frequency, 1)
    both = voiced & _before(voiced)
    jitter = 2 * np.abs(period - _before(period)) / (period + _before(period))
    shimmer = np.abs(peak - _before(peak))
    return np.stack([semitones, harmonics_to_noise, jitter, shimmer], 1), np.stack([voiced, voiced, both, both], 1)


def _rhythm(
    energy: np.ndarray, loudest: np.ndarray, frequency: np.ndarray, voiced: np.ndarray, there: np.ndarray
) -> np.ndarray:
    """The features of `_RHYTHM` (items, features)."""
    seconds = there.sum(axis=1) * SECONDS_PER_FRAME
    pause = (energy < loudest - _SILENT) & there
    shares = [statistics.mean(mask[:, None], there[:, None])[:, 0] for mask in (voiced, pause)]
    voiced_runs, unvoiced_runs, pauses = (
        statistics.runs(mask, SECONDS_PER_FRAME) for mask in (voiced, ~voiced & there, pause)
    )
    semitones = _semitones(frequency)
    slope = (semitones - _before(semitones)) / SECONDS_PER_FRAME
    both = voiced & _before(voiced)
    rising, falling = both & (slope > 0), both & (slope < 0)
    rises, falls = (statistics.moments(slope[:, None], mask[:, None])[:, 0, :2] for mask in (rising, falling))
    columns = [
        *(shares[0], voiced_runs[:, 0] / seconds, voiced_runs[:, 1], voiced_runs[:, 2]),
        *(unvoiced_runs[:, 1], unvoiced_runs[:, 2], shares[1], pauses[:, 0] / seconds, pauses[:, 1]),
        *(rises[:, 0], rises[:, 1], falls[:, 0], falls[:, 1]),
        rising.sum(axis=1) / np.maximum(both.sum(axis=1), 1),
        _peak_count(energy, pause, there) / seconds,
    ]
    return np.stack(columns, axis=1)


def _peak_count(energy: np.ndarray, pause: np.ndarray, there: np.ndarray) -> np.ndarray:
    """How many maxima the energy has outside pauses, smoothed over 70 ms: about one a syllable."""
    padded = np.pad(energy, ((0, 0), (3, 3)), mode="edge")
    smooth = np.lib.stride_tricks.sliding_window_view(padded, 7, axis=1).mean(axis=-1)
    after = np.concatenate([smooth[:, 1:], smooth[:, -1:]], axis=1)
    return ((smooth > _before(smooth)) & (smooth > after) & ~pause & there).sum(axis=1)


def _before(values: np.ndarray) -> np.ndarray:
    """Each frame's predecessor; the first frame's is itself, or False."""
    first = np.zeros_like(values[:, :1]) if values.dtype == bool else values[:, :1]
    return np.concatenate([first, values[:, :-1]], axis=1)


def _semitones(frequency: np.ndarray) -> np.ndarray:
    """Semitones above 27.5 Hz, the scale of eGeMAPS; 0 where there is no pitch."""
    return np.where(frequency > 0, 12 * np.log2(np.maximum(frequency, 1) / 27.5), 0)


FRONT_END = Functionals
