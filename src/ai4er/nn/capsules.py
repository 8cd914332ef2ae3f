"""Capsules: vectors whose direction says what is there and whose length how surely."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


def squash(s: Tensor, epsilon: float = 1e-7) -> Tensor:
    """v = |s|^2 / (1 + |s|^2) * s / sqrt(|s|^2 + epsilon), on the last axis: the direction stays, the length is < 1.

    Source: Sabour, Frosst and Hinton, "Dynamic Routing Between Capsules", NIPS 2017, equation 1.
    """
    square = s.square().sum(-1, keepdim=True)
    return s * (square / (1 + square) * torch.rsqrt(square + epsilon))


class RoutedCapsules(nn.Module):
    """Output capsules j that are sums of what the input capsules i say of them, weighted by how far these agree.

    u_hat_ij = W_j u_i with weights that all input capsules share; then, from b = 0 on, `iterations` times
    c_ij = softmax_j(b_ij), o_j = sum_i c_ij u_hat_ij, and b_ij = u_hat_ij . o_j / |o_j|; the result is squash(o_j).
    A zero input capsule adds nothing.

    forward: u (batch, inputs, features) -> capsules (batch, outputs, size), the last c (batch, inputs, outputs).
    Source: Sabour et al., NIPS 2017, procedure 1, where b adds up over the iterations and o_j is squashed; here b is
    replaced and o_j has unit length, as in the capsule layer of Keras' examples.
    """

    def __init__(self, features: int, outputs: int, size: int, iterations: int = 3) -> None:
        super().__init__()
        self.outputs, self.iterations = outputs, iterations
        self.weight = nn.Parameter(torch.empty(outputs * size, features))
        nn.init.xavier_uniform_(self.weight)

    def forward(self, u: Tensor) -> tuple[Tensor, Tensor]:
        said = functional.linear(u, self.weight).unflatten(-1, (self.outputs, -1)).transpose(1, 2)
        c = torch.full_like(said[..., 0], 1 / self.outputs)
        for _ in range(self.iterations - 1):
            agreed = functional.normalize(c.unsqueeze(2) @ said, dim=-1)
            c = (said @ agreed.transpose(2, 3)).squeeze(3).softmax(1)
        return squash((c.unsqueeze(2) @ said).squeeze(2)), c.transpose(1, 2)
