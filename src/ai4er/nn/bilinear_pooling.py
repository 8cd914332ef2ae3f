"""Bilinear pooling: how two sets of features occur together, whatever the places."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def bilinear_pooling(p: Tensor, q: Tensor, epsilon: float = 1e-8) -> Tensor:
    """B = 1/L sum_l p_l q_l^T over the L places, then sign(B) sqrt(|B| + epsilon), then unit length; zero stays zero.

    p (batch, features, ...) and q (batch, other features, ...) over the same places -> (batch, features * others).
    Source: Lin, RoyChowdhury and Maji, "Bilinear CNN Models for Fine-grained Visual Recognition", ICCV 2015, section 3.
    """
    p, q = p.flatten(2), q.flatten(2)
    both = (p @ q.transpose(1, 2) / p.shape[2]).flatten(1)
    return functional.normalize(both.sign() * (both.abs() + epsilon).sqrt(), dim=1)
