"""Compiling a network for training."""

from __future__ import annotations

import torch
from torch import nn


def compile_network(network: nn.Module) -> None:
    """Have the forward and backward pass compiled when it is first called.

    What is cheap is computed again in the backward pass, not stored: on a processor, a step waits for memory.
    """
    torch.compiler.reset()  # what the folds before left counts towards the limit of compilations
    import torch._functorch.config as settings  # loads the compiler, which takes seconds

    settings.ban_recompute_used_far_apart = False
    network.compile()
