"""Predictions: what a system said about each item, beside what the annotators said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.records import Records

Unit = Literal["speakers", "dialogues", "items"]


@dataclass(frozen=True, eq=False)
class Predictions:
    """Targets and scores of N items in one label space with K names.

    `ids` (N,) `corpus/id`; `targets` (N,) class indices for single labels, otherwise (N, K), NaN for a dimension of a
    partial space that is not annotated;
    `scores` (N, K) probabilities or values; `speakers` and `dialogues` (N,), empty text where
    unknown; `uncertainty` (N, K) standard deviations, if the system gives any. A class of a
    multi-label space counts as predicted from the probability `threshold`, one for all, (K,) or (N, K); it becomes
    (N, K), so that folds with thresholds of their own can be pooled.
    Raises `Ai4erError` for shapes that do not fit together, and for scores that are not finite.
    """

    ids: np.ndarray
    targets: np.ndarray
    scores: np.ndarray
    space: LabelSpace
    speakers: np.ndarray = None  # type: ignore[assignment]  # becomes empty texts
    dialogues: np.ndarray = None  # type: ignore[assignment]
    uncertainty: np.ndarray | None = None
    threshold: float | np.ndarray = 0.5

    def __post_init__(self) -> None:
        single = self.space.kind == "single"
        items, size = len(self.ids), self.space.size
        fix = object.__setattr__
        fix(self, "ids", np.asarray(self.ids, dtype=str))
        fix(self, "targets", np.asarray(self.targets, dtype=np.int64 if single else np.float32))
        fix(self, "scores", np.asarray(self.scores, dtype=np.float32))
        for name in ("speakers", "dialogues"):
            given = getattr(self, name)
            fix(self, name, np.full(items, "") if given is None else np.asarray(given, dtype=str))
        fix(self, "threshold", np.broadcast_to(np.asarray(self.threshold, dtype=np.float32), (items, size)))
        if self.uncertainty is not None:
            fix(self, "uncertainty", np.asarray(self.uncertainty, dtype=np.float32))
        if not items:
            raise Ai4erError("there are no predictions: the test part has no labelled record")
        wanted = {
            "targets": (items,) if single else (items, size),
            "scores": (items, size),
            "uncertainty": (items, size),
        }
        wanted |= {"speakers": (items,), "dialogues": (items,)}
        for name, shape in wanted.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                raise Ai4erError(f"{name} have the shape {array.shape}; {self.space.name} needs {shape}")
        if single and not ((self.targets >= 0) & (self.targets < size)).all():
            raise Ai4erError(f"targets must be class indices from 0 to {size - 1}; leave unlabelled items out")
        bad = ~np.isfinite(self.scores).all(1)
        if bad.any():
            raise Ai4erError(f"{bad.sum()} of {items} items have scores that are not finite, {self.ids[bad][0]} first")
        if len(np.unique(self.ids)) < items:
            raise Ai4erError("an item was predicted twice: pool the folds of one run only")

    @classmethod
    def of(
        cls,
        records: Records,
        scores: np.ndarray,
        space: LabelSpace,
        uncertainty: np.ndarray | None = None,
        threshold: float | np.ndarray = 0.5,
    ) -> Predictions:
        """The predictions for records, one row of `scores` each; records without a target are left out."""
        if len(records) != len(scores):
            raise Ai4erError(f"{len(scores)} scores for {len(records)} records")
        found = [space.target(record) for record in records]
        kept = np.array([i for i, target in enumerate(found) if target is not None], dtype=np.int64)
        return cls(
            ids=np.array([f"{records[i].corpus}/{records[i].id}" for i in kept], dtype=str),
            targets=np.array([found[i] for i in kept]),
            scores=np.asarray(scores)[kept],
            space=space,
            speakers=np.array([_within(records[i].corpus, records[i].speaker) for i in kept], dtype=str),
            dialogues=np.array([_within(records[i].corpus, records[i].dialogue) for i in kept], dtype=str),
            uncertainty=None if uncertainty is None else np.asarray(uncertainty)[kept],
            threshold=threshold,
        )

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def classes(self) -> np.ndarray:
        """The predicted class (N,), or for multi-label spaces the predicted set, (N, K) of booleans."""
        self._need_classes()
        return self.scores >= self.threshold if self.space.kind == "multi" else self.scores.argmax(1)

    @property
    def target_classes(self) -> np.ndarray:
        """The annotated class (N,) (of a distribution the first of its largest), or set (N, K)."""
        self._need_classes()
        if self.space.kind == "multi":
            return self.targets > 0.5
        return self.targets if self.space.kind == "single" else self.targets.argmax(1)

    def _need_classes(self) -> None:
        if not self.space.is_classes:
            raise Ai4erError(f"{self.space.name} has no classes: it is of the kind {self.space.kind}")

    @property
    def unit(self) -> Unit:
        """What is resampled: speakers if all are known and there are two or more, else dialogues, else items."""
        if _groups_all(self.speakers):
            return "speakers"
        return "dialogues" if _groups_all(self.dialogues) else "items"

    @property
    def groups(self) -> np.ndarray:
        """The group of each item as an integer from 0, (N,); see `unit`."""
        if self.unit == "items":
            return np.arange(len(self))
        return np.unique(getattr(self, self.unit), return_inverse=True)[1].reshape(-1)

    def take(self, positions: np.ndarray | Sequence[int]) -> Predictions:
        """The predictions of some items, in this order."""
        where = np.asarray(positions)
        return Predictions(
            self.ids[where], self.targets[where], self.scores[where], self.space,
            self.speakers[where], self.dialogues[where],
            None if self.uncertainty is None else self.uncertainty[where], np.asarray(self.threshold)[where],
        )  # fmt: skip

    @classmethod
    def pool(cls, parts: Sequence[Predictions]) -> Predictions:
        """The predictions of several folds as one. Raises `Ai4erError` if an item was tested twice."""
        if len({part.space for part in parts}) != 1:
            raise Ai4erError("only predictions in one label space can be pooled")
        sure = any(part.uncertainty is None for part in parts)

        def joined(name: str) -> np.ndarray:
            return np.concatenate([getattr(part, name) for part in parts])

        return cls(
            ids=joined("ids"),
            targets=joined("targets"),
            scores=joined("scores"),
            space=parts[0].space,
            speakers=joined("speakers"),
            dialogues=joined("dialogues"),
            uncertainty=None if sure else joined("uncertainty"),
            threshold=joined("threshold"),
        )

    def save(self, path: Path | str) -> None:
        """Write a Parquet file; an existing file is replaced whole or not at all."""
        rows = self.targets.reshape(len(self), -1).astype(np.float32)
        columns = {
            "id": pa.array(self.ids.tolist()),
            "speaker": pa.array(self.speakers.tolist()),
            "dialogue": pa.array(self.dialogues.tolist()),
            "target": _lists(rows),
            "score": _lists(self.scores),
        }
        if self.uncertainty is not None:
            columns["uncertainty"] = _lists(self.uncertainty)
        if self.space.kind == "multi":
            columns["threshold"] = _lists(np.ascontiguousarray(self.threshold))
        about = {"space": self.space.model_dump_json()}
        part = Path(path).with_suffix(".part")
        pq.write_table(pa.table(columns).replace_schema_metadata(about), part)
        part.replace(path)

    @classmethod
    def load(cls, path: Path | str) -> Predictions:
        """Read a file that `save` wrote. Raises `Ai4erError` when it is absent or something else."""
        try:
            table = pq.read_table(path)
            about = table.schema.metadata or {}
            space = LabelSpace(**json.loads(about[b"space"]))
        except FileNotFoundError:
            raise Ai4erError(f"no predictions file {path}") from None
        except (pa.ArrowInvalid, KeyError, ValueError):
            raise Ai4erError(f"{path} is no predictions file: give a predictions.parquet of a run") from None
        targets = _matrix(table["target"])
        return cls(
            ids=np.array(table["id"].to_pylist(), dtype=str),
            targets=targets[:, 0].astype(np.int64) if space.kind == "single" else targets,
            scores=_matrix(table["score"]),
            space=space,
            speakers=np.array(table["speaker"].to_pylist(), dtype=str),
            dialogues=np.array(table["dialogue"].to_pylist(), dtype=str),
            uncertainty=_matrix(table["uncertainty"]) if "uncertainty" in table.column_names else None,
            threshold=_matrix(table["threshold"]) if "threshold" in table.column_names else 0.5,
        )


def _groups_all(names: np.ndarray) -> bool:
    return bool((names != "").all()) and len(np.unique(names)) > 1


def _within(corpus: str, value: str) -> str:
    return f"{corpus}/{value}" if value else ""


def _lists(matrix: np.ndarray) -> pa.Array:
    return pa.FixedSizeListArray.from_arrays(pa.array(matrix.ravel()), matrix.shape[1])


def _matrix(column: pa.ChunkedArray) -> np.ndarray:
    chunk = column.combine_chunks()
    return chunk.flatten().to_numpy(zero_copy_only=False).reshape(len(chunk), -1)
