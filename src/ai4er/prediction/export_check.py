"""Whether an exported graph says what PyTorch says: generated items, and the comparison."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from ai4er.corpora.base import open_corpus
from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd
from ai4er.features.cache import extract_all
from ai4er.prediction.calibration import tempered
from ai4er.prediction.exported import run, session
from ai4er.prediction.recognizer import Recognizer
from ai4er.records import Records
from ai4er.systems.base import System
from ai4er.systems.batch import Batch, Item, collate_items

_SIZES = (2, 1, 5, 16)
"""Items of the batches that are compared."""
_GENERATED = {"audio": "synthetic_speech", "image": "synthetic_face"}
"""The corpus that has what a front end of a graph needs."""


@dataclass(frozen=True)
class Report:
    """How a graph compares with PyTorch over generated items: differences of scores, and the share of same choices."""

    megabytes: float
    items: int
    largest: float
    mean: float
    same: float

    def __str__(self) -> str:
        return (
            f"{self.megabytes:.1f} MB; on {self.items} generated items scores differ from PyTorch's by at most "
            f"{self.largest:.1e}, on average {self.mean:.1e}; {self.same:.0%} have the same likeliest name"
        )


def examples(
    recognizer: Recognizer, takes: Mapping[str, str], timed: Mapping[str, bool]
) -> list[tuple[Batch, np.ndarray]]:
    """Batches of generated items as the graph takes them, each with PyTorch's scores of them.

    They are records of a corpus that has what the graph reads, or else of the system's toy corpus, and noise where that
    has nothing of the shape that an input has.
    `takes` has the front ends of inputs that have another one in the graph; `timed` says which of the graph's inputs
    have a time axis.
    """
    system, generator = recognizer.system, np.random.default_rng(0)
    count = sum(_SIZES)
    corpus = next((_GENERATED[front_end(spec).needs] for spec in takes.values()), system.toy.partition(":")[0])
    records = open_corpus(f"{corpus}:size={2 * count}").read().take(range(count))
    features = {name: _column(system, name, one, records, generator) for name, one in recognizer.inputs.items()}
    taken = {**features, **{name: extract_all(front_end(spec), records, None) for name, spec in takes.items()}}
    found = []
    for start, size in zip(np.cumsum((0, *_SIZES)).tolist(), _SIZES):
        rows = range(start, start + size)
        with torch.inference_mode():
            scores = system.scores(system(system.collate(_items(records, features, rows)))).float().numpy()
        batch = collate_items(_items(records, taken, rows), timed)
        found.append((batch, tempered(scores, system.space.kind, recognizer.temperature)))
    return found


def _items(records: Records, columns: Mapping[str, Sequence[np.ndarray | None]], rows: Sequence[int]) -> list[Item]:
    return [Item(records[i], {name: column[i] for name, column in columns.items()}) for i in rows]


def _column(
    system: System, name: str, extractor: FrontEnd, records: Records, generator: np.random.Generator
) -> Sequence[np.ndarray | None]:
    timed, shape = system.timed[name], system.shapes[name]
    if all(extractor.has(record) for record in records):
        column = extract_all(extractor, records, None)
        if all(array is not None and array.shape[timed:] == shape for array in column):
            return column
    steps = [(int(generator.integers(8, 40)), *shape) if timed else shape for _ in records]
    return [generator.standard_normal(size).astype(np.float32) for size in steps]


def compare(system: System, given: Sequence[tuple[Batch, np.ndarray]], graph: Path) -> Report:
    """The graph's answers beside the given ones. Raises `Ai4erError` where it cannot take the batches."""
    network = session(graph)
    try:
        answers = [run(network, batch) for batch, _ in given]
    except Exception as error:  # the graph is bound to the sizes of the batch that was traced
        why = str(error).splitlines()[0]
        raise Ai4erError(
            f"{system.slug()} cannot be exported: its graph takes no batches of other sizes: {why}"
        ) from None
    found, wanted = np.concatenate(answers), np.concatenate([scores for _, scores in given])
    apart = np.abs(found - wanted)
    same = found.argmax(1) == wanted.argmax(1)
    return Report(graph.stat().st_size / 1e6, len(found), float(apart.max()), float(apart.mean()), float(same.mean()))
