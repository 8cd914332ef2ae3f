"""Systems judged by groups of raters: fair to both, and read as each of them hears."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai4er.config import Configuration
from ai4er.evaluation.comparison_plots import Bounded, plot_intervals
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import encoder, marked_protocol
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.labels.rater_groups import bias_class, majority, votes_by_group
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.records import Record, Records
from ai4er.studies._fairness_cells import Gap, bounded, cell, gap, gap_cells
from ai4er.studies.base import Desk
from ai4er.systems.speech.perceptual_fairness import FAIR, PerceptualFairness
from ai4er.training.answers import FULL
from ai4er.training.data import Data, corpus_name
from ai4er.training.run import PREDICTIONS, Run

OWN = PerceptualFairness.slug()
PLAIN = {"reversal": 0.0, "wasserstein_weight": 0.0}
VARIANTS: dict[str, dict[str, Any]] = {
    "fair": {},
    "without adversary": {"reversal": 0.0},
    "without Wasserstein term": {"wasserstein_weight": 0.0},
    "plain": PLAIN,
    "one stage": {"two_stages": False},
}
_GAPS = ("statistical_parity", "equal_opportunity")


class Rated(Configuration):
    """A corpus with the votes of two groups of raters; `raters` says who is in which.

    `settings` are those of a system, by its slug; `variants` those of the fair system that are compared.
    """

    corpus: str
    raters: dict[str, str]
    groups: tuple[str, str] = ("female", "male")
    protocol: str = "speaker_kfold:folds=3"
    settings: dict[str, dict[str, Any]] = {}
    variants: tuple[str, ...] = tuple(VARIANTS)


@dataclass(frozen=True)
class Heard:
    """The records of a rated corpus, by `corpus/id`, and whose perception the label of each is."""

    rated: Rated
    space: LabelSpace
    records: Mapping[str, Record]

    def votes(self, name: str) -> np.ndarray:
        """The votes of an item, (2, classes)."""
        return votes_by_group(self.records[name], self.space, self.rated.raters, self.rated.groups)

    def follows(self, names: Sequence[str]) -> list[str]:
        """The group that alone hears the label of each item; empty where both or none does."""
        labels = [self.records[name].label for name in names]
        found = [
            bias_class(self.votes(name), UNLABELLED if label is None else self.space.index(label))
            for name, label in zip(names, labels)
        ]
        return [self.rated.groups[number - 1] if number > 0 else "" for number in found]

    def judged_by(self, group: int, names: Sequence[str], scores: np.ndarray) -> Predictions:
        """The scores (items, classes) beside what most raters of the group hear; items without such are left out."""
        heard = [majority(self.votes(name)[group]) for name in names]
        labels = [None if one is None else self.space.names[one] for one in heard]
        records = Records(self.records[name].replace(label=label) for name, label in zip(names, labels))
        return Predictions.of(records, scores, self.space)


def rated_runs(
    rated: Rated, systems: Sequence[str], seeds: Sequence[int], small: bool, desk: Desk
) -> dict[str, list[Run]]:
    """Train every system on a rated corpus, the fair one in its variants; the runs of each, one a seed."""
    return {
        name: [
            desk.train(
                f"raters/{_place(rated)}/{name.replace(' ', '-')}-seed{seed}", slug, rated.corpus, rated.protocol,
                settings, small=small, seed=seed,
            )
            for seed in seeds
        ]
        for name, slug, settings in _contestants(rated, systems)
    }  # fmt: skip


def rater_blocks(rated: Rated, data: Data, runs: Mapping[str, Sequence[Run]], desk: Desk) -> list[Block]:
    """How fair every system is to both groups of raters, and how well it reads each."""
    heard = Heard(rated, data.space, {f"{r.corpus}/{r.id}": r for r in data.records})
    return [
        Heading(f"Groups of raters: {rated.corpus}"),
        Paragraph(_agreement(heard)),
        *_fairness(heard, runs),
        *_views(heard, {name: found for name, found in runs.items() if name in rated.variants}, desk),
    ]


def _place(rated: Rated) -> str:
    return re.sub(r"\W+", "-", corpus_name(rated.corpus))


def titled(slug: str, variant: str) -> str:
    """The name of a system in a table, with its variant where it has several."""
    return slug if slug == variant else f"{slug}: {variant}"


def _contestants(rated: Rated, systems: Sequence[str]) -> list[tuple[str, str, dict[str, Any]]]:
    """Name, slug and settings; the fair system in all its variants."""
    found: list[tuple[str, str, dict[str, Any]]] = []
    for slug in systems:
        given = rated.settings.get(slug, {})
        if slug == OWN:
            given = {"raters": rated.raters, "groups": rated.groups, **given}
            found += [(name, slug, {**given, **VARIANTS[name]}) for name in rated.variants]
        else:
            found.append((slug, slug, given))
    return found


def _agreement(heard: Heard) -> str:
    """How far the two groups hear the same."""
    names, (one, other) = list(heard.records), heard.rated.groups
    tops = [[majority(row) for row in heard.votes(name)] for name in names]
    both = [pair for pair in tops if None not in pair]
    same = sum(first == second for first, second in both)
    follows = Counter(heard.follows(names))
    return (
        f"{len(names)} items; on {len(both)} both groups of raters, {one} and {other}, have a majority, and on {same} "
        f"of them the same. The label is what {one} alone hears in {follows[one]} items, what {other} alone in "
        f"{follows[other]}."
    )


def _fairness(heard: Heard, runs: Mapping[str, Sequence[Run]]) -> list[Block]:
    """The consensus, and gaps: between items whose label follows either group, and between the labels of the groups."""
    rows, gaps = [], []
    for name, found in runs.items():
        fair = [run.predictions[FULL] for run in found]
        follows = [heard.follows(list(one.ids)) for one in fair]
        gaps.append([gap(fair, kind, follows) for kind in _GAPS] + [_rated_gap(heard, fair)])
        row = found[0].rows[0]
        rows.append(
            [
                titled(row.system, name), marked_protocol(row), encoder(row), cell(bounded(fair, "ua")),
                cell(bounded(fair, "weighted_f1")),
            ]
        )  # fmt: skip
    one, other = heard.rated.groups
    header = [
        "system", "protocol", "encoder", "UA of the label", "weighted F1",
        *(f"{kind.replace('_', ' ')} gap, label follows {one} or {other}" for kind in _GAPS),
        f"equal opportunity gap, labels of {one} or {other}", "in the paper",
    ]  # fmt: skip
    return [Table(header, [[*row, *cells, "not found"] for row, cells in zip(rows, gap_cells(gaps))])]


def _rated_gap(heard: Heard, fair: Sequence[Predictions]) -> Gap | None:
    """The gap between the answers judged by the one group's labels and by the other's, on the same items."""
    found, groups = [], []
    for one in fair:
        judged = [heard.judged_by(number, list(one.ids), one.scores) for number in (0, 1)]
        parts = [dataclasses.replace(p, ids=np.char.add(p.ids, f" {g}")) for p, g in zip(judged, heard.rated.groups)]
        found.append(Predictions.pool(parts))
        groups.append([g for part, g in zip(parts, heard.rated.groups) for _ in range(len(part))])
    return gap(found, "equal_opportunity", groups)


def _views(heard: Heard, runs: Mapping[str, Sequence[Run]], desk: Desk) -> list[Block]:
    """The unweighted average recall of every view, judged by the labels of either group."""
    if not runs:
        return []
    groups = heard.rated.groups
    found: dict[str, dict[str, Bounded]] = {}
    for name, seeds in runs.items():
        for view in (FAIR, *groups):
            scores = [_viewed(heard, run, view) for run in seeds]
            for number, group in enumerate(groups):
                judged = [heard.judged_by(number, names, one) for names, one in scores]
                found.setdefault(f"{view} view, labels of {group}", {})[name] = bounded(judged, "ua")
    row = next(iter(runs.values()))[0].rows[0]
    table = [
        [titled(row.system, name), marked_protocol(row), *(cell(one[name]) for one in found.values())] for name in runs
    ]
    figure = plot_intervals(
        {
            title: {
                f"{name}, labels of {group}": found[f"{view or group} view, labels of {group}"][name]
                for name in runs
                for group in groups
            }
            for title, view in (("the group's own view", ""), ("fair view", FAIR))
        },
        desk.folder / f"views-{_place(heard.rated)}.png", f"Views on {corpus_name(heard.rated.corpus)}",
        "unweighted average recall", row.protocol, row.mark, 1 / heard.space.size,
    )  # fmt: skip
    header = ["system", "protocol", *(f"UA, {view}" for view in found), "in the paper"]
    return [
        Table(header, [[*line, "not found"] for line in table]),
        Figure(figure.relative_to(desk.folder), desk.folder, "UA of the views"),
    ]


def _viewed(heard: Heard, run: Run, view: str) -> tuple[list[str], np.ndarray]:
    """The items of all folds of a run and their scores (items, classes) in a view."""
    names: list[str] = []
    scores = []
    for folder in sorted(run.folder.glob("fold-*")):
        tested = [str(name) for name in Predictions.load(folder / PREDICTIONS).ids]
        recognizer = Recognizer.load(folder / RECOGNIZER)
        assert isinstance(recognizer.system, PerceptualFairness)
        recognizer.system.seen_by(view)
        names += tested
        scores.append(recognizer.predict(Records(heard.records[name] for name in tested)).scores)
    return names, np.concatenate(scores)
