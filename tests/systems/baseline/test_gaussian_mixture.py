"""The likelihoods are those of scikit-learn's mixtures on principal components."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.systems.baseline.gaussian_mixture import GaussianMixture
from tests.systems.baseline._vectors import answers, items, scaled, solved

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]
LABELS = [int(item.target) for item in TRAIN]  # type: ignore[arg-type]


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    found = answers(solved(GaussianMixture, TRAIN), TEST)
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    found = answers(solved(GaussianMixture, items(60, classes=(0, 2))), TEST)
    assert set(found.argmax(1).tolist()) == {0, 2}
    assert torch.isfinite(found).all()


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="gaussian_mixture needs training data of two classes"):
        solved(GaussianMixture, items(20, classes=(1,)))


def test_the_likelihoods_are_those_of_scikit_learn() -> None:
    from sklearn.decomposition import PCA
    from sklearn.mixture import GaussianMixture as Mixture

    made = solved(GaussianMixture, TRAIN, components=2, dimension=5)
    axes = PCA(5, whiten=True, svd_solver="full").fit(scaled(made, TRAIN).double().numpy())
    z, far = (axes.transform(scaled(made, of).double().numpy()) for of in (TRAIN, TEST))
    for label in range(4):
        own = z[np.array(LABELS) == label]
        mixture = Mixture(2, covariance_type="diag", reg_covar=0.1, random_state=0).fit(own)
        np.testing.assert_allclose(answers(made, TEST)[:, label], mixture.score_samples(far), rtol=1e-3, atol=1e-3)


def test_one_gaussian_a_class_with_one_item_of_it() -> None:
    found = answers(solved(GaussianMixture, [*items(40, classes=(0, 1)), *items(1, classes=(2,))]), TEST)
    assert torch.isfinite(found).all()
