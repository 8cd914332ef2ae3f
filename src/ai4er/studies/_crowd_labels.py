"""What becomes of a crowd's votes: how many labels are kept, how many are right, and what a system learns from them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_crowd import ANNOTATORS, CROWD
from ai4er.evaluation.comparison_plots import Bounded, plot_intervals
from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table
from ai4er.evaluation.intervals import interval
from ai4er.labels.dawid_skene import dawid_skene
from ai4er.records import Records
from ai4er.studies._hybrid import fitting
from ai4er.studies.base import Desk
from ai4er.training.answers import FULL

LABELS = {
    "truth": "truth",
    "majority": "majority",
    "Dawid-Skene, sure": "dawid_skene",
    "Dawid-Skene, unconfident kept": "dawid_skene,confidence=0",
}
"""The ways to a label, and the settings of the corpus for them."""
METRICS = {"wa": "accuracy (WA)", "ua": "class-mean recall (UA)", "macro_f1": "macro F1"}


def crowd_blocks(desk: Desk, systems: Sequence[str], crowd: str, settings: dict[str, Any]) -> list[Block]:
    """Labels and systems on a generated crowd, `synthetic_crowd` with its settings but for `labels`."""
    read = {title: open_corpus(_spec(crowd, labels)).read() for title, labels in LABELS.items()}
    rows, values = [], dict[str, dict[str, Bounded]]()
    for slug in systems:
        for title, labels in LABELS.items():
            run = desk.train(
                f"crowd/{labels}/{slug}".replace(",", "-"), slug, _spec(crowd, labels), "official",
                fitting(slug, settings), small=True,
            )  # fmt: skip
            tested = run.predictions[FULL]
            bounds = {name: interval(tested, name, seed=desk.seed) for name in METRICS}
            rows.append([slug, title, *_kept(read[title]), *(one.cell for one in bounds.values()), "official"])
            values.setdefault(slug, {})[title] = Bounded(bounds["ua"].value, bounds["ua"].low, bounds["ua"].high)
    path = desk.folder / "crowd.png"
    title = "Recognisers trained on the labels of a crowd"
    plot_intervals(values, path, title, METRICS["ua"], f"{crowd}, official, tested on the truth", chance=0.25)
    header = ["system", "labels", "trained on", "labels that are right", *METRICS.values(), "protocol"]
    about = (
        f"{crowd}: generated speech whose true emotion is known, heard by a crowd of which some members are careless, "
        "invert classes or always say neutral. The labels are those of the training and the validation part; every "
        "system is tested on the truth, on speakers that it does not know."
    )
    return [
        Heading("Labels from votes"), Paragraph(about), Table(header, rows),
        Figure(Path(path.name), desk.folder, "UA by the origin of the labels"),
        Paragraph("How often each kind of annotator is right, as it was generated and as the model found from votes:"),
        _reliability(read["truth"]),
    ]  # fmt: skip


def _spec(crowd: str, labels: str) -> str:
    return f"{crowd}{',' if ':' in crowd else ':'}labels={labels}"


def _kept(records: Records) -> list[str]:
    """How many items of training and validation have a label, and the share of these that is the truth."""
    learnt = [record for record in records if record.split != "test"]
    kept = [record.label == record.attributes["truth"] for record in learnt if record.label is not None]
    return [f"{len(kept)} of {len(learnt)}", f"{np.mean(kept):.1%}"]


def _reliability(records: Records) -> Table:
    """The accuracy of the annotators of each kind: of their votes, and of their confusion matrices."""
    space = open_corpus("synthetic_crowd").space
    numbers = {name: number for number, name in enumerate(ANNOTATORS)}
    triples = [
        (i, numbers[rater], space.index(vote), space.index(record.attributes["truth"]))
        for i, record in enumerate(records)
        for rater, vote in zip(record.raters, record.votes)
    ]
    items, raters, votes, truth = np.array(triples).T
    found = dawid_skene(items, raters, votes, space.size)
    estimated = np.einsum("ajj,j->a", found.confusion, found.prior)
    rows = []
    for kind, (count, _) in CROWD.items():
        members = [numbers[name] for name, own in ANNOTATORS.items() if own == kind and numbers[name] in raters]
        given = np.isin(raters, members)
        rows.append(
            [kind, str(count), f"{np.mean(votes[given] == truth[given]):.2f}", f"{np.mean(estimated[members]):.2f}"]
        )
    return Table(["annotators", "number", "votes that are right", "as the model sees them"], rows)
