"""A linear support vector machine as weights and biases."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai4er.errors import Ai4erError

ABSENT = -1e3
"""The margin of a class that the training data do not have."""


def linear_svm(
    x: Tensor, labels: Tensor, classes: int, penalty: float, balanced: bool = False
) -> tuple[Tensor, Tensor]:
    """Weights (classes, features) and biases (classes,) of a one-against-the-rest support vector machine.

    x (samples, features), labels (samples,). `penalty` is C; `balanced` weighs the classes by the inverse of their
    frequency. Raises `Ai4erError` for samples of one class only.
    """
    from sklearn.svm import LinearSVC

    present = labels.unique()
    if len(present) < 2:
        raise Ai4erError("a support vector machine needs training data of two classes or more, and there is one only")
    machine = LinearSVC(C=penalty, dual=False, class_weight="balanced" if balanced else None)
    fitted = machine.fit(x.numpy(), labels.numpy())
    rows, biases = fitted.coef_, fitted.intercept_
    if len(present) == 2:
        rows, biases = np.concatenate([-rows, rows]), np.concatenate([-biases, biases])
    weight, bias = x.new_zeros(classes, x.shape[1]), x.new_full((classes,), ABSENT)
    weight[present], bias[present] = torch.from_numpy(rows).to(x), torch.from_numpy(biases).to(x)
    return weight, bias
