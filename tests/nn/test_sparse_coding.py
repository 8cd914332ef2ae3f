"""ISTA: the minimum that another solver finds, fewer atoms under more penalty, none under enough of it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from sklearn.linear_model import Lasso
from torch import Tensor

from ai4er.nn.sparse_coding import sparse_codes


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_the_codes_are_those_of_another_solver() -> None:
    x, atoms, penalty = random(5, 20), random(8, 20, seed=1), 3.0
    found = sparse_codes(x, atoms, penalty, iterations=2000)
    lasso = Lasso(alpha=penalty / (2 * 20), fit_intercept=False, tol=1e-10, max_iter=100_000)  # it halves and averages
    expected = np.stack([lasso.fit(atoms.numpy().T, row).coef_ for row in x.numpy()])
    np.testing.assert_allclose(found.numpy(), expected, atol=1e-4)


def test_no_iteration_raises_the_objective() -> None:
    x, atoms = random(5, 20), random(8, 20, seed=1)

    def objective(iterations: int) -> float:
        codes = sparse_codes(x, atoms, 3.0, iterations)
        return float((x - codes @ atoms).square().sum() + 3.0 * codes.abs().sum())

    values = [objective(n) for n in range(30)]
    assert all(after <= before + 1e-4 for before, after in pairwise(values))


def test_more_penalty_uses_no_more_atoms_and_twice_the_largest_product_uses_none() -> None:
    x, atoms = random(1, 20), random(8, 20, seed=1)
    enough = 2 * float((x @ atoms.T).abs().max())
    used = [int((sparse_codes(x, atoms, share * enough, 500) != 0).sum()) for share in (0.0, 0.1, 0.3, 0.6, 0.9, 1.0)]
    assert used == sorted(used, reverse=True) and used[0] == 8 and used[-1] == 0


def test_what_is_orthogonal_to_all_atoms_and_atoms_of_zeros_get_no_weight() -> None:
    assert not sparse_codes(torch.eye(3)[:1], torch.eye(3)[1:], 0.0).any()
    assert not sparse_codes(random(2, 3), torch.zeros(4, 3), 0.0).any()
