"""What teachers say of recordings, as targets of a student: one for each layer of each, means, or side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.cache import extract_all
from ai4er.records import Record

Target = Literal["heads", "average", "concatenation"]


def teacher_features(
    teachers: Sequence[str], layers: Sequence[int], records: Sequence[Record]
) -> dict[str, list[np.ndarray]]:
    """The frames (frames, features) of every record, by the front end of each teacher and layer.

    Without layers a teacher is a front end as it is. Raises `Ai4erError` for a teacher that says nothing of a record.
    """
    found: dict[str, list[np.ndarray]] = {}
    for teacher in teachers:
        for spec in [f"{teacher},layer={layer}" for layer in layers] or [teacher]:
            frames = extract_all(front_end(spec), records)
            for record, one in zip(records, frames):
                if one is None or one.ndim != 2:
                    raise Ai4erError(f"teacher {spec} gives no frames of {record.id}: name another with teachers=[...]")
            found[spec] = [one for one in frames if one is not None]
    return found


def combined(
    features: Mapping[str, list[np.ndarray]], teachers: Sequence[str], target: Target
) -> dict[str, list[np.ndarray]]:
    """The targets by name: as they are (`heads`), or for each layer one over all teachers.

    `average` is y_l = 1/K sum_k t_k^l and `concatenation` y_l = [t_1^l; ...; t_K^l], over the frames that all have.
    Raises `Ai4erError` for a mean of teachers of different width.
    """
    if target == "heads":
        return dict(features)
    specs = list(features)
    each = len(specs) // len(teachers)
    made: dict[str, list[np.ndarray]] = {}
    for layer in range(each):
        of_layer = [features[spec] for spec in specs[layer::each]]
        widths = {frames[0].shape[1] for frames in of_layer}
        if target == "average" and len(widths) > 1:
            raise Ai4erError(f"target=average needs teachers of one width, and theirs are {sorted(widths)}")
        made[f"{target} {layer}"] = [_joined(rows, target) for rows in zip(*of_layer)]
    return made


def _joined(rows: Sequence[np.ndarray], target: Target) -> np.ndarray:
    shortest = min(map(len, rows))
    cut = [row[:shortest] for row in rows]
    return np.mean(cut, axis=0) if target == "average" else np.concatenate(cut, axis=1)


def standardised(frames: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Every feature with mean 0 and deviation 1 over all frames of all records; one that does not vary is 0."""
    together = np.concatenate([*frames]).astype(np.float64)
    mean, deviation = together.mean(0), together.std(0)
    return [((one - mean) / np.where(deviation > 0, deviation, 1)).astype(np.float32) for one in frames]


def nearest_frames(frames: np.ndarray, count: int, share: float = 1.0) -> np.ndarray:
    """The first `share` of the frames (frames, features) at another rate: `count` of them, each the nearest in time."""
    there = max(1, round(share * len(frames)))
    return frames[np.minimum((np.arange(count) + 0.5) * there / count, there - 1).astype(np.int64)]
