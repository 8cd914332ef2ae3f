"""Metrics of predicted classes. Arrays are (items,) class indices, or (items, classes) of 0 and 1."""

from __future__ import annotations

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.evaluation import _sums


def _rows(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Hits, targets and predictions of each class over all items, (3, classes)."""
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    if target.ndim == 2:
        return _sums.class_rows(target.astype(bool), predicted.astype(bool)).sum(0)
    size = int(max(target.max(), predicted.max())) + 1
    return _sums.class_rows(_sums.one_hot(target, size), _sums.one_hot(predicted, size)).sum(0)


def same_shape(target: np.ndarray, predicted: np.ndarray) -> None:
    """Raise `Ai4erError` unless both have the same shape and at least one item."""
    if target.shape != predicted.shape:
        raise Ai4erError(f"targets have the shape {target.shape}, predictions {predicted.shape}: give equal ones")
    if not target.size:
        raise Ai4erError("a metric of no items is undefined: give at least one")


def weighted_accuracy(target: np.ndarray, predicted: np.ndarray) -> float:
    """Accuracy, which weights each class by its frequency (WA, weighted average recall).

    hits / items, from 0 to 1. Raises `Ai4erError` for unequal shapes or no items.
    Source: the convention of speech emotion recognition since Schuller et al., INTERSPEECH 2009.

    >>> weighted_accuracy(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.75
    """
    return float(_sums.accuracy(_rows(target, predicted)))


def unweighted_average_recall(target: np.ndarray, predicted: np.ndarray) -> float:
    """The mean recall of the classes that occur in the targets (UAR, UA, balanced accuracy).

    (1 / classes) sum_k hits_k / targets_k, from 0 to 1; chance is 1 / classes.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Schuller, Steidl and Batliner, "The INTERSPEECH 2009 emotion challenge".

    >>> unweighted_average_recall(np.array([0, 0, 0, 1]), np.array([0, 0, 0, 0]))
    0.5
    """
    return float(_sums.average_recall(_rows(target, predicted)))


def macro_f1(target: np.ndarray, predicted: np.ndarray) -> float:
    """The mean F1 of the classes that occur in the targets or the predictions.

    F1_k = 2 hits_k / (targets_k + predictions_k), from 0 to 1. A class that neither occurs nor is
    predicted is left out of the mean. Raises `Ai4erError` for unequal shapes or no items.
    Source: van Rijsbergen, Information Retrieval, 1979; averaged as in Opitz and Burst, 2019.

    >>> round(macro_f1(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1])), 4)
    0.7333
    """
    return float(_sums.macro_f1(_rows(target, predicted)))


def weighted_f1(target: np.ndarray, predicted: np.ndarray) -> float:
    """The mean F1 weighted by the number of targets of each class, from 0 to 1.

    Raises `Ai4erError` for unequal shapes or no items.
    Source: the convention of conversation corpora since Poria et al., MELD, ACL 2019.

    >>> round(weighted_f1(np.array([0, 0, 0, 1]), np.array([0, 0, 1, 1])), 4)
    0.7667
    """
    return float(_sums.weighted_f1(_rows(target, predicted)))


def micro_f1(target: np.ndarray, predicted: np.ndarray) -> float:
    """F1 of the counts of all classes together, from 0 to 1; for single labels it is the accuracy.

    2 sum_k hits_k / sum_k (targets_k + predictions_k); 0 where nothing occurs and nothing is
    predicted. Raises `Ai4erError` for unequal shapes or no items.
    Source: Mohammad et al., SemEval-2018 Task 1.

    >>> micro_f1(np.array([[1, 0], [1, 1]]), np.array([[1, 0], [0, 1]]))
    0.8
    """
    return float(_sums.micro_f1(_rows(target, predicted)))


def micro_f1_without(target: np.ndarray, predicted: np.ndarray, without: int) -> float:
    """Micro F1 over all classes but one, which is as a rule the frequent neutral, from 0 to 1.

    Items of the class that is left out still count as false predictions of other classes.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: the convention of DailyDialog, Li et al., IJCNLP 2017.

    >>> round(micro_f1_without(np.array([0, 0, 1, 2]), np.array([0, 1, 1, 0]), without=0), 4)
    0.5
    """
    rows = _rows(target, predicted)
    return float(_sums.micro_f1(rows[:, np.arange(rows.shape[1]) != without]))


def jaccard(target: np.ndarray, predicted: np.ndarray) -> float:
    """The mean over items of |Y and Y'| / |Y or Y'| of label sets (items, classes), from 0 to 1.

    Where both sets are empty the item counts 1, as in the task's own scorer.
    Raises `Ai4erError` for unequal shapes or no items.
    Source: Mohammad et al., SemEval-2018 Task 1 (there called multi-label accuracy).

    >>> jaccard(np.array([[1, 1, 0], [0, 0, 0]]), np.array([[1, 0, 0], [0, 0, 0]]))
    0.75
    """
    return float(_sums.mean(_sums.mean_rows(jaccard_of_items(target, predicted)).sum(0)))


def jaccard_of_items(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """The Jaccard index of every item, (items,)."""
    target, predicted = np.asarray(target, dtype=bool), np.asarray(predicted, dtype=bool)
    same_shape(target, predicted)
    union = (target | predicted).sum(1)
    return np.where(union == 0, 1.0, _sums.share((target & predicted).sum(1), union))


def mean_average_precision(target: np.ndarray, scores: np.ndarray) -> float:
    """The mean over classes of the average precision of a ranking by score, from 0 to 1.

    AP = sum_n (R_n - R_{n-1}) P_n over the distinct thresholds; classes without a positive item
    are left out. Raises `Ai4erError` for unequal shapes, no items or no positive label at all.
    Source: Everingham et al., The PASCAL VOC challenge, IJCV 2010, without interpolation.

    >>> round(mean_average_precision(np.array([[1], [0], [1]]), np.array([[0.9], [0.8], [0.7]])), 4)
    0.8333
    """
    target, scores = np.asarray(target, dtype=bool), np.asarray(scores)
    same_shape(target, scores)
    present = np.flatnonzero(target.any(0))
    if not len(present):
        raise Ai4erError("average precision needs at least one item with a label")
    return float(np.mean([_average_precision(target[:, k], scores[:, k]) for k in present]))


def _average_precision(target: np.ndarray, scores: np.ndarray) -> float:
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    hits = np.cumsum(target[order])[last]
    return float((np.diff(hits, prepend=0) * hits / (last + 1)).sum() / hits[-1])


def expected_calibration_error(target: np.ndarray, probabilities: np.ndarray, bins: int = 15) -> float:
    """How far the confidence in the predicted class is from its accuracy, from 0 (calibrated) to 1.

    sum_m |B_m| / N |accuracy(B_m) - confidence(B_m)| over bins ((m - 1) / bins, m / bins].
    `target` (items,) class indices, `probabilities` (items, classes).
    Raises `Ai4erError` for another number of targets, or no items.
    Source: Guo et al., "On calibration of modern neural networks", ICML 2017, equation 3.

    >>> round(expected_calibration_error(np.array([0, 1]), np.array([[0.8, 0.2], [0.8, 0.2]])), 4)
    0.3
    """
    target, probabilities = np.asarray(target), np.asarray(probabilities, dtype=np.float64)
    same_shape(target, probabilities[:, 0])
    return float(_sums.calibration_error(_sums.calibration_rows(probabilities, target, bins).sum(0)))


def negative_log_likelihood(target: np.ndarray, probabilities: np.ndarray) -> float:
    """The mean cross entropy in nats between targets and predicted probabilities, from 0 upwards.

    -(1 / N) sum_i sum_k t_ik log p_ik; `target` (items,) class indices or (items, classes) shares.
    Probabilities below 1e-12 count as that. Raises `Ai4erError` for unequal shapes or no items.
    Source: Gneiting and Raftery, "Strictly proper scoring rules", JASA 2007, the logarithmic score.

    >>> round(negative_log_likelihood(np.array([0, 1]), np.array([[0.5, 0.5], [0.5, 0.5]])), 4)
    0.6931
    """
    return float(log_loss_of_items(target, probabilities).mean())


def log_loss_of_items(target: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    """The cross entropy of every item in nats, (items,)."""
    target, probabilities = np.asarray(target), np.asarray(probabilities, dtype=np.float64)
    if target.ndim == 1:
        target = _sums.one_hot(target, probabilities.shape[1])
    same_shape(target, probabilities)
    return -(target * np.log(np.maximum(probabilities, 1e-12))).sum(1)


def confusion_matrix(target: np.ndarray, predicted: np.ndarray, classes: int) -> np.ndarray:
    """How many items of each class (rows) were predicted as each class (columns): (classes, classes) int64.

    Raises `Ai4erError` for unequal shapes, no items, or an index outside 0 to classes - 1.

    >>> confusion_matrix(np.array([0, 0, 1]), np.array([0, 1, 1]), classes=2).tolist()
    [[1, 1], [0, 1]]
    """
    target, predicted = np.asarray(target), np.asarray(predicted)
    same_shape(target, predicted)
    both = np.stack([target, predicted])
    if both.min() < 0 or both.max() >= classes:
        raise Ai4erError(f"class indices must be from 0 to {classes - 1}; got {both.min()} to {both.max()}")
    return np.bincount(target * classes + predicted, minlength=classes**2).reshape(classes, classes)
