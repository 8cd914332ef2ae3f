"""Linear subspaces of samples: eigenvectors, principal axes, the orthogonal Procrustes problem."""

from __future__ import annotations

import torch
from torch import Tensor

_EPSILON = 1e-12


def smallest(matrix: Tensor, count: int) -> Tensor:
    """Eigenvectors of the algebraically smallest eigenvalues of a symmetric matrix, as columns."""
    return torch.linalg.eigh((matrix + matrix.T) / 2).eigenvectors[:, :count]


def principal(x: Tensor, count: int) -> Tensor:
    """The first principal axes of centred x (samples, features), (features, count)."""
    centred = x - x.mean(0)
    return smallest(-centred.T @ centred, count)


def procrustes(matrix: Tensor) -> Tensor:
    """The Q with orthonormal columns that maximises Tr(Q^T M) for M (features, dimension): U V^T of its thin SVD."""
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    return u @ v


def row_norms(projection: Tensor) -> Tensor:
    """Euclidean norms of the rows, never quite 0: their sum is the L2,1 norm. (rows, columns) -> (rows,)."""
    return (projection.square().sum(1) + _EPSILON).sqrt()
