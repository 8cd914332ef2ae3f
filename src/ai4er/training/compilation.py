"""Compiling a network for training."""

from __future__ import annotations

import os
import shutil

import torch
from torch import nn


def has_compiler() -> bool:
    """Whether there is a C++ compiler, which compiling for a processor needs."""
    return any(shutil.which(name) for name in (os.environ.get("CXX", "c++"), "g++", "clang++"))


def compile_network(network: nn.Module, or_fail: bool = True) -> None:
    """Have the forward and backward pass compiled when it is first called.

    What is cheap is computed again in the backward pass, not stored: on a processor, a step waits for memory.
    Where compiling fails the call raises, or, without `or_fail`, the network goes on as it is.
    """
    torch.compiler.reset()  # what the folds before left counts towards the limit of compilations
    import torch._functorch.config as settings  # loads the compiler, which takes seconds

    settings.ban_recompute_used_far_apart = False
    torch._dynamo.config.suppress_errors = not or_fail
    network.compile()
