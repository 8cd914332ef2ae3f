"""The optimisers between which several systems let their configuration choose."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

import torch


def sgd_or_adam(
    kind: Literal["sgd", "adam"], parameters: Iterable[Any], rate: float, momentum: float
) -> torch.optim.Optimizer:
    """Stochastic gradient descent with momentum, or Adam, over parameters or groups of them."""
    if kind == "adam":
        return torch.optim.Adam(parameters, rate)
    return torch.optim.SGD(parameters, rate, momentum=momentum)
