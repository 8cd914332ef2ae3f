"""Adaptation between corpora, in all directions, against the same folds without adaptation.

    python -m benchmarks.adaptation --data DIR [--systems a,b] [--corpora a,b] [--protocol SPEC] [--offline] [--out DIR]

Every ordered pair of corpora: a labelled source, a random part of the target without labels, the rest of it tested;
or what another protocol with a `target` gives. Linear methods are compared with a linear machine on the same
functionals, networks with themselves where what adapts has no weight (`NAME_source_only`, `NAME_labels_only`). Runs
that are finished in the folder are read back. The differences are tested over the tested recordings' speakers, all
pairs of corpora being one family for each system (Holm).
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import unknown
from ai4er.evaluation.document import Table
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.significance import paired_tests
from ai4er.training.answers import FULL
from ai4er.training.run import Run, train


@dataclass(frozen=True)
class Entry:
    """A system, its settings, and the entry without adaptation that it is compared with."""

    system: str
    against: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


ENTRIES = {
    "support_vector_machine": Entry("support_vector_machine"),
    "generalized_subspace": Entry("generalized_subspace", "support_vector_machine"),
    "transfer_components": Entry("transfer_components", "support_vector_machine"),
    "didan_source_only": Entry("didan", settings={"alignment": 0.0}),
    "didan": Entry("didan", "didan_source_only"),
    "ctl_mtnet_source_only": Entry("ctl_mtnet", settings={"task": "cross_corpus", "adversarial": 0.0}),
    "ctl_mtnet": Entry("ctl_mtnet", "ctl_mtnet_source_only", {"task": "cross_corpus"}),
    "transformer_mutual_information_source_only": Entry(
        "transformer_mutual_information", settings={"raised": 0.0, "lowered": 0.0}
    ),
    "transformer_mutual_information": Entry(
        "transformer_mutual_information", "transformer_mutual_information_source_only"
    ),
    "phonetic_anchor_source_only": Entry("phonetic_anchor", settings={"anchor_weight": 0.0}),
    "phonetic_anchor": Entry("phonetic_anchor", "phonetic_anchor_source_only"),
    "domain_adaptation_no_forgetting_labels_only": Entry(
        "domain_adaptation_no_forgetting", settings={"self_supervision": 0.0, "pseudo_labels": 0.0, "distillation": 0.0}
    ),
    "domain_adaptation_no_forgetting": Entry(
        "domain_adaptation_no_forgetting", "domain_adaptation_no_forgetting_labels_only"
    ),
}
SYSTEMS = ("support_vector_machine", "generalized_subspace", "transfer_components")
CORPORA = ("emodb", "emovo", "ravdess", "urdu")
LABELS = "common4"
PROTOCOL = "cross_corpus_unlabelled:repeats=5"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def runs(
    names: list[str], corpora: list[str], data: Path | None, protocol: str, offline: bool, out: Path
) -> dict[str, dict[str, Run]]:
    """The run of every entry by direction."""
    found: dict[str, dict[str, Run]] = {}
    for source, target in permutations(corpora, 2):
        direction = f"{source} → {target}"
        say(direction)
        both, aimed = f"{source}+{target}", f"{protocol}{',' if ':' in protocol else ':'}target={target}"
        found[direction] = {
            name: train(
                ENTRIES[name].system, both, aimed, data, LABELS, ENTRIES[name].settings, offline=offline,
                out=out / f"{source}-{target}" / name, resume=True,
            )
            for name in names
        }  # fmt: skip
    return found


def page(found: dict[str, dict[str, Run]], names: list[str]) -> str:
    """A row a direction, the mean, and the corrected tests."""
    values = {
        name: [measure(run.predictions[FULL])["ua"] for run in by_name.values()] for name, by_name in found.items()
    }
    rows = [[name, *(f"{value:.3f}" for value in row)] for name, row in values.items()]
    rows.append(["mean", *(f"{value:.3f}" for value in np.mean(list(values.values()), axis=0))])
    lines = [Table(["UA", *names], rows).markdown(), ""]
    for name in names:
        against = ENTRIES[name].against
        if against not in names:
            continue
        pooled = {f"{where}: {one}": run.predictions[FULL] for where, by in found.items() for one, run in by.items()}
        tested, left_out = paired_tests(pooled, [(f"{where}: {name}", f"{where}: {against}") for where in found])
        lines += [f"- {one}" for one in (*tested, *left_out)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--protocol", default=PROTOCOL, help="with its settings, but for the target")
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("runs/adaptation"))
    given = parser.parse_args()
    names, corpora = given.systems.split(","), given.corpora.split(",")
    for name in names:
        if name not in ENTRIES:
            parser.error(str(unknown("entry", name, ENTRIES)))
    print(page(runs(names, corpora, given.data, given.protocol, given.offline, given.out), names))


if __name__ == "__main__":
    main()
