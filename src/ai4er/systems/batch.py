"""Batches: what a system sees. Padded tensors with their lengths, targets and record ids."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import UNLABELLED
from ai4er.records import Record


@dataclass(frozen=True)
class Item:
    """One record with its features: what a data set yields.

    `inputs` maps input names to (time, ...) or (...) arrays; None where the record lacks the part.
    """

    record: Record
    inputs: Mapping[str, np.ndarray | None]
    target: np.ndarray | None = None
    ratings: np.ndarray | None = None


@dataclass(frozen=True)
class Padded:
    """Sequences of different length: zeros behind the end.

    `data` is (batch, time, ...) with lengths (batch,), or in a dialogue batch (batch, turns,
    time, ...) with lengths (batch, turns).
    """

    data: Tensor
    lengths: Tensor

    @property
    def mask(self) -> Tensor:
        """True on real steps: (batch, time) or (batch, turns, time)."""
        steps = torch.arange(self.data.shape[self.lengths.dim()], device=self.lengths.device)
        return steps < self.lengths.unsqueeze(-1)

    def to(self, device: torch.device | str) -> Padded:
        """The same on another device."""
        return Padded(self.data.to(device), self.lengths.to(device))


def as_sequence(given: Padded | Tensor) -> Padded:
    """An input with a time axis: vectors (batch, features) are sequences of one step."""
    if isinstance(given, Padded):
        return given
    return Padded(given.unsqueeze(1), torch.ones(len(given), dtype=torch.long, device=given.device))


@dataclass(frozen=True)
class Batch:
    """Several items, or several dialogues, as tensors.

    Utterance batch: `inputs[name]` is `Padded` (batch, time, ...) or a tensor (batch, ...);
    `targets` is (batch,) class indices or (batch, names) values; UNLABELLED (-100) or NaN marks
    a missing one. Dialogue batch: one more axis, (batch, turns, ...), `turns` the number of real
    turns (batch,) and `speakers` (batch, turns) numbered by first appearance in the dialogue.
    `available[name]` says which items really have an input; the others are zeros.
    `ratings` is (batch, raters, names). `extras` is what a system's own `collate` adds.
    """

    ids: list[str]
    inputs: dict[str, Padded | Tensor]
    available: dict[str, Tensor]
    targets: Tensor = None  # type: ignore[assignment]  # None where no item of the batch has one
    ratings: Padded | None = None
    turns: Tensor = None  # type: ignore[assignment]  # None in an utterance batch
    speakers: Tensor = None  # type: ignore[assignment]
    extras: dict[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.inputs[name]

    def __len__(self) -> int:
        return len(next(iter(self.available.values())))

    @property
    def turn_mask(self) -> Tensor:
        """True on real turns, (batch, turns)."""
        return torch.arange(self.speakers.shape[1], device=self.turns.device) < self.turns.unsqueeze(1)

    def to(self, device: torch.device | str) -> Batch:
        """The same on another device."""
        moved = {f.name: _move(getattr(self, f.name), device) for f in dataclasses.fields(self)}
        return Batch(**moved)


def _move(value: Any, device: torch.device | str) -> Any:
    if isinstance(value, Tensor | Padded):
        return value.to(device)
    if isinstance(value, dict):
        return {k: _move(v, device) for k, v in value.items()}
    return value


def collate_items(items: Sequence[Item], timed: Mapping[str, bool]) -> Batch:
    """Pad and stack utterances; `timed[name]` says whether an input's first axis is time."""
    inputs: dict[str, Padded | Tensor] = {}
    for name, is_timed in timed.items():
        arrays = _fill([item.inputs[name] for item in items], is_timed)
        inputs[name] = pad(arrays) if is_timed else torch.from_numpy(np.stack(arrays))
    return Batch(
        ids=[item.record.id for item in items],
        inputs=inputs,
        available={n: torch.tensor([item.inputs[n] is not None for item in items]) for n in timed},
        targets=_stack_targets([item.target for item in items]),
        ratings=_pad_ratings(items),
    )


def collate_dialogues(dialogues: Sequence[Sequence[Item]], timed: Mapping[str, bool]) -> Batch:
    """Pad and stack whole dialogues: every input gains an axis of turns behind the batch axis."""
    turns = torch.tensor([len(d) for d in dialogues])
    rows = torch.repeat_interleave(torch.arange(len(dialogues)), turns)
    columns = torch.cat([torch.arange(len(d)) for d in dialogues])
    flat = collate_items([item for d in dialogues for item in d], timed)

    def unfold(values: Tensor, fill: float = 0) -> Tensor:
        out = values.new_full((len(dialogues), int(turns.max()), *values.shape[1:]), fill)
        out[rows, columns] = values
        return out

    inputs: dict[str, Padded | Tensor] = {
        name: Padded(unfold(v.data), unfold(v.lengths)) if isinstance(v, Padded) else unfold(v)
        for name, v in flat.inputs.items()
    }
    targets = flat.targets
    if targets is not None:
        targets = unfold(targets, float("nan") if targets.is_floating_point() else UNLABELLED)
    return Batch(
        ids=flat.ids,
        inputs=inputs,
        available={name: unfold(v) for name, v in flat.available.items()},
        targets=targets,
        turns=turns,
        speakers=unfold(torch.tensor([s for d in dialogues for s in _speaker_numbers(d)])),
    )


def pad(arrays: Sequence[np.ndarray]) -> Padded:
    """Stack arrays (time, ...) of different length into (batch, time, ...), zeros behind the end."""
    lengths = np.array([len(a) for a in arrays])
    out = np.zeros((len(arrays), max(1, lengths.max()), *arrays[0].shape[1:]), arrays[0].dtype)
    for row, array in zip(out, arrays):
        row[: len(array)] = array
    return Padded(torch.from_numpy(out), torch.from_numpy(lengths))


def _fill(arrays: Sequence[np.ndarray | None], timed: bool) -> list[np.ndarray]:
    """Zeros in place of absent inputs: no time step, or an all-zero vector."""
    there = next((a for a in arrays if a is not None), np.zeros((0,), np.float32))
    blank = np.zeros((0, *there.shape[1:]) if timed else there.shape, there.dtype)
    return [blank if a is None else a for a in arrays]


def _stack_targets(targets: Sequence[np.ndarray | None]) -> Any:
    there = next((t for t in targets if t is not None), None)
    if there is None:
        return None
    blank = np.full_like(there, UNLABELLED if there.dtype == np.int64 else np.nan)
    return torch.from_numpy(np.stack([blank if t is None else t for t in targets]))


def _pad_ratings(items: Sequence[Item]) -> Padded | None:
    if any(item.ratings is None for item in items):
        return None
    return pad([item.ratings for item in items if item.ratings is not None])


def _speaker_numbers(dialogue: Sequence[Item]) -> list[int]:
    seen: dict[str, int] = {}
    return [seen.setdefault(item.record.speaker, len(seen)) for item in dialogue]


def parts(batch: Batch, size: int) -> list[Batch]:
    """An utterance batch in parts of at most `size` items, each padded as far as its own longest item.

    `extras` are not divided, and no part has any.
    """
    starts = range(0, len(batch), size)
    return [_part(batch, slice(start, start + size)) for start in starts]


def _part(batch: Batch, rows: slice) -> Batch:
    return Batch(
        ids=batch.ids[rows],
        inputs={name: _rows(value, rows) for name, value in batch.inputs.items()},
        available={name: there[rows] for name, there in batch.available.items()},
        targets=None if batch.targets is None else batch.targets[rows],
        ratings=None if batch.ratings is None else _rows(batch.ratings, rows),
    )


def _rows(value: Any, rows: slice) -> Any:
    if isinstance(value, Tensor):
        return value[rows]
    lengths = value.lengths[rows]
    return Padded(value.data[rows, : int(lengths.max())], lengths)
