"""Perceptual fairness: does a system serve speakers, and those who hear them, alike?

For any system on corpora that tell the gender or age of speakers: the recall of each group and the gaps between groups.
For corpora with the votes of two groups of raters: whose perception a system has learnt, and whether the fair system
reads each group on demand, against itself without its parts. Reference: "Achieving Fair Speech Emotion Recognition via
Perceptual Fairness", ICASSP 2023; the system is `perceptual_fairness`, told there.

Known: that fairness is asked of the perception by women and men, and shown by two metrics. Reported numbers: not found.
Chosen (inferred by the sheet): statistical parity and equal opportunity as these metrics, the ablation. Chosen here:
equalised odds and the gap in recall beside them; intervals over whole speakers and a permutation test, since a gap is
never negative and few speakers make one by chance; numbers as attributes (age) are cut at the speakers' median.
The paper's corpus is IEMOCAP, whose raters' genders the release does not tell: name them, as in
`--set rated='[{"corpus": "iemocap:target=iemocap4", "protocol": "session", "raters": {"E1": "female", ...}}]'`
(MSP-IMPROV, MSP-Podcast and CREMA-D alike). By default the speakers are those of EMO-DB, RAVDESS and EMOVO, and the
raters those of a generated corpus and of Hazumi1911, where the two perceptions are those of the person herself and of
five others. By default a support vector machine and the fair system go through it; the fair system hides the speaker's
gender where there are no raters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pydantic

from ai4er.corpora.synthetic_raters import RATERS
from ai4er.evaluation.comparison_plots import Bounded, plot_intervals
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.fairness import GAPS
from ai4er.evaluation.report import encoder, marked_protocol, notes
from ai4er.records import Records
from ai4er.studies._fairness_cells import LEGEND, Gap, bounded, cell, gap, gap_cells
from ai4er.studies._rater_views import OWN, PLAIN, Rated, rated_runs, rater_blocks, titled
from ai4er.studies.base import Card, Desk, StudyConfig
from ai4er.training.answers import FULL
from ai4er.training.data import Data, corpus_name, load_data
from ai4er.training.run import Run

CARD = Card(
    title="Achieving Fair Speech Emotion Recognition via Perceptual Fairness",
    venue="ICASSP", year=2023, paper="no arXiv id found",
)  # fmt: skip
_HAZUMI = Rated(
    corpus="hazumi1911:target=both", raters={"self": "self", **{f"TS{n}": "others" for n in range(1, 6)}},
    groups=("self", "others"), variants=("fair", "plain"),
    settings={
        "support_vector_machine": {"inputs": {"speech": "array:name=speech"}},
        OWN: {"epochs": 20, "perception_epochs": 20},
    },
)  # fmt: skip


class Config(StudyConfig):
    """`corpora` are those of the groups of speakers, told by `attributes`; `rated` those with groups of raters.

    `settings` are those of a system on `corpora`, by its slug. `seeds` are counted from that of the study; `trial`
    takes the systems' small configurations.
    """

    systems: tuple[str, ...] = pydantic.Field(("support_vector_machine", OWN), min_length=1)
    corpora: tuple[str, ...] = ("emodb", "ravdess", "emovo")
    protocol: str = "speaker_kfold:folds=3"
    attributes: tuple[str, ...] = ("gender", "age")
    rated: tuple[Rated, ...] = (Rated(corpus="synthetic_raters:size=480,speakers=12", raters=RATERS), _HAZUMI)
    settings: dict[str, dict[str, Any]] = {}
    seeds: int = pydantic.Field(1, ge=1)
    trial: bool = False

    @classmethod
    def small(cls) -> Self:
        rated = Rated(
            corpus="synthetic_raters:size=60", raters=RATERS, protocol="official", variants=("fair", "plain"),
            settings={OWN: {"epochs": 2, "perception_epochs": 1}},
        )  # fmt: skip
        return cls(
            systems=(OWN,), corpora=("synthetic_speech:size=60",), protocol="speaker_kfold:folds=2", rated=(rated,),
            trial=True,
        )  # fmt: skip


def study(config: Config, desk: Desk) -> Sequence[Block]:
    """Groups of speakers, then groups of raters."""
    seeds = range(desk.seed, desk.seed + config.seeds)
    spoken, rated = (  # all of them before anything is trained, so that an absent one is told at once
        [load_data(corpus, ("single",), desk.data) for corpus in corpora]
        for corpora in (config.corpora, [one.corpus for one in config.rated])
    )
    found = [_train(config, data, seeds, desk) for data in spoken]
    heard = [rated_runs(one, config.systems, seeds, config.trial, desk) for one in config.rated]
    every = [run for of in (*(one.runs for one in found), *heard) for runs in of.values() for run in runs]
    return [
        *(_speakers(config, found, desk) if found else []),
        *(
            block
            for one, data, runs in zip(config.rated, rated, heard)
            for block in rater_blocks(one, data, runs, desk)
        ),
        Paragraph(LEGEND),
        *map(Paragraph, notes([row for run in every for row in run.rows])[1:]),
    ]


@dataclass(frozen=True)
class _Corpus:
    """A corpus and the runs of every system, one a seed."""

    data: Data
    runs: Mapping[str, Sequence[Run]]


def _train(config: Config, data: Data, seeds: Sequence[int], desk: Desk) -> _Corpus:
    by_gender: dict[str, dict[str, Any]] = {"fair": {"bias": "gender"}, "plain": {"bias": "gender", **PLAIN}}
    runs = {
        name: [
            desk.train(
                f"speakers/{corpus_name(data.spec)}/{name}-seed{seed}", slug, data.spec, config.protocol,
                {**config.settings.get(slug, {}), **changes}, small=config.trial, seed=seed,
            )
            for seed in seeds
        ]
        for slug in config.systems
        for name, changes in (by_gender if slug == OWN else {slug: {}}).items()
    }  # fmt: skip
    return _Corpus(data, runs)


def speaker_groups(records: Records, attribute: str) -> dict[str, str]:
    """The value of an attribute for each item, by `corpus/id`; numbers are cut at the median of the speakers.

    Empty where the corpus does not tell it of every speaker.
    """
    given = {f"{r.corpus}/{r.id}": r.attributes.get(attribute, "") for r in records}
    if not all(given.values()):
        return {}
    if not all(value.isdecimal() for value in given.values()):
        return given
    middle = int(np.median([int(value) for value in {r.speaker: r.attributes[attribute] for r in records}.values()]))
    return {name: f"under {middle}" if int(value) < middle else f"{middle} and over" for name, value in given.items()}


def _speakers(config: Config, found: Sequence[_Corpus], desk: Desk) -> list[Block]:
    """A line for every corpus, system and attribute: the recall of each group, and the gaps."""
    rows: list[list[str]] = []
    gaps: list[list[Gap | None]] = []
    drawn: dict[str, dict[str, Bounded]] = {}
    for corpus in found:
        for attribute in config.attributes:
            of = speaker_groups(corpus.data.records, attribute)
            names = sorted(set(of.values()))
            if len(names) < 2:
                continue
            for system, runs in corpus.runs.items():
                predictions = [run.predictions[FULL] for run in runs]
                given = [[of[name] for name in one.ids] for one in predictions]
                parts = {
                    name: [one.take(np.flatnonzero(np.array(g) == name)) for one, g in zip(predictions, given)]
                    for name in names
                }
                recall = {name: bounded(part, "ua") for name, part in parts.items()}
                row = runs[0].rows[0]
                speakers = {name: len(set(part[0].speakers)) for name, part in parts.items()}
                rows.append(
                    [
                        corpus_name(corpus.data.spec), titled(row.system, system), marked_protocol(row), encoder(row),
                        ", ".join(f"{name} ({speakers[name]} speakers)" for name in names),
                        cell(bounded(predictions, "ua")), "; ".join(f"{name} {cell(recall[name])}" for name in names),
                    ]
                )  # fmt: skip
                gaps.append([gap(predictions, kind, given) for kind in GAPS])
                if attribute == config.attributes[0]:
                    line = f"{corpus_name(corpus.data.spec)}, {system}"
                    for name in names:
                        drawn.setdefault(name, {})[line] = recall[name]
    header = [
        "corpus", "system", "protocol", "encoder", "groups", "UA", "UA by group",
        *(title for title, _ in GAPS.values()), "in the paper",
    ]  # fmt: skip
    blocks: list[Block] = [
        Heading("Groups of speakers"),
        Table(header, [[*row, *cells, "not found"] for row, cells in zip(rows, gap_cells(gaps))]),
    ]
    if drawn:
        marks = {run.rows[0].mark for corpus in found for runs in corpus.runs.values() for run in runs} - {""}
        path = plot_intervals(
            drawn, desk.folder / "speakers.png", f"Recall by {config.attributes[0]}", "unweighted average recall",
            config.protocol, " ".join(sorted(marks)),
        )  # fmt: skip
        blocks.append(Figure(path.relative_to(desk.folder), desk.folder, f"UA by {config.attributes[0]}"))
    return blocks
