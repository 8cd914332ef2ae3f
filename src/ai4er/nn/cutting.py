"""A pretrained transformer cut down: its lowest layers, and in each the neurons that weigh most."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError


def cut(network: nn.Module, layers: int | None = None, neurons: int | None = None) -> None:
    """Keep the lowest `layers` of a network, and `neurons` of the feed-forward part of each; None keeps all.

    Kept are the neurons with the largest |w_in| |w_out|, the lengths of the weights that lead to a neuron and away from
    it: what it adds to the sum is at most that, times the length of what it reads. The order stays, so that the same
    network is cut alike everywhere. Networks are those of `transformers` that are built as BERT is (RoBERTa, ELECTRA,
    MPNet ...). Source: the lowest layers, Sajjad et al., "On the effect of dropping layers of pre-trained transformer
    models", Computer Speech and Language 2023; neurons by magnitude, Li et al., "Pruning filters for efficient
    convnets", ICLR 2017.

    Raises `Ai4erError` where a network is built otherwise, or has fewer.
    """
    if layers is None and neurons is None:
        return
    config: Any = network.config
    stack: Any = getattr(getattr(network, "encoder", None), "layer", None)
    if stack is None:
        raise Ai4erError(f"a {config.model_type} network cannot be cut: its layers are not built as BERT's")
    if layers is not None:
        _check("layers", layers, len(stack))
        del stack[layers:]
        config.num_hidden_layers = layers
    if neurons is not None:
        _check("neurons", neurons, config.intermediate_size)
        for layer in stack:
            read, write = layer.intermediate.dense, layer.output.dense
            weight = read.weight.norm(dim=1) * write.weight.norm(dim=0)
            kept = weight.topk(neurons).indices.sort().values
            layer.intermediate.dense = _linear(read.weight[kept], read.bias[kept])
            layer.output.dense = _linear(write.weight[:, kept], write.bias)
        config.intermediate_size = neurons


def _check(name: str, number: int, there: int) -> None:
    if not 1 <= number <= there:
        raise Ai4erError(f"{name}={number}: the network has {there}")


def _linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    layer = nn.utils.skip_init(nn.Linear, weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.copy_(bias)
    return layer
