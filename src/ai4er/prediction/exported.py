"""Exported recognizers: an ONNX graph and what has to be known of it, run by onnxruntime."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features._spectrum import processors
from ai4er.features.base import FrontEnd
from ai4er.labels import LabelSpace
from ai4er.prediction.items import build_items, length
from ai4er.prediction.predict import Answer
from ai4er.records import Records
from ai4er.systems.batch import Batch, Padded, collate_items

GRAPH, ABOUT, TOKENIZER = "network.onnx", "recognizer.json", "tokenizer"
SCORES = "scores"
LENGTHS = "_lengths"
"""What the name of a timed input ends with where it stands for the lengths of the items."""
FORMAT = 1


@dataclass(frozen=True, eq=False)
class Exported:
    """A recognizer of a folder that `export` wrote: a `Predictor`. `known` is what its `recognizer.json` says."""

    folder: Path
    known: Mapping[str, Any]
    inputs: Mapping[str, FrontEnd]
    space: LabelSpace
    session: Any

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read a folder. Raises `Ai4erError` for one that `export` did not write."""
        try:
            known = json.loads((folder / ABOUT).read_text())
            if known["format"] != FORMAT:
                raise Ai4erError(f"{folder} has the format {known['format']!r}; this version reads {FORMAT}")
            here = f'encoder="architecture:{folder / TOKENIZER}"'
            specs = {one["name"]: one["front_end"].replace(f"encoder={TOKENIZER}", here) for one in known["inputs"]}
            return cls(
                folder, known, {name: front_end(spec) for name, spec in specs.items()}, LabelSpace(**known["space"]),
                session(folder / GRAPH),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError):
            raise Ai4erError(f"{folder} is no exported recognizer: its {ABOUT} is absent or damaged") from None

    @property
    def about(self) -> dict[str, Any]:
        """What was known of the recognizer."""
        return dict(self.known["about"])

    @property
    def name(self) -> str:
        """The recognizer's own name."""
        return str(self.known["recognizer"])

    @property
    def thresholds(self) -> dict[str, float]:
        """Those of the recognizer."""
        return dict(self.known["thresholds"])

    @property
    def needs(self) -> set[str]:
        """The parts of a record that it reads."""
        return {extractor.needs for extractor in self.inputs.values()}

    @property
    def reads_context(self) -> bool:
        """Never: systems of dialogues are not exported."""
        return False

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """What the graph says of each record, in order; items of similar length share a batch.

        Raises `Ai4erError` for a record that lacks an input.
        """
        items = build_items(records, self.inputs, cached=False)
        absent = [item.record.id for item in items if any(array is None for array in item.inputs.values())]
        if absent:
            raise Ai4erError(f"record {absent[0]} lacks an input, and {self.name} needs {' and '.join(self.inputs)}")
        timed = {one["name"]: one["timed"] for one in self.known["inputs"]}
        order = np.argsort([length(item) for item in items], kind="stable")
        scores = np.empty((len(items), self.space.size), np.float32)
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            scores[rows] = run(self.session, collate_items([items[i] for i in rows], timed))
        return Answer(scores)


def session(graph: Path) -> Any:
    """The graph on the CPU, with as many threads as the library uses. Raises `Ai4erError` where it is none."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = processors()
    try:
        return onnxruntime.InferenceSession(str(graph), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has an exception class for each way in which a file may be wrong
        raise Ai4erError(f"{graph} cannot be run: {str(error).splitlines()[0]}") from None


def run(session: Any, batch: Batch) -> np.ndarray:
    """The scores of a batch, (items, names)."""
    found: np.ndarray = session.run(None, arguments(batch))[0]
    return found


def arguments(batch: Batch) -> dict[str, np.ndarray]:
    """The inputs of a batch by their names in the graph: a timed one is followed by its lengths."""
    found: dict[str, np.ndarray] = {}
    for name, given in batch.inputs.items():
        if isinstance(given, Padded):
            found |= {name: given.data.numpy(), name + LENGTHS: given.lengths.numpy()}
        else:
            found[name] = given.numpy()
    return found
