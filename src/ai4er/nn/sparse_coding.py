"""Sparse coding: vectors as weighted sums of few atoms."""

from __future__ import annotations

import torch
from torch import Tensor


@torch.no_grad()
def sparse_codes(x: Tensor, atoms: Tensor, penalty: float, iterations: int = 50) -> Tensor:
    """argmin_w ||x_i - sum_j w_ij d_j||^2 + penalty * ||w_i||_1 by iterative shrinkage and thresholding (ISTA).

    x (items, features), atoms d (atoms, features) -> w (items, atoms), without a gradient. Each iteration is
    w <- S(w - (w D D^T - x D^T) / L, penalty / 2L) from w = 0, with S soft thresholding and L the largest eigenvalue
    of D D^T; the objective never rises. For penalty >= 2 max |x D^T| nothing is used: w = 0.
    Source: Daubechies, Defrise and De Mol, "An iterative thresholding algorithm for linear inverse problems with a
    sparsity constraint", Communications on Pure and Applied Mathematics 57, 2004.
    """
    with torch.autocast(x.device.type, enabled=False):
        x, atoms = x.float(), atoms.float()
        gram, wanted = atoms @ atoms.T, x @ atoms.T
        step = 1 / torch.linalg.eigvalsh(gram)[-1].clamp(min=torch.finfo(gram.dtype).tiny)
        codes = torch.zeros_like(wanted)
        for _ in range(iterations):
            moved = codes - step * (codes @ gram - wanted)
            codes = moved.sign() * (moved.abs() - penalty / 2 * step).clamp(min=0)
    return codes
