"""The metrics by name, each a function of `Predictions`, and which of them a label space is given.

`METRICS["ua"](predictions)` is a number; `measure(predictions)` the default metrics of its space.
For dimensions, `ccc` is the mean over the dimensions and `ccc_valence` that of one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ai4er.errors import Ai4erError, unknown
from ai4er.evaluation import _sums
from ai4er.evaluation.class_metrics import (
    confusion_matrix,
    expected_calibration_error,
    jaccard,
    jaccard_of_items,
    log_loss_of_items,
    macro_f1,
    mean_average_precision,
    micro_f1,
    micro_f1_without,
    negative_log_likelihood,
    unweighted_average_recall,
    weighted_accuracy,
    weighted_f1,
)
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.value_metrics import (
    accuracy_2,
    accuracy_2_nonzero,
    accuracy_7,
    concordance_correlation,
    kendall_tau,
    mean_absolute_error,
    nonzero_rows,
    pearson,
    precision_at,
    root_mean_squared_error,
    seven_hits,
    sign_hits,
)
from ai4er.labels import Kind, LabelSpace

__all__ = [
    "METRICS",
    "Metric",
    "accuracy_2",
    "accuracy_2_nonzero",
    "accuracy_7",
    "concordance_correlation",
    "confusion_matrix",
    "default_metrics",
    "expected_calibration_error",
    "jaccard",
    "kendall_tau",
    "macro_f1",
    "mean_absolute_error",
    "mean_average_precision",
    "measure",
    "metric",
    "micro_f1",
    "micro_f1_without",
    "negative_log_likelihood",
    "pearson",
    "precision_at",
    "root_mean_squared_error",
    "unweighted_average_recall",
    "weighted_accuracy",
    "weighted_f1",
]

CALIBRATION_BINS = 15


@dataclass(frozen=True)
class Metric:
    """A number that says how good predictions are.

    `kinds` are the kinds of label space it is for. Most metrics are a `formula` (..., numbers) ->
    (...) of the sum of `rows` (items, numbers), so that resampling is fast; the others are a
    function of all targets and scores, the `whole`.
    """

    name: str
    title: str
    kinds: tuple[Kind, ...]
    rows: Callable[[Predictions], np.ndarray] | None = None
    formula: Callable[[np.ndarray], np.ndarray] | None = None
    whole: Callable[[np.ndarray, np.ndarray], float] | None = None
    higher_is_better: bool = True

    def __call__(self, predictions: Predictions) -> float:
        """The value. Raises `Ai4erError` for a label space of another kind."""
        self.need(predictions.space)
        if self.whole is not None:
            return self.whole(predictions.targets, predictions.scores)
        assert self.rows is not None and self.formula is not None
        return float(self.formula(self.rows(predictions).sum(0)))

    def need(self, space: LabelSpace) -> None:
        """Raise `Ai4erError` unless the metric is for this kind of label space."""
        if space.kind not in self.kinds:
            raise Ai4erError(
                f"metric {self.name} is for label spaces of kind {', '.join(self.kinds)}; "
                f"{space.name} is {space.kind}: use {', '.join(default_metrics(space))}"
            )


def _class_rows(predictions: Predictions) -> np.ndarray:
    target, predicted = predictions.target_classes, predictions.classes
    if predictions.space.kind != "multi":
        target, predicted = (_sums.one_hot(classes, predictions.space.size) for classes in (target, predicted))
    return _sums.class_rows(target, predicted)


def _class_rows_without_neutral(predictions: Predictions) -> np.ndarray:
    space = predictions.space
    if space.neutral is None:
        raise Ai4erError(f"{space.name} has no neutral class to leave out: use micro_f1")
    return np.delete(_class_rows(predictions), space.index(space.neutral), axis=-1)


def _moment_rows(predictions: Predictions) -> np.ndarray:
    return _sums.moment_rows(predictions.targets.astype(np.float64), predictions.scores.astype(np.float64))


def _calibration_rows(predictions: Predictions) -> np.ndarray:
    return _sums.calibration_rows(predictions.scores.astype(np.float64), predictions.target_classes, CALIBRATION_BINS)


def _gaussian_rows(predictions: Predictions) -> np.ndarray:
    """1/2 log(2 pi s^2) + (t - p)^2 / (2 s^2) in nats, the mean over the names whose target is known.

    Source: Gneiting and Raftery, "Strictly proper scoring rules", JASA 2007, the logarithmic score.
    """
    if predictions.uncertainty is None:
        raise Ai4erError("gaussian_nll needs predictions with an uncertainty: the system gives none")
    spread = np.maximum(predictions.uncertainty.astype(np.float64), 1e-6)
    error = predictions.targets.astype(np.float64) - predictions.scores
    return _sums.mean_rows(np.nanmean(0.5 * np.log(2 * np.pi * spread**2) + error**2 / (2 * spread**2), axis=1))


def _one(items: Callable[[np.ndarray, np.ndarray], np.ndarray]) -> Callable[[Predictions], np.ndarray]:
    """Rows from a function of the targets and scores of the one quantity of a score space."""
    return lambda predictions: items(predictions.targets[:, 0], predictions.scores[:, 0])


def _over_dimensions(formula: Callable[[np.ndarray], np.ndarray]) -> Callable[[np.ndarray], np.ndarray]:
    """The mean over the names for which any target is known."""

    def mean(sums: np.ndarray) -> np.ndarray:
        known = sums[..., 0] > 0
        return _sums.share((formula(sums) * known).sum(-1), known.sum(-1))

    return mean


def _of_each_name(value: Callable[[np.ndarray, np.ndarray], float]) -> Callable[[np.ndarray, np.ndarray], float]:
    """The mean of what a function says of each name, over the items whose target is known."""

    def mean(targets: np.ndarray, scores: np.ndarray) -> float:
        columns = ((t[known], p[known]) for t, p, known in zip(targets.T, scores.T, ~np.isnan(targets.T)))
        return float(np.mean([value(t, p) for t, p in columns if len(t)]))

    return mean


_CLASSES: tuple[Kind, ...] = ("single", "distribution")
_ANY_CLASSES: tuple[Kind, ...] = ("single", "distribution", "multi")
_VALUES: tuple[Kind, ...] = ("dimensions", "score", "preference")
_SCORE: tuple[Kind, ...] = ("score",)
_OF_MOMENTS = {
    "ccc": _sums.concordance,
    "pearson": _sums.correlation,
    "mae": _sums.absolute_error,
    "rmse": _sums.squared_error_root,
}

METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        Metric("ua", "unweighted average recall", _CLASSES, _class_rows, _sums.average_recall),
        Metric("wa", "weighted accuracy", _CLASSES, _class_rows, _sums.accuracy),
        Metric("macro_f1", "macro F1", _ANY_CLASSES, _class_rows, _sums.macro_f1),
        Metric("weighted_f1", "weighted F1", _ANY_CLASSES, _class_rows, _sums.weighted_f1),
        Metric("micro_f1", "micro F1", _ANY_CLASSES, _class_rows, _sums.micro_f1),
        Metric(
            "micro_f1_without_neutral", "micro F1 without neutral", _ANY_CLASSES, _class_rows_without_neutral,
            _sums.micro_f1,
        ),
        Metric(
            "ece", "expected calibration error", _ANY_CLASSES, _calibration_rows, _sums.calibration_error,
            higher_is_better=False,
        ),
        Metric(
            "nll", "negative log likelihood", _CLASSES,
            lambda p: _sums.mean_rows(log_loss_of_items(p.targets, p.scores)), _sums.mean, higher_is_better=False,
        ),
        Metric(
            "jaccard", "Jaccard index", ("multi",),
            lambda p: _sums.mean_rows(jaccard_of_items(p.target_classes, p.classes)), _sums.mean,
        ),
        Metric(
            "map", "mean average precision", ("multi",), whole=mean_average_precision,
        ),
        Metric("ccc", "concordance correlation", _VALUES, _moment_rows, _over_dimensions(_sums.concordance)),
        Metric("pearson", "Pearson correlation", _VALUES, _moment_rows, _over_dimensions(_sums.correlation)),
        Metric(
            "mae", "mean absolute error", _VALUES, _moment_rows, _over_dimensions(_sums.absolute_error),
            higher_is_better=False,
        ),
        Metric(
            "rmse", "root mean squared error", _VALUES, _moment_rows, _over_dimensions(_sums.squared_error_root),
            higher_is_better=False,
        ),
        Metric(
            "gaussian_nll", "negative log likelihood of the predicted Gaussian", ("dimensions", "score"),
            _gaussian_rows, _sums.mean, higher_is_better=False,
        ),
        Metric(
            "acc2", "accuracy of two classes, negative and non-negative", _SCORE,
            _one(lambda t, p: _sums.mean_rows(sign_hits(t, p))), _sums.mean,
        ),
        Metric(
            "acc2_nonzero", "accuracy of two classes, negative and positive", _SCORE, _one(nonzero_rows), _sums.mean,
        ),
        Metric(
            "acc7", "accuracy of seven classes", _SCORE,
            _one(lambda t, p: _sums.mean_rows(seven_hits(t, p))), _sums.mean,
        ),
        Metric("kendall_tau", "Kendall's tau-b", _VALUES, whole=_of_each_name(kendall_tau)),
        Metric(
            "precision_at_20", "precision of the highest and lowest tenth", _VALUES,
            whole=_of_each_name(lambda t, p: precision_at(t, p, 0.2)),
        ),
    )
}  # fmt: skip


def metric(name: str, space: LabelSpace | None = None) -> Metric:
    """The metric of that name; with a space of dimensions also `ccc_valence` and the like.

    Raises `Ai4erError` for an unknown name, and for a metric that is not for the space.
    """
    if name in METRICS:
        found = METRICS[name]
    else:
        found = _of_dimension(name, space)
    if space is not None:
        found.need(space)
    return found


def _of_dimension(name: str, space: LabelSpace | None) -> Metric:
    base, _, dimension = name.partition("_")
    if base not in _OF_MOMENTS or space is None or dimension not in space.names:
        raise unknown("metric", name, [*METRICS, *(default_metrics(space) if space else ())])
    where, formula, parent = space.index(dimension), _OF_MOMENTS[base], METRICS[base]
    return Metric(
        name, f"{parent.title} of {dimension}", ("dimensions",), _moment_rows,
        lambda sums: formula(sums[..., where, :]), higher_is_better=parent.higher_is_better,
    )  # fmt: skip


def default_metrics(space: LabelSpace) -> tuple[str, ...]:
    """The metrics that are reported for a label space, the primary one first."""
    if space.kind in _CLASSES:
        neutral = ("micro_f1_without_neutral",) if space.neutral else ()
        soft = ("nll",) if space.kind == "distribution" else ()
        return ("ua", "wa", "macro_f1", "weighted_f1", *neutral, *soft, "ece")
    if space.kind == "multi":
        return ("jaccard", "micro_f1", "macro_f1", "map")
    if space.kind == "dimensions":
        if space.size == 1:
            return tuple(_OF_MOMENTS)
        return tuple(name for base in _OF_MOMENTS for name in (base, *(f"{base}_{d}" for d in space.names)))
    if space.kind == "score":
        signed = ("acc2", "acc2_nonzero", "acc7") if (space.low, space.high) == (-3.0, 3.0) else ()
        return ("mae", "pearson", *signed)
    return ("kendall_tau",)


def measure(predictions: Predictions, names: Sequence[str] = ()) -> dict[str, float]:
    """The values of the named metrics, or of the default metrics of the label space."""
    space = predictions.space
    return {name: metric(name, space)(predictions) for name in names or default_metrics(space)}
