"""Running a fitted system over items, without gradients."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.prediction.items import Unit, length
from ai4er.records import Records
from ai4er.systems.base import Converse, Outputs, System
from ai4er.systems.batch import Batch


@dataclass(frozen=True)
class Answer:
    """What a system says of N items: `scores` (N, names), and what else it gives, else None.

    `uncertainty` (N, names) standard deviations, `embedding` (N, features).
    """

    scores: np.ndarray
    uncertainty: np.ndarray | None = None
    embedding: np.ndarray | None = None

    def take(self, rows: Sequence[int]) -> Answer:
        """The answers for some items, in this order."""
        spread, embedding = self.uncertainty, self.embedding
        return Answer(
            self.scores[rows], None if spread is None else spread[rows], None if embedding is None else embedding[rows]
        )


class Predictor(Protocol):
    """What the main job asks of a recognizer: `needs` are the parts of a record that it reads (`audio`, `text` ...)."""

    @property
    def about(self) -> dict[str, Any]:
        """What is known of it: corpus, licence, results."""

    @property
    def name(self) -> str:
        """What results call it."""

    @property
    def space(self) -> LabelSpace:
        """What it predicts."""

    @property
    def thresholds(self) -> dict[str, float]:
        """The probability from which each label applies, where there may be several; one half for those not named."""

    @property
    def needs(self) -> set[str]:
        """The parts of a record that it reads."""

    @property
    def reads_context(self) -> bool:
        """Whether what it says of a turn depends on the other turns."""

    def predict(self, records: Records, batch_size: int = 32) -> Answer:
        """What it says of each record, in order."""


@runtime_checkable
class Conversing(Protocol):
    """A recognizer that may know who speaks in a recording of several people."""

    @property
    def conversation(self) -> Converse | None:
        """What finds the turns of a whole conversation, or None."""


def predict(
    system: System, units: Sequence[Unit], batch_size: int = 32, device: torch.device | str | None = None
) -> Answer:
    """The answer for each item of the units, in order. Units of similar length share a batch."""
    weights = itertools.chain(system.parameters(), system.buffers())
    device = device or next((weight.device for weight in weights), torch.device("cpu"))
    order = np.argsort([length(unit) for unit in units], kind="stable")
    parts: dict[str, list[tuple[int, np.ndarray]]] = {}
    was_training = system.training
    system.eval()
    with torch.inference_mode():
        for start in range(0, len(order), batch_size):
            chosen = order[start : start + batch_size]
            batch = system.collate([units[i] for i in chosen]).to(device)
            outputs = system(batch)
            tensors = {"scores": system.scores(outputs), **_optional(outputs)}
            for name, tensor in tensors.items():
                rows = tensor.float().cpu().numpy()
                for row, i in zip(rows, chosen):
                    parts.setdefault(name, []).append((int(i), row[: len(units[i])] if _turns(batch) else row[None]))
    system.train(was_training)
    joined = {
        name: np.concatenate([rows for _, rows in sorted(found, key=lambda pair: pair[0])])
        for name, found in parts.items()
    }
    return Answer(**joined)


def _turns(batch: Batch) -> bool:
    return batch.turns is not None


def _optional(outputs: Outputs) -> dict[str, Tensor]:
    names = [field.name for field in dataclasses.fields(Answer) if field.name != "scores"]
    return {name: getattr(outputs, name) for name in names if getattr(outputs, name) is not None}
