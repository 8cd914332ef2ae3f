"""The optimiser that BERT was published with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn


class BertAdam(torch.optim.Optimizer):
    """Adam with decoupled weight decay and without bias correction: w -= rate (m / (sqrt(v) + epsilon) + decay w).

    m and v are the running means of the gradient and of its square, from 0; without the correction the first
    steps are longer than those of Adam, which the warm-up of the rate makes up for.
    Source: Devlin et al., "BERT", NAACL 2019, appendix A.2, and the optimiser of its release.
    """

    def __init__(
        self,
        groups: Iterable[Any],
        rate: float,
        betas: tuple[float, float] = (0.9, 0.999),
        epsilon: float = 1e-6,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(groups, {"lr": rate, "betas": betas, "eps": epsilon, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One update of every weight that has a gradient."""
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            first, second = group["betas"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                state = self.state[weight]
                if not state:
                    state["mean"], state["square"] = torch.zeros_like(weight), torch.zeros_like(weight)
                state["mean"].lerp_(weight.grad, 1 - first)
                state["square"].mul_(second).addcmul_(weight.grad, weight.grad, value=1 - second)
                update = state["mean"] / (state["square"].sqrt() + group["eps"])
                weight.add_(update.add_(weight, alpha=group["weight_decay"]), alpha=-group["lr"])
        return loss


def decayed_groups(module: nn.Module) -> list[dict[str, Any]]:
    """The weights as two groups of an optimiser: matrices decay, biases and layer norms do not."""
    norms = {id(p) for part in module.modules() if isinstance(part, nn.LayerNorm) for p in part.parameters()}
    kept: list[nn.Parameter] = []
    free: list[nn.Parameter] = []
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            (free if id(parameter) in norms or "bias" in name.rsplit(".", 1)[-1] else kept).append(parameter)
    return [{"params": kept}, {"params": free, "weight_decay": 0.0}]
