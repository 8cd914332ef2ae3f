"""Features and statistics of your own in files, without pickle: what the audit of normalisation reads."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks._plain_file import json_of, rows_of

_MEAN, _VARIANCE = ("mean", "mean_", "mu"), ("var", "var_", "variance")
_DEVIATION = ("std", "deviation", "scale", "scale_", "sigma")
_IDS, _ROWS = ("ids", "id", "names", "name", "file", "files", "key"), ("features", "x", "data")


@dataclass(frozen=True)
class Statistics:
    """Mean and, where the file says it, standard deviation of each feature, both (features,)."""

    mean: np.ndarray
    deviation: np.ndarray | None


def read_statistics(path: Path) -> Statistics:
    """The statistics in a JSON object, a NumPy archive (.npz), or a table (CSV) with a column mean, and std or var.

    Raises `Ai4erError` for another file, or one without a mean.
    """
    found = {name.strip().lower(): np.asarray(values) for name, values in _named(path).items()}
    mean, deviation, variance = (_first(found, names) for names in (_MEAN, _DEVIATION, _VARIANCE))
    if mean is None:
        raise Ai4erError(
            f"{path}: statistics are called mean, and std or var, a number for each feature; it has {', '.join(found)}"
        )
    if deviation is None and variance is not None:
        deviation = np.sqrt(_numbers(path, variance))
    mean, deviation = _numbers(path, mean), None if deviation is None else _numbers(path, deviation)
    if deviation is not None and len(deviation) != len(mean):
        raise Ai4erError(f"{path}: {len(mean)} means and {len(deviation)} deviations")
    return Statistics(mean, deviation)


def read_features(path: Path) -> dict[str, np.ndarray]:
    """The rows of features by item, each (rows, features).

    A NumPy archive with `ids` and `features` (items, features), or with an array for each item under its name, (frames,
    features) or (features,); or a table (CSV) whose first column names the item. Raises `Ai4erError` for other files.
    """
    if path.suffix.lower() == ".npz":
        arrays = _archive(path)
        lower = {name.lower(): array for name, array in arrays.items()}
        ids, rows = _first(lower, _IDS), _first(lower, _ROWS)
        if ids is not None and rows is not None:
            if rows.ndim != 2 or len(ids) != len(rows):
                raise Ai4erError(
                    f"{path}: {len(ids)} ids and features of the shape {rows.shape}: one row an id is needed"
                )
            return {str(name): row[None] for name, row in zip(ids, rows)}
        found = {name: np.atleast_2d(array) for name, array in arrays.items()}
    else:
        _, *lines = _table(path)
        try:
            found = {line[0]: np.array([line[1:]], dtype=np.float64) for line in lines}
        except ValueError as error:
            raise Ai4erError(f"{path}: behind the name of an item come numbers ({error})") from None
    sizes = {array.shape[1] if array.ndim == 2 else -1 for array in found.values()}
    if len(sizes) != 1 or -1 in sizes:
        raise Ai4erError(f"{path}: no features, or not the same number of them for every item")
    return found


def _named(path: Path) -> dict[str, object]:
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return dict(_archive(path))
    if suffix == ".json":
        given = json_of(path)
        if not isinstance(given, dict):
            raise Ai4erError(f"{path}: a JSON object with mean and std is needed")
        return given
    header, *lines = _table(path)
    return dict(zip(header, zip(*lines)))


def _archive(path: Path) -> dict[str, np.ndarray]:
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except FileNotFoundError:
        raise Ai4erError(f"{path}: no such file") from None
    except (OSError, ValueError, AttributeError):
        raise Ai4erError(f"{path}: not a NumPy archive of plain numbers (pickles are not read)") from None


def _table(path: Path) -> list[list[str]]:
    if path.suffix.lower() not in (".csv", ".tsv", ".txt"):
        raise Ai4erError(f"{path}: .csv, .json and .npz are read here (never a pickle)")
    rows = rows_of(path, "a table")
    if len(rows) < 2:
        raise Ai4erError(f"{path}: it has no rows below its header")
    return rows


def _first(found: dict[str, np.ndarray], names: tuple[str, ...]) -> np.ndarray | None:
    return next((found[name] for name in names if name in found), None)


def _numbers(path: Path, values: np.ndarray) -> np.ndarray:
    try:
        numbers = np.asarray(values, dtype=np.float64).reshape(-1)
    except (TypeError, ValueError):
        raise Ai4erError(f"{path}: mean, std and var hold numbers only") from None
    if not np.isfinite(numbers).all():
        raise Ai4erError(f"{path}: some statistics are no numbers (NaN or infinite)")
    return numbers
