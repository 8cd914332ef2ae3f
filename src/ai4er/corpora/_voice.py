"""A voice that sounds like speech without saying anything real: source and filter, after Klatt 1980.

The source is a train of glottal pulses (the derivative of the Rosenberg 1971 pulse) whose rate follows a
pitch contour, with jitter and breath noise; the filter is a cascade of formant resonators, one set for
each vowel, scaled by the speaker's vocal tract. Emotion moves pitch, range, tempo, level, brightness,
jitter and breath as speech research reports it (Scherer 2003, table 2; Banse and Scherer 1996): anger is
loud, high, fast and bright, happiness high with a wide range, sadness low, slow, quiet and dull.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ai4er.errors import unknown

SAMPLE_RATE = 16000


@dataclass(frozen=True)
class Voice:
    """One speaker.

    `pitch` in hertz, `tract` the factor on all formants (below 1 for a long vocal tract), `breath` the
    share of noise in the source, `gain` in decibels.
    """

    pitch: float
    tract: float
    breath: float = 0.02
    gain: float = 0.0


class Manner(NamedTuple):
    """How an emotion speaks.

    `pitch` (semitones above the voice's own), `range` and `rise` (semitones), `tempo` (syllables a second),
    `level` (decibels below full scale), `tilt` (pole of the shelf filter of the source: below 0.9 is
    bright, above dull), `jitter` (relative pitch perturbation), `breath` (noise relative to the pulses).
    """

    pitch: float
    range: float
    rise: float
    tempo: float
    level: float
    tilt: float
    jitter: float
    breath: float


MANNERS: dict[str, Manner] = {
    "neutral": Manner(0.0, 1.2, -1.0, 4.0, -25.0, 0.85, 0.005, 0.02),
    "anger": Manner(5.0, 3.0, -2.0, 5.4, -17.0, 0.20, 0.020, 0.04),
    "happiness": Manner(6.0, 5.0, 3.0, 4.8, -21.0, 0.60, 0.008, 0.03),
    "sadness": Manner(-2.0, 0.7, -2.0, 2.7, -31.0, 0.96, 0.012, 0.03),
    "fear": Manner(7.0, 1.5, 1.0, 5.6, -26.0, 0.70, 0.030, 0.10),
    "disgust": Manner(-2.5, 2.0, -3.0, 3.2, -24.0, 0.85, 0.015, 0.05),
    "surprise": Manner(7.0, 7.0, 6.0, 4.4, -21.0, 0.70, 0.006, 0.03),
}

FORMANTS = {
    "a": (730.0, 1090.0, 2440.0, 3400.0, 4500.0),
    "e": (530.0, 1840.0, 2480.0, 3500.0, 4500.0),
    "i": (270.0, 2290.0, 3010.0, 3600.0, 4500.0),
    "o": (570.0, 840.0, 2410.0, 3300.0, 4500.0),
    "u": (300.0, 870.0, 2240.0, 3300.0, 4500.0),
}
"""Formant frequencies in hertz of an adult male: Peterson and Barney 1952, the upper two Klatt 1980."""

_BANDWIDTHS = np.array([70.0, 90.0, 120.0, 160.0, 200.0])
_CONSONANTS = {"s": 5200.0, "z": 5000.0, "c": 3500.0, "f": 4200.0, "h": 1500.0, "t": 4500.0, "k": 2000.0, "p": 1000.0}
_POSITION = np.arange(2048) / 2048
_PULSE = np.select(
    [_POSITION < 0.4, _POSITION < 0.56],
    [
        np.sin(np.pi * _POSITION / 0.4) * 0.5 * np.pi / 0.4,
        -np.sin(0.5 * np.pi * (_POSITION - 0.4) / 0.16) * 0.5 * np.pi / 0.16,
    ],
    0.0,
)
"""One period of the derivative of the glottal flow: opening for 40 % of it, closing for 16 %, then closed."""

_SYLLABLE = re.compile(r"[^aeiouy]*[aeiouy]+")


def voice(index: int) -> Voice:
    """A speaker by number: even ones have a female voice, odd ones a male voice, no two are the same."""
    spread = (index // 2 * 0.618034) % 1 - 0.5  # the golden ratio spaces any number of speakers evenly
    breath, gain = 0.01 + 0.02 * ((index * 0.7549) % 1), 3.0 * ((index * 0.5698) % 1) - 1.5
    if index % 2:
        return Voice(112 * 2 ** (spread * 0.5), 1.0 + 0.10 * spread, breath, gain)
    return Voice(205 * 2 ** (spread * 0.4), 1.17 + 0.10 * spread, breath, gain)


def gender(index: int) -> str:
    """The gender of `voice(index)`."""
    return "male" if index % 2 else "female"


def syllables(text: str) -> list[tuple[str, str]]:
    """The consonant that opens each syllable (or none) and its vowel, as the letters say.

    >>> syllables("so sad")
    [('s', 'o'), ('s', 'a')]
    """
    found = _SYLLABLE.findall(text.lower())
    parts = [(re.sub(r"[^a-z]", "", s.rstrip("aeiouy")), re.sub("y", "i", s)[-1]) for s in found]
    return [(consonants[-1:], vowel) for consonants, vowel in parts] or [("", "a")]


def manner(label: str, intensity: float = 1.0) -> Manner:
    """The manner of an emotion, `intensity` of the way from neutral (above 1 goes beyond it).

    Raises `Ai4erError` for an emotion that the voice does not know.
    """
    if label not in MANNERS:
        raise unknown("emotion of the synthetic voice", label, MANNERS)
    neutral, full = np.array(MANNERS["neutral"]), np.array(MANNERS[label])
    return Manner(*(neutral + intensity * (full - neutral)).tolist())


def between(one: Manner, other: Manner, share: float = 0.5) -> Manner:
    """A manner that is `share` of the way from one to the other."""
    return Manner(*((1 - share) * np.array(one) + share * np.array(other)).tolist())


def speak(
    label: str,
    speaker: Voice,
    seconds: float,
    generator: np.random.Generator,
    text: str = "so many people have come to see the old house again",
    intensity: float = 1.0,
) -> np.ndarray:
    """Samples at 16 kHz, float32 in [-1, 1], `seconds` long, in the manner of an emotion; see `utter`.

    Raises `Ai4erError` for an emotion that the voice does not know.
    """
    return utter(manner(label, intensity), speaker, seconds, generator, text)


def utter(how: Manner, speaker: Voice, seconds: float, generator: np.random.Generator, text: str) -> np.ndarray:
    """Samples at 16 kHz, float32 in [-1, 1], `seconds` long, in any manner.

    The syllables of `text`, repeated or cut to fill the time at the manner's tempo, give the sounds.
    """
    samples, sounds = round(seconds * SAMPLE_RATE), syllables(text)
    count = max(1, round(seconds * how.tempo))
    sequence = [sounds[i % len(sounds)] for i in range(count)]
    edges = np.linspace(0, samples, count + 1)
    edges[1:-1] += generator.uniform(-0.12, 0.12, count - 1) * samples / count
    source = _source(_pitch(how, speaker, edges, samples, generator), how, speaker, generator)
    audio = _articulate(source, sequence, edges.astype(int), speaker.tract, how, generator)
    audio *= 10 ** ((how.level + speaker.gain) / 20) / max(float(np.sqrt(np.mean(audio**2))), 1e-9)
    audio += 3e-4 * generator.standard_normal(samples)
    return (audio / max(1.0, float(np.abs(audio).max()) / 0.99)).astype(np.float32)


def _pitch(how: Manner, speaker: Voice, edges: np.ndarray, samples: int, generator: np.random.Generator) -> np.ndarray:
    """Fundamental frequency in hertz of each sample: one target a syllable, a final rise or fall, jitter."""
    middles = (edges[:-1] + edges[1:]) / 2
    targets = how.pitch + how.range * generator.uniform(-1, 1, len(middles))
    targets[-1] += how.rise
    time = np.arange(samples)
    steps = np.arange(0, samples + 80, 80)
    jitter = np.interp(time, steps, how.jitter * generator.standard_normal(len(steps)))
    return speaker.pitch * 2 ** (np.interp(time, middles, targets) / 12) * (1 + jitter)


def _source(pitch: np.ndarray, how: Manner, speaker: Voice, generator: np.random.Generator) -> np.ndarray:
    """Glottal pulses at that pitch with breath noise, tilted."""
    from scipy.signal import lfilter

    position = np.cumsum(pitch / SAMPLE_RATE) % 1
    flow = _PULSE[(position * len(_PULSE)).astype(int)]
    flow += 20 * (how.breath + speaker.breath) * generator.standard_normal(len(pitch), np.float32)
    return lfilter([1, -0.9], [1, -how.tilt], flow)


def _articulate(
    source: np.ndarray, sequence: list[tuple[str, str]], edges: np.ndarray, tract: float, how: Manner,
    generator: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Every syllable, loudest in its middle, through the resonators of its vowel; they overlap at their ends."""
    from scipy.signal import sosfilt

    overlap, tail = 400, 400
    out = np.zeros(len(source) + tail)
    level = float(np.sqrt(np.mean(source**2)))
    for (consonant, vowel), start, end in zip(sequence, edges[:-1], edges[1:]):
        first, last = max(0, start - overlap), min(len(source), end + overlap)
        ramp = np.minimum(np.arange(last - first) + 1, np.arange(last - first)[::-1] + 1) / (2 * overlap)
        window = np.sin(0.5 * np.pi * np.minimum(ramp, 1)) ** 2 * (0.25 + 0.75 * np.hanning(last - first))
        piece = np.concatenate([source[first:last] * window, np.zeros(tail)])
        out[first : last + tail] += sosfilt(_resonators(np.array(FORMANTS[vowel]) * tract), piece)
        if consonant in _CONSONANTS:
            out[first : first + 1200] += (
                level * _noise(_CONSONANTS[consonant] * tract, how, generator)[: len(out) - first]
            )
    return out[: len(source)]


def _resonators(frequencies: np.ndarray) -> np.ndarray:
    """Second-order sections of a cascade of resonators with gain 1 at 0 Hz, (formants, 6)."""
    radius = np.exp(-np.pi * _BANDWIDTHS / SAMPLE_RATE)
    middle = -2 * radius * np.cos(2 * np.pi * frequencies / SAMPLE_RATE)
    sections = np.zeros((len(frequencies), 6))
    sections[:, 0] = 1 + middle + radius**2
    sections[:, 3:] = np.stack([np.ones_like(radius), middle, radius**2], axis=1)
    return sections


def _noise(frequency: float, how: Manner, generator: np.random.Generator) -> np.ndarray:
    """75 ms of noise around a frequency, brighter where the manner is bright."""
    from scipy.signal import lfilter

    radius = 0.9
    white = generator.standard_normal(1200) * np.hanning(1200)
    poles = [1, -2 * radius * np.cos(2 * np.pi * min(frequency, 7000.0) / SAMPLE_RATE), radius**2]
    return lfilter([0.25 * (1.2 - how.tilt)], poles, white)
