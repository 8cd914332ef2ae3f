"""The machine is scikit-learn's, and classes that were not seen are never the answer."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.nn.linear_svm import linear_svm

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(40, 5, generator=GENERATOR, dtype=torch.float64)
LABELS = torch.arange(40) % 3


@pytest.mark.parametrize("balanced", [False, True])
def test_the_margins_are_those_of_scikit_learn(balanced: bool) -> None:
    from sklearn.svm import LinearSVC

    labels = torch.where(torch.arange(40) < 25, 0, LABELS)
    weight, bias = linear_svm(X, labels, 4, 1.0, balanced)
    fitted = LinearSVC(C=1, dual=False, class_weight="balanced" if balanced else None).fit(X.numpy(), labels.numpy())
    margins = X @ weight.T + bias
    np.testing.assert_allclose(margins[:, :3], fitted.decision_function(X.numpy()))
    assert not margins.argmax(1).eq(3).any()


def test_two_classes_have_opposite_margins() -> None:
    weight, bias = linear_svm(X, LABELS % 2, 3, 1.0)
    margins = X @ weight.T + bias
    torch.testing.assert_close(margins[:, 0], -margins[:, 1])
    assert margins.argmax(1).unique().tolist() == [0, 1]


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="two classes or more"):
        linear_svm(X, torch.zeros(40, dtype=torch.long), 3, 1.0)
