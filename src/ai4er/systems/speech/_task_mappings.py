"""Several mappings of one representation, the tasks that shape them, and their fusion; for diverse_feature_mapping."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor, nn

from ai4er.nn.attentive_statistics import AttentiveStatistics
from ai4er.nn.batch_normalisation import BatchNormalisation

GENDERS = ("female", "male")
FusionKind = Literal["gated", "concatenation", "mean"]


class FeatureMapping(nn.Module):
    """z = dropout(ReLU(BN(W [mean, deviation]))), attentive statistics of a mixture of the encoder's layers.

    forward: states (batch, frames, layers, features), mask (batch, frames) -> (batch, dim).
    """

    def __init__(self, layers: nn.Module, features: int, hidden: int, dim: int, dropout: float) -> None:
        super().__init__()
        self.layers = layers
        self.pooling = AttentiveStatistics(features, hidden)
        self.projection = nn.Linear(2 * features, dim)
        self.norm = BatchNormalisation(dim)
        self.dropout = nn.Dropout(dropout)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        pooled = self.pooling(self.layers(states), mask)
        z: Tensor = self.dropout(self.norm(self.projection(pooled)).relu())
        return z


class Gate(nn.Module):
    """a = softmax_m(u . tanh(W z_m)): z (batch, mappings, dim) -> the weight of each mapping, (batch, mappings)."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(dim, dim)
        self.score = nn.Linear(dim, 1, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        return self.score(self.hidden(z).tanh()).squeeze(2).softmax(1)


class Fusion(nn.Module):
    """The gated sum of the mappings, their concatenation, or each by itself; then classification.

    forward: z (batch, mappings, dim) -> logits (batch, classes), fused vector, weights (batch, mappings).
    """

    def __init__(self, kind: FusionKind, mappings: int, dim: int, head: int, dropout: float, classes: int) -> None:
        super().__init__()
        self.kind = kind
        self.gate = Gate(dim) if kind == "gated" else None
        if kind == "mean":
            self.classifiers = nn.ModuleList(nn.Linear(dim, classes) for _ in range(mappings))
            return
        joined = [] if kind == "gated" else [nn.Linear(mappings * dim, dim), nn.ReLU()]
        self.classifier = nn.Sequential(
            *joined, nn.Linear(dim, head), nn.ReLU(), nn.Dropout(dropout), nn.Linear(head, classes)
        )

    def forward(self, z: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        equal = z.new_full(z.shape[:2], 1 / z.shape[1])
        if self.kind == "mean":
            posteriors = torch.stack([head(z[:, m]).softmax(1) for m, head in enumerate(self.classifiers)])
            return posteriors.mean(0).clamp(min=1e-7).log(), z.flatten(1), equal
        if self.gate is None:
            return self.classifier(z.flatten(1)), z.flatten(1), equal
        a = self.gate(z)
        fused = (a.unsqueeze(1) @ z).squeeze(1)
        return self.classifier(fused), fused, a


class Tasks(nn.Module):
    """What shapes each mapping: emotions; emotions by a classifier for each language; language and gender.

    forward: z (batch, mappings, dim) -> logits by task: `common` (batch, classes), `language` (batch, languages,
    classes), `told_language` (batch, languages), `told_gender` (batch, 2); those of absent mappings are left out.
    """

    def __init__(
        self, mappings: Sequence[str], attributes: Sequence[str], languages: int, dim: int, classes: int
    ) -> None:
        super().__init__()
        self.mappings, self.languages = tuple(mappings), languages
        heads: dict[str, nn.Module] = {}
        if "common" in mappings:
            heads["common"] = nn.Linear(dim, classes)
        if "language" in mappings:
            heads["language"] = nn.Linear(dim, languages * classes)
        if "attribute" in mappings:
            sizes = {"language": languages, "gender": len(GENDERS)}
            heads |= {f"told_{name}": nn.Linear(dim, sizes[name]) for name in attributes}
        self.heads = nn.ModuleDict(heads)

    def forward(self, z: Tensor) -> dict[str, Tensor]:
        by_name: dict[str, Tensor] = dict(zip(self.mappings, z.unbind(1)))
        found = {}
        for task, head in self.heads.items():
            logits = head(by_name["attribute" if task.startswith("told_") else task])
            found[task] = logits.unflatten(1, (self.languages, -1)) if task == "language" else logits
        return found
