"""Noisy copies of recordings, each with its features and what a metric says of its distortion."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ai4er.augment.distortion_metrics import METRICS, failed
from ai4er.augment.item_draw import item_generator
from ai4er.augment.noisy_records import Generated, NoiseSource, noisy, recorded
from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.cache import extract_all
from ai4er.features.media import audio_of
from ai4er.records import Record
from ai4er.systems.batch import Item

RATE = 16_000
_AT_ONCE = 64
"""Recordings whose copies are in memory at the same time, as sound."""


@dataclass(frozen=True)
class Copy:
    """One noisy copy: the item with the features of its noisy sound, and its metric; more is less distortion."""

    item: Item
    value: float


@dataclass(frozen=True)
class Copies:
    """How copies are made: one for each noise and each of `bins` equal parts of the range of `ratios` in decibels.

    `noises` are `white`, `pink`, and folders of recordings (in AI4ER_DATA where they are not found as they are), of
    which the two thirds for training are heard. Noise and ratio are drawn from (seed, corpus, id, copy) alone.
    """

    noises: tuple[str, ...]
    ratios: tuple[float, float]
    bins: int
    metric: str
    seed: int

    def of(self, items: Sequence[Item], inputs: Mapping[str, str]) -> list[Copy]:
        """All copies of the items that the metric can judge; `inputs` are the front ends of the items.

        What the front ends do not read from sound stays as it is.
        """
        found: list[Copy] = []
        for start in range(0, len(items), _AT_ONCE):
            found += self._of_some(items[start : start + _AT_ONCE], inputs)
        return found

    def _of_some(self, items: Sequence[Item], inputs: Mapping[str, str]) -> list[Copy]:
        judged = [(item, *made) for item in items for made in self._judged(item.record)]
        columns = {}
        for name, spec in inputs.items():
            extractor = front_end(spec)
            if extractor.needs == "audio":
                columns[name] = extract_all(extractor, [record for _, record, _ in judged])
        return [
            Copy(replace(item, inputs={**item.inputs, **{name: column[i] for name, column in columns.items()}}), value)
            for i, (item, _, value) in enumerate(judged)
        ]

    def _judged(self, record: Record) -> list[tuple[Record, float]]:
        """The copies of a recording that the metric can judge, with its value."""
        clean = audio_of(record, RATE)
        made = [self._copy(record, number) for number in range(len(self.noises) * self.bins)]
        values = [METRICS[self.metric](clean, audio_of(one, RATE), RATE) for one in made]
        return [(one, value) for one, value in zip(made, values) if not failed(self.metric, value)]

    def _copy(self, record: Record, number: int) -> Record:
        """The copy of this number, mixed once and for all."""
        noise, place = divmod(number, self.bins)
        seed = self.seed * len(self.noises) * self.bins + number
        share = (place + item_generator(record, seed, "ratio").random()) / self.bins
        decibels = self.ratios[0] + share * (self.ratios[1] - self.ratios[0])
        lazy = noisy(record, noise_source(self.noises[noise]), decibels, seed)
        return lazy.replace(arrays={**lazy.arrays})


def noise_source(name: str) -> NoiseSource:
    """Generated noise, or the part for training of a folder of recordings. Raises `Ai4erError` for no such folder."""
    if name in ("white", "pink"):
        return Generated(name)  # type: ignore[arg-type]
    places = [Path(name), Path(os.environ.get("AI4ER_DATA", ".")) / name]
    folder = next((place for place in places if place.is_dir()), None)
    if folder is None:
        raise Ai4erError(
            f"noise {name}: no such folder, here or in AI4ER_DATA: name folders of recordings, white or pink with "
            "--set noises"
        )
    return recorded(folder).part(test=False)
