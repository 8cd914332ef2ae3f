"""The levels of the hierarchy of regression chains, after the pooled encoder."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.regressor_chain import BidirectionalRegressorChain, IndependentRegressors, RegressorChain

_CHAINS = {
    "bidirectional": BidirectionalRegressorChain,
    "forward": RegressorChain,
    "independent": IndependentRegressors,
}


class NoisyLayerMix(LayerMix):
    """A layer mix whose shares are drawn by Gumbel-softmax in training, once for a batch."""

    @property
    def shares(self) -> Tensor:
        return functional.gumbel_softmax(self.weight, dim=0) if self.training else super().shares


class Levels(NamedTuple):
    """What each level gives: low (batch, dimensions), logits of every context, emotions, and these by culture."""

    low: Tensor
    contexts: dict[str, Tensor]
    emotions: Tensor
    cultures: Tensor | None


class Hierarchy(nn.Module):
    """The levels, each of which reads those before it: x (batch, features) -> `Levels`.

    `contexts` are the numbers of classes by name; without `cultures` the emotions are the last level.
    """

    def __init__(
        self, features: int, projection: int, shared: int, low: int, contexts: Mapping[str, int], emotions: int,
        cultures: int, chain: str,
    ) -> None:  # fmt: skip
        super().__init__()
        self.projection = nn.Sequential(nn.Linear(features, projection), nn.GELU())
        self.shared = nn.Linear(projection, shared)
        self.low = nn.Linear(shared + projection, low)
        read = shared + low
        self.contexts = nn.ModuleDict({name: nn.Linear(read, classes) for name, classes in contexts.items()})
        read += sum(contexts.values())
        self.emotions = _CHAINS[chain](read, emotions)
        self.cultures = _CHAINS[chain](read + emotions, emotions * cultures) if cultures else None

    def forward(self, x: Tensor) -> Levels:
        projected = self.projection(x)
        shared = self.shared(projected)
        low = self.low(torch.cat([shared, projected], dim=1)).sigmoid()
        read = torch.cat([shared, low], dim=1)
        contexts = {name: head(read) for name, head in self.contexts.items()}
        read = torch.cat([read, *contexts.values()], dim=1)
        emotions = self.emotions(read)
        cultures = None if self.cultures is None else self.cultures(torch.cat([read, emotions], dim=1))
        return Levels(low, contexts, emotions, cultures)
