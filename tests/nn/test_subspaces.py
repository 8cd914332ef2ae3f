"""Subspaces, against their definitions."""

from __future__ import annotations

import torch
from torch import Tensor

from ai4er.nn.subspaces import principal, procrustes, row_norms, smallest


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_principal_axes_are_the_first_right_singular_vectors_of_centred_samples() -> None:
    x = random(40, 6) * torch.arange(1, 7) + 5
    top = torch.linalg.svd(x - x.mean(0))[2][:2].T
    found = principal(x, 2)
    torch.testing.assert_close(found @ found.T, top @ top.T)


def test_the_smallest_eigenvalues_are_the_algebraic_ones() -> None:
    found = smallest(torch.diag(torch.tensor([-3.0, 0.1, 2.0])), 1)
    torch.testing.assert_close(found.abs(), torch.tensor([[1.0], [0.0], [0.0]]))


def test_no_orthonormal_basis_agrees_better_than_the_procrustes_solution() -> None:
    matrix = random(8, 3)
    best = procrustes(matrix)
    torch.testing.assert_close(best.T @ best, torch.eye(3, dtype=torch.float64))
    for seed in range(20):
        other = torch.linalg.qr(random(8, 3, seed=seed + 1))[0]
        assert float((other * matrix).sum()) <= float((best * matrix).sum())


def test_row_norms_are_those_of_the_rows() -> None:
    torch.testing.assert_close(row_norms(torch.tensor([[3.0, 4.0], [5.0, 12.0]])), torch.tensor([5.0, 13.0]))
