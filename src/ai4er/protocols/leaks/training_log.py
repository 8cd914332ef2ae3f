"""Model selection on test: whether the chosen epoch of a training log is the best on test, or on validation."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks._plain_file import rows_of, text_of
from ai4er.protocols.leaks.findings import Finding

_VALID, _TEST, _EPOCH = ("valid", "val", "dev"), ("test",), ("epoch", "step")


def selection(path: Path, epoch: int) -> Finding:
    """What the epoch can have been chosen by, out of a log (CSV, or JSON lines) with validation and test scores.

    Columns are found by `epoch`, and by `valid` (`val`, `dev`) and `test` in their names; the first of the same score
    (`test_ua`, `valid_ua`) are compared, and of a `loss` or `error` the smallest is best. Raises `Ai4erError` for a log
    without epochs or test scores, or without the chosen epoch.
    """
    log = _read(path)
    epochs = _column(log, _EPOCH)
    tests = {name: values for name, values in log.items() if _is(name, _TEST)}
    if epochs is None or not tests:
        raise Ai4erError(f"{path}: a log has the columns epoch, test and valid; it has {', '.join(log) or 'none'}")
    if epoch not in epochs:
        raise Ai4erError(f"{path}: no epoch {epoch}; it has {epochs.min():g} to {epochs.max():g}")
    name, test = next(iter(tests.items()))
    valid = next((v for other, v in log.items() if _is(other, _VALID) and _score(other) == _score(name)), None)
    chosen = int(np.flatnonzero(epochs == epoch)[-1])
    on_test, is_last = chosen in _best(name, test), chosen == len(epochs) - 1
    where = f"selection: epoch {epoch}"
    if valid is None:
        what = f"has the best {name} ({test[chosen]:g})" if on_test else f"has not the best {name}"
        line = f"{where} {what}, and the log has no validation scores of the same kind"
        return Finding("selection", True if on_test and not is_last else None, line)
    on_valid = _best(name, valid)
    there = f"validation is best in epoch {epochs[on_valid[0]]:g}, where {name} is {test[on_valid[0]]:g}"
    if chosen in on_valid:
        return Finding("selection", False, f"{where} is the best on validation")
    if on_test:
        return Finding("selection", True, f"{where} has the best {name} ({test[chosen]:g}); {there}")
    if is_last:
        return Finding("selection", False, f"{where} is the last one, chosen by no score")
    return Finding("selection", None, f"{where} is the best neither on validation nor on test; {there}")


def _read(path: Path) -> dict[str, np.ndarray]:
    try:
        if path.suffix.lower() in (".jsonl", ".ndjson"):
            rows = [json.loads(line) for line in text_of(path, "a log").splitlines() if line.strip()]
        else:
            header, *lines = rows_of(path, "a log") or [[]]
            rows = [dict(zip(header, line)) for line in lines]
        names = dict.fromkeys(name for row in rows for name in row)
        wanted = [name for name in names if _is(name, (*_EPOCH, *_VALID, *_TEST))]
        return {name: np.array([_number(row.get(name)) for row in rows]) for name in wanted}
    except (ValueError, AttributeError, TypeError) as error:
        raise Ai4erError(f"{path}: not a log of numbers ({error})") from None


def _number(value: object) -> float:
    return float("nan") if value in (None, "") else float(str(value))


def _is(name: str, words: tuple[str, ...]) -> bool:
    return any(word in str(name).lower() for word in words)


def _score(name: str) -> str:
    """`ua` of `test_ua`, `val/ua` and `UA (dev)`."""
    left = str(name).lower()
    for word in ("validation", *_VALID, *_TEST):
        left = left.replace(word, "")
    return "".join(letter for letter in left if letter.isalnum())


def _column(log: dict[str, np.ndarray], words: tuple[str, ...]) -> np.ndarray | None:
    return next((values for name, values in log.items() if _is(name, words)), None)


def _best(name: str, values: np.ndarray) -> np.ndarray:
    """The rows with the best value, the first of them first."""
    if np.isnan(values).all():
        raise Ai4erError(f"the log has no number in {name}")
    worst_is_high = any(word in name.lower() for word in ("loss", "error", "mae", "mse"))
    return np.flatnonzero(values == (np.nanmin(values) if worst_is_high else np.nanmax(values)))
