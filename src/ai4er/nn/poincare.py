"""The Poincare ball of curvature -1: points of norm below one, far apart near the rim.

A tree embeds in it with little distortion, since volume grows exponentially with the radius.
Source: Ganea et al., "Hyperbolic Neural Networks", NeurIPS 2018, sections 2 and 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_TINY = 1e-15


def _norm(x: Tensor) -> Tensor:
    """Euclidean norm of the last axis, kept, never zero; its gradient at the origin is zero, not NaN."""
    return x.norm(dim=-1, keepdim=True).clamp_min(_TINY)


def _artanh(x: Tensor) -> Tensor:
    return torch.atanh(x.clamp(max=1 - torch.finfo(x.dtype).eps))


def project(x: Tensor, margin: float = 4e-3) -> Tensor:
    """Points outside the radius 1 - margin are pulled back onto it: (..., features) -> the same."""
    norm, radius = _norm(x), 1 - margin
    return torch.where(norm > radius, x / norm * radius, x)


def expmap0(x: Tensor) -> Tensor:
    """From the tangent space at the origin onto the ball: tanh(||x||) x / ||x||."""
    norm = _norm(x)
    return x * (norm.tanh() / norm)


def logmap0(y: Tensor) -> Tensor:
    """From the ball to the tangent space at the origin, the inverse of `expmap0`: artanh(||y||) y / ||y||."""
    norm = _norm(y)
    return y * (_artanh(norm) / norm)


def mobius_add(x: Tensor, y: Tensor) -> Tensor:
    """The addition of the ball: x + y seen from x, with (-x) + (x + y) = y; not commutative."""
    xy, xx, yy = (x * y).sum(-1, keepdim=True), x.square().sum(-1, keepdim=True), y.square().sum(-1, keepdim=True)
    return ((1 + 2 * xy + yy) * x + (1 - xx) * y) / (1 + 2 * xy + xx * yy).clamp_min(_TINY)


def mobius_matvec(matrix: Tensor, x: Tensor) -> Tensor:
    """A linear map of the ball, expmap0(M logmap0(x)): matrix (out, in), x (..., in) -> (..., out)."""
    return expmap0(functional.linear(logmap0(x), matrix))


def distance(u: Tensor, v: Tensor) -> Tensor:
    """Length of the shortest path, (..., features) twice -> (...).

    d = arccosh(1 + 2 ||u - v||^2 / ((1 - ||u||^2) (1 - ||v||^2))), written as
    2 arsinh(||u - v|| / sqrt(...)), which is exactly 0 for equal points and keeps small distances.
    """
    room = (1 - u.square().sum(-1)) * (1 - v.square().sum(-1))
    return 2 * torch.asinh((u - v).norm(dim=-1) / room.clamp_min(_TINY).sqrt())


class MobiusLinear(nn.Module):
    """y = M x + b of the ball, projected after each operation; the weights themselves are dropped out.

    Points (..., inputs) -> points (..., outputs).
    """

    def __init__(self, inputs: int, outputs: int, dropout: float = 0.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.dropout = dropout
        nn.init.xavier_uniform_(self.weight, gain=2**0.5)

    def forward(self, x: Tensor) -> Tensor:
        weight = functional.dropout(self.weight, self.dropout, self.training)
        return project(mobius_add(project(mobius_matvec(weight, x)), project(expmap0(self.bias))))
