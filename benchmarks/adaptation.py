"""Adaptation between corpora, in all directions, against the same folds without adaptation.

    python -m benchmarks.adaptation --data DIR [--systems a,b] [--corpora emodb,emovo] [--out runs/adaptation]

Every ordered pair of corpora: a labelled source, a random part of the target without labels, the rest of it tested.
Runs that are finished in the folder are read back. The differences are tested over the tested recordings' speakers, all
pairs of corpora being one family for each system (Holm).
"""

from __future__ import annotations

import argparse
import sys
from itertools import permutations
from pathlib import Path

import numpy as np

from ai4er.evaluation.document import Table
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.significance import paired_tests
from ai4er.training.answers import FULL
from ai4er.training.run import Run, train

WITHOUT = "support_vector_machine"
SYSTEMS = (WITHOUT, "generalized_subspace", "transfer_components")
CORPORA = ("emodb", "emovo", "ravdess", "urdu")
LABELS = "common4"


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def runs(
    systems: list[str], corpora: list[str], data: Path | None, repeats: int, out: Path
) -> dict[str, dict[str, Run]]:
    """The run of every system by direction."""
    found: dict[str, dict[str, Run]] = {}
    for source, target in permutations(corpora, 2):
        name = f"{source} → {target}"
        say(name)
        both, protocol = f"{source}+{target}", f"cross_corpus_unlabelled:target={target},repeats={repeats}"
        folder = out / f"{source}-{target}"
        found[name] = {
            system: train(system, both, protocol, data, LABELS, out=folder / system, resume=True) for system in systems
        }
    return found


def page(found: dict[str, dict[str, Run]], systems: list[str]) -> str:
    """A row a direction, the mean, and the corrected tests."""
    values = {
        name: [measure(run.predictions[FULL])["ua"] for run in by_system.values()] for name, by_system in found.items()
    }
    rows = [[name, *(f"{value:.3f}" for value in row)] for name, row in values.items()]
    rows.append(["mean", *(f"{value:.3f}" for value in np.mean(list(values.values()), axis=0))])
    lines = [Table(["UA", *systems], rows).markdown(), ""]
    for system in systems:
        if system == WITHOUT:
            continue
        pooled = {f"{name}: {slug}": run.predictions[FULL] for name, by in found.items() for slug, run in by.items()}
        tested, left_out = paired_tests(pooled, [(f"{name}: {system}", f"{name}: {WITHOUT}") for name in found])
        lines += [f"- {one}" for one in (*tested, *left_out)]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--systems", default=",".join(SYSTEMS))
    parser.add_argument("--corpora", default=",".join(CORPORA))
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--out", type=Path, default=Path("runs/adaptation"))
    given = parser.parse_args()
    systems, corpora = given.systems.split(","), given.corpora.split(",")
    print(page(runs(systems, corpora, given.data, given.repeats, given.out), systems))


if __name__ == "__main__":
    main()
