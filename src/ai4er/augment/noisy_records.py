"""Records with noise in their sound, mixed when it is asked for.

    source = recorded("noise_esc10")                  # or Generated("pink"), Babble(training_records)
    record = noisy(record, source, decibels=5, seed=0)

A noisy record is a record like any other: its samples stand in `arrays["audio"]`, which every front end of sound
reads before the file, and which is part of the key of the feature cache. Noise is mixed at the recording's own sample
rate, and drawn from (seed, corpus, id) alone: the same at every level, in every fold and for every system.
"""

from __future__ import annotations

import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from ai4er.augment.item_draw import item_generator
from ai4er.augment.noise import at_ratio, babble, loud_part, pink, white
from ai4er.corpora._signals import LazyArrays
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of, load_audio, sample_rate_of
from ai4er.records import Record

_SOUND = (".wav", ".flac", ".aiff", ".aif", ".ogg", ".mp3")
_GENERATED: dict[str, Callable[[int, np.random.Generator], np.ndarray]] = {"white": white, "pink": pink}
_KEPT = 64
"""Recordings of noise that are kept in memory."""


class NoiseSource(ABC):
    """Where noise comes from."""

    @abstractmethod
    def draw(self, record: Record, length: int, sample_rate: int, generator: np.random.Generator) -> np.ndarray:
        """Noise (length,) for a record at `sample_rate` hertz, of any level."""


@dataclass(frozen=True)
class Generated(NoiseSource):
    """White or pink noise."""

    kind: Literal["white", "pink"]

    def draw(self, record: Record, length: int, sample_rate: int, generator: np.random.Generator) -> np.ndarray:
        return _GENERATED[self.kind](length, generator)


@dataclass(frozen=True)
class Recorded(NoiseSource):
    """A random loud part of one of these recordings of noise."""

    files: tuple[Path, ...]

    def draw(self, record: Record, length: int, sample_rate: int, generator: np.random.Generator) -> np.ndarray:
        file = self.files[int(generator.integers(len(self.files)))]
        return loud_part(_clip(file, sample_rate), length, generator)

    def part(self, test: bool) -> Recorded:
        """Every third recording in the order of their names is for test, the others are for training.

        Raises `Ai4erError` where no recording is left.
        """
        chosen = self.files[::3] if test else tuple(file for i, file in enumerate(self.files) if i % 3)
        if not chosen:
            raise Ai4erError("test hears the one recording of noise, and training needs others: add some")
        return Recorded(chosen)


@dataclass(frozen=True, eq=False)
class Babble(NoiseSource):
    """`talkers` recordings of other speakers at once; `pool` must not hold what is tested."""

    pool: tuple[Record, ...]
    talkers: int = 6
    _heard: dict[tuple[str, str, int], np.ndarray] = field(default_factory=dict, init=False)

    def draw(self, record: Record, length: int, sample_rate: int, generator: np.random.Generator) -> np.ndarray:
        others = [one for one in self.pool if _is_other(one, record)]
        if not others:
            raise Ai4erError(f"{record.id}: no recording of another speaker to make babble of: take kind=pink")
        chosen = generator.permutation(len(others))[: self.talkers]
        return babble([self._voice(others[i], sample_rate) for i in chosen], length, generator)

    def _voice(self, one: Record, sample_rate: int) -> np.ndarray:
        key = (one.corpus, one.id, sample_rate)
        if key not in self._heard:
            self._heard[key] = audio_of(one, sample_rate)
        return self._heard[key]


def recorded(folder: Path | str) -> Recorded:
    """The recordings of noise in and below a folder. Raises `Ai4erError` where there is none."""
    files = tuple(sorted(path for path in Path(folder).rglob("*") if path.suffix.lower() in _SOUND))
    if not files:
        raise Ai4erError(f"{folder}: no recording of noise there ({', '.join(_SOUND)})")
    return Recorded(files)


def noisy(record: Record, source: NoiseSource, decibels: float, seed: int) -> Record:
    """The record with noise at this signal-to-noise ratio over its whole length, see `noise.at_ratio`.

    Raises `Ai4erError` for a record without sound; its samples are decoded and mixed whenever they are asked for.
    """
    rate = sample_rate_of(record)
    loaders = {name: functools.partial(record.arrays.__getitem__, name) for name in record.arrays}
    loaders["audio"] = functools.partial(_mixed, record, source, decibels, seed, rate)
    arrays: dict[str, np.ndarray] = LazyArrays(loaders)  # type: ignore[assignment]
    return record.replace(arrays=arrays, attributes={**record.attributes, "sample_rate": str(rate)})


def _mixed(record: Record, source: NoiseSource, decibels: float, seed: int, rate: int) -> np.ndarray:
    samples = audio_of(record, rate)
    noise = source.draw(record, len(samples), rate, item_generator(record, seed, "noise"))
    return at_ratio(samples, noise, decibels)


def _is_other(one: Record, record: Record) -> bool:
    if record.speaker and one.speaker:
        return (one.corpus, one.speaker) != (record.corpus, record.speaker)
    return (one.corpus, one.id) != (record.corpus, record.id)


@functools.lru_cache(_KEPT)
def _clip(file: Path, sample_rate: int) -> np.ndarray:
    return load_audio(file, sample_rate)
