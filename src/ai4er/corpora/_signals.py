"""Signals of corpora: arrays that are read when they are asked for, MATLAB files, and ratings cut at a threshold."""

from __future__ import annotations

import functools
import re
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from ai4er.corpora.base import some
from ai4er.errors import Ai4erError

Loader = Callable[[], np.ndarray]

_LOCK = threading.RLock()
_LENIENT = {"verify_compressed_data_integrity": False}
"""Files of AMIGOS itself have bytes behind the end of the compressed values."""
_KEPT = 2
"""How many variables of files stay in memory, so that the trials of one file are not read from it one by one."""


class LazyArrays(Mapping[str, np.ndarray]):
    """Arrays by name, each loaded anew whenever it is asked for: a corpus of many gigabytes becomes records at once.

    The loaders are partials of functions of a module, so that records can be sent to other processes.
    """

    def __init__(self, loaders: Mapping[str, Loader]) -> None:
        self._loaders = dict(loaders)

    def __getitem__(self, name: str) -> np.ndarray:
        return np.ascontiguousarray(self._loaders[name](), np.float32)

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaders)

    def __len__(self) -> int:
        return len(self._loaders)

    def __contains__(self, name: object) -> bool:
        return name in self._loaders


def lazy(**loaders: Loader) -> dict[str, np.ndarray]:
    """The `arrays` of a record whose values are loaded when they are asked for.

    >>> arrays = lazy(eeg=lambda: np.zeros((2, 3)))
    >>> "eeg" in arrays, arrays["eeg"].shape, {**arrays}["eeg"].dtype.name
    (True, (2, 3), 'float32')
    """
    return cast("dict[str, np.ndarray]", LazyArrays(loaders))


def one_at_a_time(function: Callable[..., Any]) -> Callable[..., Any]:
    """A reader of parts of files whose last results are kept, and which never reads in two threads at once."""
    kept = functools.lru_cache(_KEPT)(function)

    @functools.wraps(function)
    def read(*arguments: Any) -> Any:
        with _LOCK:
            return kept(*arguments)

    return read


def matlab_names(path: Path) -> list[str]:
    """The names of the variables of a MATLAB file, without reading the values.

    Raises `Ai4erError` for a damaged file, or one of version 7.3 (HDF5).
    """
    import scipy.io

    return [name for name, _, _ in _matlab(path, scipy.io.whosmat, str(path))]


def matlab_variable(path: Path, name: str) -> Any:
    """A variable of a MATLAB file: numbers as arrays, structs as dictionaries, cells as lists or arrays of objects.

    Raises `Ai4erError` for a damaged file, one of version 7.3 (HDF5), or one without this variable.
    """
    import scipy.io

    found = _matlab(path, scipy.io.loadmat, str(path), variable_names=[name], simplify_cells=True, **_LENIENT)
    if name not in found:
        raise Ai4erError(f"{path}: no variable {name}; it has {some(matlab_names(path)) or 'none'}")
    return found[name]


@one_at_a_time
def matlab_signal(path: Path, name: str) -> np.ndarray:
    """A numeric variable of a MATLAB file as float32."""
    return np.asarray(matlab_variable(path, name), np.float32)


def numbers(path: Path, columns: Sequence[int], delimiter: str | None = ",") -> np.ndarray:
    """Columns of a large text table, (rows, columns) float32, without its header and its comments.

    Raises `Ai4erError` for a field that is no number, or a row that is too short.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        first = file.readline()
    header = 0 if first.startswith("#") or re.fullmatch(r"[\s\d.,;eE+-]*", first) else 1
    try:
        return np.loadtxt(path, np.float32, delimiter=delimiter, skiprows=header, usecols=columns, ndmin=2)
    except (ValueError, IndexError) as error:
        raise Ai4erError(f"{path}: not a whole table of numbers ({error}); fetch it again") from None


def _matlab(path: Path, function: Callable[..., Any], *arguments: Any, **settings: Any) -> Any:
    try:
        return function(*arguments, **settings)
    except NotImplementedError:
        raise Ai4erError(
            f"{path}: a MATLAB file of version 7.3 (HDF5), which is not read here; load it in MATLAB and "
            "save it again with save(name, '-v7')"
        ) from None
    except (ValueError, TypeError, OSError, EOFError, KeyError, IndexError, zlib.error) as error:
        raise Ai4erError(f"{path}: not a whole MATLAB file ({error}); fetch it again") from None


def numbered(root: Path, pattern: re.Pattern[str]) -> list[tuple[re.Match[str], Path]]:
    """The files below a folder whose name matches, sorted by the numbers in it; of a repeated name the first."""
    found: dict[str, tuple[re.Match[str], Path]] = {}
    for path in sorted(root.rglob("*")):
        name = pattern.fullmatch(path.name)
        if name:
            found.setdefault(path.name, (name, path))
    return sorted(found.values(), key=lambda item: [int(part) for part in re.findall(r"\d+", item[0].string)])


def level(rating: float | None, threshold: float, margin: float = 0.0) -> str | None:
    """`high` for a rating above the threshold, `low` for one at it or below, None without rating.

    With a margin, ratings that are no further than that from the threshold are neither.

    >>> level(5.1, 5), level(5, 5), level(None, 5)
    ('high', 'low', None)
    >>> level(6.1, 5, 1), level(6, 5, 1), level(4, 5, 1), level(3.9, 5, 1)
    ('high', None, None, 'low')
    """
    if rating is None or (margin > 0 and abs(rating - threshold) <= margin):
        return None
    return "high" if rating > threshold else "low"


def rated(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """The ratings by name; a rating that is not a number was not given and is left out.

    >>> rated(("valence", "arousal"), (3, float("nan")))
    {'valence': 3.0}
    """
    return {name: float(value) for name, value in zip(names, values) if not np.isnan(value)}
