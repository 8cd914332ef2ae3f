"""Reality check: how much of a published result is left under a protocol that all results share.

Published results on one corpus rest on different utterances, label merges, splits, metrics and habits of choosing an
epoch, and cannot be compared. Reference: Antoniou, Katsamanis, Giannakopoulos and Narayanan, "Designing and Evaluating
Speech Emotion Recognition Systems: A Reality Check Case Study with IEMOCAP", ICASSP 2023, arXiv 2304.00860.

Known: the aim (issues in how IEMOCAP is used, guidelines, systems with public code under one protocol), the counts of
the subsets, the habits of public code. Which systems the paper ran again, and its numbers, were not found. Chosen: the
wording of the guidelines; three seeds; the gap is taken of pooled predictions; differences between protocols are of the
items that both test, and resample whole speakers. By default the study runs on IEMOCAP where the folder of the corpora
has it, and else on EMO-DB, on which the same questions can be asked: with a support vector machine and a multilayer
perceptron over functionals, which need no pretrained network and take minutes on a CPU, and of which the second has
epochs to choose from. Put published systems through it with `--systems`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import pydantic

from ai4er.evaluation.aggregation import aggregate
from ai4er.evaluation.comparison_plots import Bounded, plot_intervals
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.intervals import compare
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import notes
from ai4er.protocols.leaks.run_record import RUN_KINDS, examine
from ai4er.studies._audited_runs import AuditedRuns
from ai4er.studies._claims import claims_blocks
from ai4er.studies._epoch_selection import selection_blocks
from ai4er.studies._evaluation_setups import Setup, Utterances, corpus_of, splits_of, subsets_of, validations_of
from ai4er.studies.base import Card, Desk, StudyConfig
from ai4er.training.answers import FULL

CARD = Card(
    title="Designing and Evaluating Speech Emotion Recognition Systems: A Reality Check Case Study with IEMOCAP",
    venue="ICASSP", year=2023, paper="arXiv 2304.00860",
)  # fmt: skip
GUIDELINES = (
    ("test people who were not trained on, in all folds of the corpus", "the first protocol is the standard"),
    ("state the utterances, and which classes are merged", "in the first table"),
    ("report WA and UA together", "in every table"),
    ("publish the lists of the folds", "in the folder `folds`, readable by `ai4er audit`"),
    ("never choose an epoch or a setting on the test part", "selection on test is only measured, and marked LEAK"),
    (
        "compare results on the same utterances and split only",
        "every table names both; differences are of common items",
    ),
    ("report several seeds", "mean and standard deviation over the seeds"),
)

_INTERVALS = (
    "[low, high]: 95 % bootstrap interval of the pooled predictions, over whole speakers; the mean over the seeds."
)


class Config(StudyConfig):
    """`splits` are ways to evaluate the same utterances, the standard first; `subsets` other utterances or classes.

    `validations` are those on which the choice of an epoch is measured. What is empty follows from the corpus.
    `settings` are those of a system, by its slug; `trial` takes the systems' small configurations.
    """

    systems: tuple[str, ...] = pydantic.Field(("support_vector_machine", "multilayer_perceptron"), min_length=1)
    corpus: str | None = None
    splits: tuple[Setup, ...] = ()
    subsets: tuple[Setup, ...] = ()
    validations: tuple[Setup, ...] = ()
    settings: dict[str, dict[str, Any]] = {}
    seeds: int = pydantic.Field(3, ge=1)
    trial: bool = False

    @classmethod
    def small(cls) -> Self:
        corpus = "synthetic_speech:size=60,speakers=5"
        protocols = ("loso", "random_split:stratified=true")
        return cls(
            systems=("multilayer_perceptron",), corpus=corpus, seeds=1, trial=True,
            splits=tuple(Setup(corpus=corpus, protocol=name) for name in protocols),
            validations=(Setup(corpus=corpus, protocol="loso"),),
        )  # fmt: skip


def study(config: Config, desk: Desk) -> Sequence[Block]:
    """Utterances and audit; the splits; the subsets; the choice of an epoch; claims; guidelines."""
    corpus = config.corpus or (config.splits[0].corpus if config.splits else corpus_of(desk.data, "emodb"))
    splits = config.splits or splits_of(corpus)
    subsets = config.subsets or (() if config.splits else subsets_of(corpus, desk.data))
    found = AuditedRuns(splits[0])
    for setup in (*splits, *subsets):
        for slug in config.systems:
            found.run(desk, setup, slug, config.settings.get(slug, {}), config.seeds, config.trial)
    rows = {key: found.rows(*key) for key in found.runs}
    chosen = config.validations or validations_of(corpus)
    return [
        *_utterances(found), *_audit(found, desk),
        *_splits(found, splits, config.systems, desk.folder),
        *(_subsets(found, subsets, config.systems) if subsets else []),
        *selection_blocks(desk, config.systems, chosen, config.settings, config.trial),
        *claims_blocks(rows, found.standard),
        Heading("Guidelines"), Table(["guideline", "here"], GUIDELINES),
        *map(Paragraph, [_INTERVALS, *notes([row for one in rows.values() for row in one])[1:]]),
    ]  # fmt: skip


def _utterances(found: AuditedRuns) -> list[Block]:
    """What is evaluated: utterances, classes, merges, folds, and what guessing the largest class scores."""
    rows, merges = [], []
    for setup, chosen in found.plans.items():
        whole = Utterances.of([item.label for item in found.record(setup)[0].items if item.label])
        wa, ua = whole.majority
        classes = ", ".join(f"{name} {number}" for name, number in whole.counts.items())
        rows.append(
            [found.marked(setup), str(whole.total), classes, str(len(found.folds[setup])), f"{wa:.3f}", f"{ua:.3f}"]
        )
        merges += [note for note in chosen.data.notes if note not in merges]
    header = [
        "corpus, protocol",
        "utterances",
        "classes",
        "folds",
        "WA of the largest class",
        "UA of the largest class",
    ]
    return [Heading("What is evaluated"), Table(header, rows), *map(Paragraph, merges)]


def _audit(found: AuditedRuns, desk: Desk) -> list[Block]:
    """The published lists of folds, and every check over every setup."""
    states = {}
    for setup in found.plans:
        for number, record in enumerate(found.record(setup)):
            record.save(desk.folder / "folds" / setup.slug / f"seed-{desk.seed + number}.json")
        states[setup] = {one.kind: one for one in examine(found.record(setup)[0])}
    words = {True: "LEAK", False: "ok", None: "unknown"}

    def state(kind: str, setup: Setup) -> str:
        shared = kind == "speaker" and found.mark(setup)
        return shared or words[states[setup][kind].leaks]

    table = [[kind, *(state(kind, setup) for setup in states)] for kind in RUN_KINDS]
    told = [f"{setup.title}: {one['speaker'].line}; {one['class'].line}." for setup, one in states.items()]
    lists = "The folds of every seed are in `folds`; `ai4er audit FILE` checks them, and anybody's."
    return [Heading("Audit"), Table(["check", *map(found.marked, states)], table), *map(Paragraph, [*told, lists])]


_RESULTS = [
    "system",
    "corpus, protocol",
    "WA",
    "UA",
    "WA, mean of folds",
    "UA, mean of folds",
    "macro F1",
    "weighted F1",
]


def _results(found: AuditedRuns, slug: str, setup: Setup) -> list[str]:
    wa, ua, macro, weighted = (
        aggregate(found.rows(slug, setup), name) for name in ("wa", "ua", "macro_f1", "weighted_f1")
    )
    return [slug, found.marked(setup), str(wa), str(ua), wa.by_fold, ua.by_fold, str(macro), str(weighted)]


def _splits(found: AuditedRuns, splits: Sequence[Setup], systems: Sequence[str], folder: Path) -> list[Block]:
    rows = []
    values: dict[str, dict[str, Bounded]] = {}
    for slug in systems:
        for setup in splits:
            rows.append([*_results(found, slug, setup), *_bias(found, slug, setup)])
            ua = aggregate(found.rows(slug, setup), "ua")
            values.setdefault(slug, {})[_named(found, setup)] = Bounded(ua.pooled, ua.low, ua.high)
    header = [*_RESULTS, "split bias of UA", "p"]
    chance = 1 / len(found.plans[splits[0]].data.space.names)
    plot_intervals(
        values, folder / "splits.png", f"{splits[0].corpus}: one system, several protocols",
        "unweighted average recall", "every row names its protocol", chance=chance,
    )  # fmt: skip
    about = (
        "Split bias: UA under the protocol minus UA under the standard one on the items that both test, of the first "
        "seed, with the interval and the p-value of a paired test over whole speakers. ±: standard deviation over the "
        "seeds. WA and UA of pooled predictions and the mean over folds differ where folds are unequal."
    )
    return [
        Heading("One system under several protocols"), Table(header, rows), Paragraph(about),
        Figure(Path("splits.png"), folder, "UA by protocol"), *_confusions(found, systems, folder),
    ]  # fmt: skip


def _named(found: AuditedRuns, setup: Setup) -> str:
    return f"{setup.protocol}\n{found.mark(setup)}".strip()


def _confusions(found: AuditedRuns, systems: Sequence[str], folder: Path) -> list[Block]:
    files = {slug: found.runs[slug, found.standard][0].folder / "plots" / "confusion.png" for slug in systems}
    title = found.marked(found.standard)
    return [
        Figure(file.relative_to(folder), folder, f"{slug}, {title}") for slug, file in files.items() if file.exists()
    ]


def _bias(found: AuditedRuns, slug: str, setup: Setup) -> list[str]:
    """The difference to the standard protocol on common items, and its p-value."""
    one, other = (found.runs[slug, where][0].predictions.get(FULL) for where in (setup, found.standard))
    if setup == found.standard or one is None or other is None:
        return ["", ""]
    one, other = _common(one, other), _common(other, one)
    difference = compare(one, other, "ua")
    bounds = f"[{difference.low:+.3f}, {difference.high:+.3f}]"
    return [f"{difference.difference:+.3f} {bounds}", f"{difference.p_value:.3f}"]


def _common(one: Predictions, other: Predictions) -> Predictions:
    return one.take(np.flatnonzero(np.isin(one.ids, other.ids)))


def _subsets(found: AuditedRuns, subsets: Sequence[Setup], systems: Sequence[str]) -> list[Block]:
    about = "Other utterances or classes make another task: these rows cannot be compared with each other."
    rows = [_results(found, slug, setup) for setup in (found.standard, *subsets) for slug in systems]
    return [Heading("Other utterances and classes"), Table(_RESULTS, rows), Paragraph(about)]
