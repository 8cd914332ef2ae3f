"""Acted and real-life speech: is what is learnt from acted emotion of use in real life?

Dusha has an acted part in balance and a real-life part in which neutral prevails, and all votes of its annotators. Its
recipe is to train on the first and to fine-tune on the second, with labels from the model of Dawid and Skene.
Reference: Kondratenko, Karpov, Sokolov, Savushkin, Kutuzov and Minkin, "Hybrid Dataset for Speech Emotion Recognition
in Russian Language", Interspeech 2023; the same corpus and system in arXiv 2212.12266.

Known: the seven settings with their learning rates and sampling weights, the aggregation of votes; the two rows of
results that later work quotes, without their setting. The speakers of the parts are taken to be disjoint there, which
is not certain, and every result of weights that saw another part of the same corpus is marked. Chosen: where the folder
of the corpora has Dusha, the seven settings of the published network on it, from the published spectrograms; medium and
small are a half and a fifth of the acted training items; the last epoch is kept, since Dusha has no validation list.
Else the same questions are asked of open corpora: EMO-DB, RAVDESS and EMOVO are the acted part and URDU, talk shows, is
the real-life part, in the four classes that they share, with the system's small configuration, because the published
network takes hours on a CPU. These corpora have no votes, and URDU is in balance: labels from votes are studied on a
generated crowd of known truth. Other systems keep their own learning rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pydantic

from ai4er.evaluation.document import Block, Paragraph
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import notes
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.protocols.base import SPEAKERS_UNKNOWN
from ai4er.studies._crowd_labels import METRICS, crowd_blocks
from ai4er.studies._hybrid import (
    BOTH,
    LARGE,
    PAPERS_SYSTEM,
    REAL,
    TUNED,
    Parts,
    Setting,
    check_systems,
    chosen_settings,
    fitting,
    learns_in_steps,
    parts_of,
)
from ai4er.studies._hybrid_tables import QUOTED, Result, confusions, part_blocks, settings_blocks
from ai4er.studies.base import Card, Desk, StudyConfig
from ai4er.systems.card import Reported
from ai4er.training.answers import FULL
from ai4er.training.data import load_data
from ai4er.training.initial import shared_corpora
from ai4er.training.run import Run

AS_IT_IS = f"{LARGE}, as it is"
_NAMES = (
    "The paper's accuracy is the share of right answers, here WA, and its WA is the mean of the class recalls, here UA."
)

CARD = Card(
    title="Hybrid Dataset for Speech Emotion Recognition in Russian Language",
    venue="Interspeech", year=2023, paper="arXiv 2212.12266",
    official_code="salute-developers/golos, folder dusha", licence="the owners' own",
    reported=tuple(
        Reported(corpus=corpus, protocol="official", metric=name, value=value, certainty="second-hand")
        for corpus, values in QUOTED.values()
        for name, value in zip(METRICS, values)
    ),
)  # fmt: skip


class Config(StudyConfig):
    """`parts` are Dusha's where the folder of the corpora has it, else open corpora; `crowd` is the generated crowd.

    `settings` are the names of those to run, as the tables have them; all of them where it is empty.
    """

    systems: tuple[str, ...] = pydantic.Field((PAPERS_SYSTEM,), min_length=1)
    parts: Parts | None = None
    settings: tuple[str, ...] = ()
    crowd: str = "synthetic_crowd:size=480,speakers=16"
    crowd_settings: dict[str, Any] = {"epochs": 15, "batch_size": 16}

    @classmethod
    def small(cls) -> Self:
        parts = Parts(
            acted="synthetic_crowd:size=40,labels=dawid_skene", real="synthetic_speech:size=40", labels="common4",
            protocol="official", trial=True, settings={"epochs": 1},
        )  # fmt: skip
        return cls(
            parts=parts, settings=(LARGE, REAL, TUNED), crowd="synthetic_crowd:size=40", crowd_settings={"epochs": 1}
        )


def study(config: Config, desk: Desk) -> Sequence[Block]:
    """The settings; both parts; the fine-tuned recognisers' confusions; labels from votes."""
    check_systems(config.systems)
    parts = config.parts or parts_of(desk.data)
    settings = chosen_settings(parts, config.settings)
    runs = {slug: _runs(desk, slug, settings, parts) for slug in config.systems}
    found = {"acted": list[Result](), "real": list[Result]()}
    for part, spec in (("acted", parts.acted), ("real", parts.real)):
        ids = _ids(spec, parts.labels, desk)
        for slug, trained in runs.items():
            if part == "real" and LARGE in trained:
                found[part].append(_as_it_is(desk, slug, trained[LARGE], parts))
            found[part] += [
                Result(slug, one.name, one.corpus, kept, _protocol(trained[one.name]))
                for one in settings
                if one.name in trained and (kept := _among(trained[one.name].predictions[FULL], ids)) is not None
            ]
    return [
        Paragraph(f"Acted part: {parts.acted}. Real-life part: {parts.real}. {_NAMES} {parts.remark}".strip()),
        *settings_blocks(settings, parts),
        *part_blocks("Real-life part", "real", found["real"], desk, [(TUNED, REAL), (BOTH, REAL), (TUNED, AS_IT_IS)]),
        *confusions(runs, desk.folder),
        *part_blocks("Acted part", "acted", found["acted"], desk, [(LARGE, name) for name in _sizes(settings)]),
        *crowd_blocks(desk, config.systems, config.crowd, config.crowd_settings),
        *map(Paragraph, notes([row for one in runs.values() for run in one.values() for row in run.rows])),
    ]  # fmt: skip


def _runs(desk: Desk, slug: str, settings: Sequence[Setting], parts: Parts) -> dict[str, Run]:
    """The run of every setting; a system that is fitted in one step has nothing to start from."""
    found: dict[str, Run] = {}
    for one in settings:
        if one.starts_from and not learns_in_steps(slug):
            continue
        own = one.settings if slug == PAPERS_SYSTEM else {}
        start = _recognizer(found[one.starts_from], parts) if one.starts_from else None
        found[one.name] = desk.train(
            f"{one.name.replace(' ', '_')}/{slug}", slug, one.corpus, one.protocol,
            fitting(slug, {**parts.settings, **own}), parts.labels, parts.trial, one.folds or None,
            initialise_from=start,
        )  # fmt: skip
    return found


def _recognizer(run: Run, parts: Parts) -> Path:
    """The folder of the recogniser of the first fold that is trained on the acted part."""
    return run.folder / f"fold-{parts.acted_folds[0] if parts.acted_folds else 1}" / RECOGNIZER


def _sizes(settings: Sequence[Setting]) -> list[str]:
    return [one.name for one in settings if one.name.startswith("acted") and one.name != LARGE]


def _ids(spec: str, labels: str, desk: Desk) -> set[str]:
    records = load_data(spec, ["single"], desk.data, labels).records
    return {f"{record.corpus}/{record.id}" for record in records if record.label is not None}


def _among(predictions: Predictions, ids: set[str]) -> Predictions | None:
    """The predictions of these items, or None where there is none."""
    where = np.flatnonzero([name in ids for name in predictions.ids])
    return predictions.take(where) if len(where) else None


def _protocol(run: Run) -> str:
    return f"{run.rows[0].protocol} {run.rows[0].mark}".strip()


def _as_it_is(desk: Desk, slug: str, run: Run, parts: Parts) -> Result:
    """The recogniser of the acted part on the real-life part: all of it, or its official test part."""
    recognizer = Recognizer.load(_recognizer(run, parts))
    records = load_data(parts.real, ["single"], desk.data, parts.labels).records
    official = parts.protocol == "official"
    records = records.where(lambda record: record.label is not None and (record.split == "test" or not official))
    predictions = Predictions.of(records, recognizer.predict(records).scores, recognizer.space)
    mark = SPEAKERS_UNKNOWN if shared_corpora(parts.acted, parts.real) else ""
    protocol = f"as_is{':split=test' if official else ''} {mark}".strip()
    return Result(slug, AS_IT_IS, parts.acted, predictions, protocol)
