"""Near-duplicate audio: the same recording at another level, rate or format, with some noise, or cut.

Source: Haitsma and Kalker, "A Highly Robust Audio Fingerprinting System", ISMIR 2002: the signs of energy differences
along time and frequency, 32 bits a frame; copies agree in most bits, different recordings in about half of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError

SAMPLE_RATE = 8000
FRAME, HOP = 2048, 96
"""Samples: 256 ms, every 12 ms."""

_BANDS = np.geomspace(300.0, 3000.0, 34)
_FLOOR = 1e-5
"""Frames that are so much weaker than the loudest one say nothing: -50 decibels."""

_LEAST_FRAMES = 50
_MOST_WRONG_BITS = 0.2
"""Bit error rate up to which two stretches are called the same.

0.35 in the paper, for music; two takes of a sentence by one actor, played alike, come down to 0.23 (RAVDESS).
"""

_NEIGHBOURS = 12
"""Words that occur more often than this are only compared with so many of their like."""


@dataclass(frozen=True)
class Pair:
    """Two recordings (positions in the given order) that agree over `seconds`, with this bit error rate."""

    one: int
    other: int
    seconds: float
    error_rate: float


def fingerprint(samples: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Of samples (samples,) at 8000 hertz the words (frames,) uint32, and where they say something (frames,) bool.

    Empty for less than two frames (0.27 seconds).
    """
    from scipy.fft import rfft

    count = (len(samples) - FRAME) // HOP + 1
    if count < 2:
        return np.zeros(0, np.uint32), np.zeros(0, bool)
    frames = np.lib.stride_tricks.sliding_window_view(samples.astype(np.float32), FRAME)[::HOP][:count]
    power = np.abs(rfft(frames * np.hanning(FRAME).astype(np.float32))) ** 2
    edges = np.round(_BANDS * FRAME / SAMPLE_RATE).astype(int)
    energy = np.add.reduceat(power[:, : edges[-1]], edges[:-1], axis=1)
    slope = energy[:, :-1] - energy[:, 1:]
    bits = slope[1:] > slope[:-1]
    words = np.packbits(bits, axis=1).view(">u4").ravel().astype(np.uint32)
    loud = energy[1:].sum(1)
    return words, loud > _FLOOR * loud.max() if loud.max() > 0 else np.zeros(len(words), bool)


def fingerprints(paths: Sequence[Path]) -> tuple[list[tuple[np.ndarray, np.ndarray]], list[str]]:
    """The fingerprint of every file, and a line for each that cannot be decoded (its fingerprint is empty)."""
    from ai4er.features._spectrum import processors
    from ai4er.features.media import load_audio

    problems: list[str] = []

    def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
        try:
            return fingerprint(load_audio(path, SAMPLE_RATE))
        except Ai4erError as problem:
            problems.append(str(problem))
            return fingerprint(np.zeros(0))

    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(read, paths)), sorted(problems)


def near_duplicates(prints: Sequence[tuple[np.ndarray, np.ndarray]], groups: Sequence[int]) -> list[Pair]:
    """The pairs of recordings of different groups (parts of a split) that are the same, the surest first.

    Two recordings are compared where two of their words agree at the same distance in time.
    """
    sizes = [len(words) for words, _ in prints]
    words = np.concatenate([*(found for found, _ in prints), np.zeros(0, np.uint32)])
    loud = np.concatenate([*(there for _, there in prints), np.zeros(0, bool)])
    file = np.repeat(np.arange(len(prints)), sizes)[loud]
    place = np.concatenate([*map(np.arange, sizes), np.zeros(0, int)])[loud]
    found = []
    for one, other, shift in _candidates(words[loud], file, place, np.asarray(groups)):
        pair = _compared(prints, one, other, shift)
        if pair is not None:
            found.append(pair)
    best: dict[tuple[int, int], Pair] = {}
    for pair in sorted(found, key=lambda pair: pair.error_rate):
        best.setdefault((pair.one, pair.other), pair)
    return list(best.values())


def _candidates(
    words: np.ndarray, file: np.ndarray, place: np.ndarray, groups: np.ndarray
) -> list[tuple[int, int, int]]:
    """File, other file, and frames by which the other lies behind, where at least two words agree."""
    order = np.lexsort((place, file, words))
    words, file, place = words[order], file[order], place[order]
    rows = []
    for step in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero(words[step:] == words[:-step])
        one, other = file[same], file[same + step]
        apart = groups[one] != groups[other]
        rows.append(np.stack([one, other, place[same + step] - place[same]], axis=1)[apart])
    triples, counts = np.unique(np.concatenate(rows), axis=0, return_counts=True)
    return [tuple(row) for row in triples[counts >= 2].tolist()]


def _compared(prints: Sequence[tuple[np.ndarray, np.ndarray]], one: int, other: int, shift: int) -> Pair | None:
    """The pair, where enough loud frames overlap at this shift and agree."""
    (first, first_loud), (second, second_loud) = prints[one], prints[other]
    begin, end = max(0, -shift), min(len(first), len(second) - shift)
    there = first_loud[begin:end] & second_loud[begin + shift : end + shift]
    count = int(there.sum())
    if count < _LEAST_FRAMES:
        return None
    wrong = np.bitwise_count((first[begin:end] ^ second[begin + shift : end + shift])[there]).sum() / (32 * count)
    return Pair(one, other, count * HOP / SAMPLE_RATE, float(wrong)) if wrong <= _MOST_WRONG_BITS else None
