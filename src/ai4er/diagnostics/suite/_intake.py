"""How a system takes what it sees, found out from its small configuration and its toy corpus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ai4er.corpora import open_corpus
from ai4er.diagnostics.suite._scenes import CLASSES
from ai4er.features.base import FrontEnd
from ai4er.features.vowel_times import VowelTimes
from ai4er.features.word_times import WordTimes
from ai4er.labels import Kind, LabelSpace
from ai4er.prediction.items import build_items, describe, front_ends
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.systems.base import System, SystemConfig, parameter_count

_EXAMPLES = 8
"""How many records of the toy corpus are looked at."""
_OWN_TOKENS = 5
"""Tokens besides the words: beginning, end, and the speaker's name with a colon."""

Shape = Literal["frames", "vector", "words", "sound", "eeg", "none"]


@dataclass(frozen=True)
class Form:
    """What an input is made of; `none` is a form that scenes have no rendering for.

    `size` is the shape of a step, (features,) or (channels, bands), or for words the most tokens that are read.
    """

    kind: Shape
    size: tuple[int, ...] = ()


@dataclass(frozen=True)
class Intake:
    """A system with its small configuration, and the form of each of its inputs.

    `cost` is weights times epochs over all stages: roughly the computation of a training, to put systems in order.
    """

    system: type[System]
    config: SystemConfig
    forms: Mapping[str, Form]
    cost: float

    @classmethod
    def of(cls, slug: str) -> Intake:
        """That of a system. Raises `Ai4erError` that suggests the nearest slug."""
        kind = system_class(slug)
        config = kind.config_class.small()
        inputs = front_ends(config.inputs)
        items = build_items(open_corpus(kind.toy).read()[:_EXAMPLES], inputs)
        shapes, timed = describe(items, inputs)
        built = kind(config, CLASSES.override({"kind": kind.kinds[0]}), shapes, timed)
        cost = parameter_count(built) * sum(stage.epochs for stage in built.stages())
        return cls(kind, config, {name: _form(inputs[name], shapes[name], timed[name]) for name in inputs}, cost)

    @property
    def configuration(self) -> SystemConfig:
        """The small configuration, which reads what was rendered as frames, vectors and EEG."""
        own = {name: f"array:name={name}" for name, form in self.forms.items() if form.kind not in ("words", "sound")}
        return self.config.override({"inputs": {**self.config.inputs, **own}})

    def space(self, native: LabelSpace) -> LabelSpace | None:
        """The label space in which the system predicts what a diagnostic asks; None where it cannot.

        Classes can also be predicted as so many labels, or as so many dimensions from 0 to 1.
        """
        if native.kind in self.system.kinds:
            return native
        wanted: tuple[Kind, ...] = ("single", "distribution", "multi", "dimensions")
        possible = [kind for kind in wanted if kind in self.system.kinds]
        if native.kind not in ("single", "distribution") or not possible:
            return None
        return native.override({"name": f"{native.name}_as_{possible[0]}", "kind": possible[0], "neutral": None})

    def refusal(self, records: Records, native: LabelSpace) -> str | None:
        """Why the system cannot take a diagnostic; None where it can."""
        shown = {name: array for record in records for name, array in record.arrays.items()}
        reasons = (
            self._of_labels(native),
            self._of_roles(records),
            self._of_modalities(records, len(shown)),
            *(self._of_form(name, form, next(iter(shown.values()))) for name, form in self.forms.items()),
        )
        return next((reason for reason in reasons if reason), None)

    def _of_labels(self, native: LabelSpace) -> str | None:
        if self.space(native) is not None:
            return None
        asked = {"multi": "several labels for an item", "dimensions": "dimensions"}.get(native.kind, native.kind)
        return f"cannot predict {asked}"

    def _of_roles(self, records: Records) -> str | None:
        if any(record.dialogue for record in records) and self.system.unit != "dialogue":
            return "needs dialogues, and it reads one utterance at a time"
        there = {record.split for record in records}
        lacking = [role for role in self.system.roles if role not in there]
        return f"has no {' and no '.join(lacking)} part, from which it learns" if lacking else None

    def _of_modalities(self, records: Records, modalities: int) -> str | None:
        if len(self.forms) < modalities:
            return f"needs {modalities} modalities, and it reads {len(self.forms)}"
        if any(len(record.arrays) < modalities for record in records) and not self.system.tolerates_missing:
            return "needs a system that does without a missing modality"
        return None

    def _of_form(self, name: str, form: Form, shown: np.ndarray) -> str | None:
        """Why what is shown, (steps, factors) or (windows, channels, bands), cannot be an input of this form."""
        if form.kind == "none":
            return f"has no rendering for its input {name}"
        if shown.ndim == 3:
            fits = form.kind == "vector" or (form.kind == "eeg" and form.size == shown.shape[1:])
            return None if fits else "needs EEG"
        if form.kind == "frames" and shown.shape[1] > form.size[0]:
            return f"shows {shown.shape[1]} factors, and its frames have {form.size[0]} features"
        if form.kind != "words":
            return None
        if not is_symbols(shown):
            return "cannot be put into words"
        room = form.size[0] - _OWN_TOKENS
        return f"has texts of {len(shown)} words, and it reads {room}" if len(shown) > room else None


def is_symbols(shown: np.ndarray) -> bool:
    """Whether every step is one-hot."""
    return shown.ndim == 2 and bool(np.isin(shown, (0, 1)).all() and (shown.sum(1) == 1).all())


def _form(extractor: FrontEnd, shape: tuple[int, ...], timed: bool) -> Form:
    if isinstance(extractor, (VowelTimes, WordTimes)):
        return Form("none")
    if extractor.integer:
        return Form("words", (int(getattr(extractor, "max_length", 10**6)),))
    if extractor.needs == "audio" and timed and not shape:
        return Form("sound")
    if extractor.needs == "eeg" and timed and len(shape) == 2:
        return Form("eeg", shape)
    if len(shape) == 1:
        return Form("frames" if timed else "vector", shape)
    return Form("none")


def with_classes_as(records: Records, native: LabelSpace, space: LabelSpace) -> Records:
    """The records with the labels that another space of the same names needs: one-hot sets or values."""
    if space.kind not in ("multi", "dimensions") or space.kind == native.kind:
        return records
    shares = native.override({"kind": "distribution"})
    return Records(_with_classes_as(record, shares, space) for record in records)


def _with_classes_as(record: Record, shares: LabelSpace, space: LabelSpace) -> Record:
    target = shares.target(record)
    if target is None:
        return record
    if space.kind == "multi":
        return record.replace(labels=(space.names[int(target.argmax())],))
    return record.replace(dimensions=dict(zip(space.names, target.tolist())))
