"""Measures a fusion of speech, words, face and skin on Hazumi1911's published features, with any of them missing.

    python -m benchmarks.train_fusion_recognizer --data DIR

Five folds of persons; nothing is chosen on a tested person. Every subset of the modalities is what the same trained
system is given. It prints the tables of docs/benchmarks.md and writes no recognizer, because nobody can compute these
features from a recording of one's own (docs/benchmarks.md says which and why).
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

from ai4er.evaluation.intervals import compare, interval
from ai4er.evaluation.predictions import Predictions
from ai4er.prediction.items import build_items, describe, front_ends, withhold
from ai4er.prediction.predict import predict
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.data import Data, load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options

FOLDS = 5
MODALITIES = {
    "speech": "array:name=speech", "text": "array:name=words", "video": "array:name=face",
    "physiology": "array:name=physiology",
}  # fmt: skip
SYSTEM = "late_fusion"
SETTINGS = {"inputs": MODALITIES, "penalties": (0.3, 3.0), "iterations": 30}

Subset = tuple[str, ...]


def subsets(names: Subset) -> Iterator[Subset]:
    """All but the empty one, small ones first."""
    for size in range(1, len(names) + 1):
        yield from itertools.combinations(names, size)


def answers(found: Data, items: list[Item]) -> dict[Subset, Predictions]:
    """What the system says of persons whom it has not seen, for each subset of the modalities."""
    kind = system_class(SYSTEM)
    config = kind.config_class().override(SETTINGS)
    shapes, timed = describe(items, front_ends(MODALITIES))
    persons = found.records.column("speaker").astype(str)
    fold = np.unique(persons, return_inverse=True)[1].reshape(-1) % FOLDS
    parts: dict[Subset, list[Predictions]] = {subset: [] for subset in subsets(tuple(MODALITIES))}
    for number in range(FOLDS):
        torch.manual_seed(0)
        system: System = kind(config, found.space, shapes, timed)
        fit(system, {"train": [items[i] for i in np.flatnonzero(fold != number)]}, Options(device="cpu"))
        where = np.flatnonzero(fold == number)
        for subset, made in parts.items():
            given = withhold([items[i] for i in where], [name for name in MODALITIES if name not in subset])
            made.append(Predictions.of(found.records.take(where), predict(system, given, 256).scores, found.space))
        print(f"fold {number + 1} of {FOLDS}", file=sys.stderr, flush=True)
    return {subset: Predictions.pool(made) for subset, made in parts.items()}


def table(said: dict[Subset, Predictions]) -> list[str]:
    """A line a subset: its figures, and by how much it is better than the best of its modalities alone."""
    lines = [
        "| what is there | UA | WA | calibration error | UA above the best of them alone |",
        "|---|---|---|---|---|",
    ]
    recall = {subset: interval(found, "ua") for subset, found in said.items()}
    for subset, found in said.items():
        gain = ""
        if len(subset) > 1:
            best = max(((name,) for name in subset), key=lambda one: recall[one].value)
            difference = compare(found, said[best], "ua")
            gain = f"{difference.difference:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}] ({best[0]})"
        cells = (recall[subset].cell, interval(found, "wa").cell, interval(found, "ece").cell, gain)
        lines.append(f"| {' + '.join(subset)} | {' | '.join(cells)} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    for target in ("third", "self"):
        found = load_data(f"hazumi1911:target={target}", ["single"], data)
        items = build_items(found.records, front_ends(MODALITIES), found.space)
        persons = len(set(found.records.column("speaker")))
        print(f"\nSentiment, target={target}: {len(items)} exchanges of {persons} persons, chance UA 0.333\n")
        print(*table(answers(found, items)), sep="\n", flush=True)


if __name__ == "__main__":
    main()
