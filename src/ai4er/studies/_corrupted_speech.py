"""Fitted recognizers on recordings that are changed as noise and rooms change them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.augment.item_draw import item_generator
from ai4er.augment.word_errors import with_word_errors
from ai4er.evaluation.predictions import Predictions
from ai4er.features.media import audio_of
from ai4er.prediction.items import build_items, group
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.protocols.base import Fold
from ai4er.protocols.changes.noise import CLEAN, Noise
from ai4er.protocols.changes.reverberation import Reverberation
from ai4er.records import Record, Records
from ai4er.training.answers import answer
from ai4er.training.checkpoint import writing
from ai4er.training.run import Plan, Run

ROOM = "room"
KEPT, SIMULATED = "clean", "simulated"


@dataclass(frozen=True)
class Heard:
    """A kind of noise (or a room) at a level in decibels (or with a reverberation time in seconds)."""

    kind: str
    level: float = float("inf")

    @property
    def name(self) -> str:
        """What tables, plots and files call it."""
        if self.kind == CLEAN:
            return CLEAN
        return f"{self.kind} {self.level:g} {'s' if self.kind == ROOM else 'dB'}"

    @property
    def word_error_rate(self) -> float:
        """What the simulated recogniser gets wrong: 5 % in the quiet, 71 % at 0 dB, 23 % in a room of 0.6 s."""
        if self.kind == ROOM:
            return min(0.9, 0.05 + 0.3 * self.level)
        return float(0.05 + 0.85 / (1 + np.exp((self.level - 5) / 4)))


Change = Callable[[Record], Record]
Transcribe = Callable[[Sequence[Record], Heard], list[str | None]]


def heard(noises: Sequence[str], levels: Sequence[float], rooms: Sequence[float]) -> list[Heard]:
    """Clean speech, every noise at every level, and every room."""
    noisy = [Heard(kind, level) for kind in noises for level in levels]
    return [Heard(CLEAN), *noisy, *(Heard(ROOM, seconds) for seconds in rooms)]


def changes(conditions: Sequence[Heard], fold: Fold, records: Records) -> Iterator[tuple[Heard, Change]]:
    """How each condition changes a record; babble is made of the fold's training recordings."""
    for one in conditions:
        if one.kind == CLEAN:
            yield one, lambda record: record
        elif one.kind == ROOM:
            yield one, _change(Reverberation(seconds=(one.level,)), fold, records)
        else:
            yield one, _change(Noise(kind=one.kind, levels=(one.level,)), fold, records)


def _change(change: Noise | Reverberation, fold: Fold, records: Records) -> Change:
    found = change.conditions(fold, records, ("speech",))[1].record
    assert found is not None
    return found


def transcriber(how: str, vocabulary: Sequence[str], seed: int) -> Transcribe:
    """Transcripts of changed recordings: recognised anew by the network `how`, simulated, or kept where asked for."""

    def kept(records: Sequence[Record], one: Heard) -> list[str | None]:
        return [record.text for record in records]

    def simulated(records: Sequence[Record], one: Heard) -> list[str | None]:
        return [
            None if r.text is None
            else with_word_errors(r.text, one.word_error_rate, vocabulary, item_generator(r, seed, "words"))
            for r in records
        ]  # fmt: skip

    def recognised(records: Sequence[Record], one: Heard) -> list[str | None]:
        from ai4er.encoders._transcribe import RATE, transcribe

        return list(transcribe(how, [audio_of(record, RATE) for record in records]))

    return {KEPT: kept, SIMULATED: simulated}.get(how, recognised)


def under_conditions(
    run: Run, chosen: Plan, folds: Sequence[Fold], conditions: Sequence[Heard], transcribe: Transcribe,
    withheld: Sequence[str], folder: Path,
) -> Mapping[str, Predictions]:  # fmt: skip
    """The pooled predictions of a run's recognizers for its test parts, by condition; kept in `folder`.

    The words of every condition, clean speech included, are those of the transcripts; the recognizers are not changed,
    and are not given the inputs that are `withheld`.
    """
    files = {one.name: folder / f"{one.name.replace(' ', '-')}.parquet" for one in conditions}
    absent = [one for one in conditions if not files[one.name].exists()]
    parts: dict[str, list[Predictions]] = {one.name: [] for one in absent}
    for fold in folds if absent else ():
        recognizer = Recognizer.load(run.folder / f"fold-{fold.index + 1}" / RECOGNIZER)
        inputs = {name: extractor for name, extractor in recognizer.inputs.items() if name not in withheld}
        tested = [chosen.data.records[int(i)] for i in fold.roles["test"]]
        for one, change in changes(absent, fold, chosen.data.records):
            changed = list(map(change, tested))
            if any(extractor.needs == "text" for extractor in inputs.values()):
                changed = [r.replace(text=text) for r, text in zip(changed, transcribe(changed, one))]
            items = [
                dataclasses.replace(item, inputs={**dict.fromkeys(withheld), **item.inputs})
                for item in build_items(Records(changed), inputs, chosen.data.space)
            ]
            parts[one.name].append(answer(recognizer.system, group(items, recognizer.system.unit))[0])
    for name, found in parts.items():
        with writing(files[name].with_suffix(".part")):
            folder.mkdir(parents=True, exist_ok=True)
            Predictions.pool(found).save(files[name])
    return {name: Predictions.load(file) for name, file in files.items()}
