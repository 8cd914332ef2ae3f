"""Low-rank adapters: a pretrained network that learns through two small matrices beside each of its linear layers."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class LowRankLinear(nn.Module):
    """h = W x + b + s B A x with W (outputs, inputs) and b fixed, A (rank, inputs) and B (outputs, rank) learnt.

    B starts at 0, so that the layer starts as the one it adapts. In evaluation mode, and without gradients, it is one
    product with W + s B A, which is made once. W and b are no part of the state: they are those of the given layer.
    forward: x (..., inputs) -> (..., outputs).
    Source: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", ICLR 2022, equation 3.
    """

    weight: Tensor
    bias: Tensor | None
    merged: Tensor | None

    def __init__(self, layer: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("weight", layer.weight.detach(), persistent=False)
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach(), persistent=False)
        self.register_buffer("merged", None, persistent=False)
        self.down = nn.Parameter(torch.empty(rank, layer.in_features))
        self.up = nn.Parameter(torch.zeros(layer.out_features, rank))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x: Tensor) -> Tensor:
        if self.merged is not None and not torch.is_grad_enabled():
            return functional.linear(x, self.merged, self.bias)
        change = functional.linear(functional.linear(x, self.down), self.up)
        return functional.linear(x, self.weight, self.bias) + self.scale * change

    def train(self, mode: bool = True) -> LowRankLinear:
        super().train(mode)
        if mode:
            self.merged = None
        elif self.merged is None:
            self.merged = self.weight + self.scale * (self.up @ self.down).detach()
        return self

    def _load_from_state_dict(self, *given: Any) -> None:
        super()._load_from_state_dict(*given)
        self.merged = None
        self.train(self.training)


def adapt(network: nn.Module, rank: int, scale: float) -> None:
    """Give every linear layer of a network its adapter, and fix everything else, which leaves the network's state.

    What remains in the state and among the parameters are the adapters: a few weights that belong to the network which
    was given here, and to no other.
    """
    for module in list(network.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, nn.Linear):
                setattr(module, name, LowRankLinear(layer, rank, scale))
    for module in list(network.modules()):
        if isinstance(module, LowRankLinear):
            continue
        for name, value in [*module.named_parameters(recurse=False), *module.named_buffers(recurse=False)]:
            if isinstance(value, nn.Parameter):
                delattr(module, name)
            module.register_buffer(name, value.detach(), persistent=False)
