"""Stacked late fusion: a linear classifier for each input, and weights for each set of inputs that may be there.

Every input has a multinomial logistic regression of its own. What they say of training speakers whom they have not
seen is weighed: the logits of an item are the sum of its inputs' log-probabilities times weights that are not
negative, one set of weights for each subset of the inputs, with the least cross-entropy. A subset's weights may always
fall back on its best single input, so that on the speakers they are fitted to more inputs are never worse.

Reference: Wolpert, "Stacked generalization", Neural Networks 5, 1992; weights that are not negative: Breiman, "Stacked
regressions", Machine Learning 24, 1996; as products of opinions: Genest and Zidek, "Combining Probability
Distributions", Statistical Science 1, 1986.

Known: stacking, the logarithmic pool. Chosen: the regressions' penalty, out of `penalties` for each input by the
cross-entropy of the same held-out answers; `groups` of speakers; classes of the same weight; an item without any input
has even probabilities. A sequence counts as its mean and deviation over time. Statistics of the features are those of
the whole training part. Reported numbers: not found for these features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.several_corpora import as_shares, corpus_weights
from ai4er.nn.softmax_regression import regression
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.baseline._vectors import Vectors, labelled, labelled_batches, need_two_classes, training_targets
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card

MOST_INPUTS = 8
NEVER = -30.0
"""The bias of a class without a training item."""


class Config(SystemConfig):
    """`penalties` to choose among, `groups` of training speakers, `iterations` of L-BFGS at most."""

    inputs: dict[str, str] = {
        "speech": "functionals",
        "text": "text_vector:encoder=minilm",
        "video": "array:name=video_frames",
    }
    penalties: tuple[float, ...] = pydantic.Field((0.03, 0.3, 3.0), min_length=1)
    groups: int = pydantic.Field(3, ge=2)
    iterations: int = pydantic.Field(60, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={name: f"array:name={name}_frames" for name in ("audio", "text", "video")}, penalties=(0.03, 0.3)
        )


class LateFusion(System[Config]):
    """Any inputs, any of them missing -> class logits. There are no parameters: `solve` fills buffers."""

    config_class = Config
    toy = "synthetic_trimodal"
    tolerates_missing = True
    weights: Tensor
    card = Card(
        title="Stacked generalization", venue="Neural Networks", year=1992, paper="doi 10.1016/S0893-6080(05)80023-1",
        inputs=("any",), task="single label",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if not 1 <= len(shapes) <= MOST_INPUTS:
            raise Ai4erError(f"late_fusion: {len(shapes)} inputs; it takes 1 to {MOST_INPUTS}")
        self.names = sorted(shapes)
        self.vectors = nn.ModuleDict({name: Vectors({name: shapes[name]}, timed) for name in self.names})
        for name in self.names:
            size = self._vectors(name).size
            self.register_buffer(f"weight_{name}", torch.zeros(space.size, size))
            self.register_buffer(f"bias_{name}", torch.zeros(space.size))
        self.register_buffer("weights", torch.zeros(2 ** len(self.names), len(self.names)))

    def _vectors(self, name: str) -> Vectors:
        found = self.vectors[name]
        assert isinstance(found, Vectors)
        return found

    def opinions(self, batch: Batch) -> Tensor:
        """The log-probabilities that each input gives by itself, (items, inputs, classes); 0 where it is absent."""
        said = self.weights.new_zeros(len(batch), len(self.names), self.space.size)
        for place, name in enumerate(self.names):
            there = batch.available[name]
            if there.any():
                weight, bias = self.get_buffer(f"weight_{name}"), self.get_buffer(f"bias_{name}")
                said[there, place] = functional.linear(self._vectors(name)(batch)[there], weight, bias).log_softmax(1)
        return said

    def available(self, batch: Batch) -> Tensor:
        """Which inputs each item has, (items, inputs)."""
        return torch.stack([batch.available[name] for name in self.names], 1)

    def forward(self, batch: Batch) -> Outputs:
        there = self.available(batch)
        weights = self.weights[(there * 2 ** torch.arange(len(self.names), device=there.device)).sum(1)]
        opinions = self.opinions(batch)
        return Outputs(logits=(weights.unsqueeze(2) * opinions).sum(1), embedding=opinions.flatten(1))

    def solve(self, data: StageData) -> None:
        """Fit to the labelled training items. Raises `Ai4erError` where they are of one class."""
        shares = as_shares(training_targets(data), self.space.size)
        need_two_classes(self.slug(), shares.argmax(1))
        corpora = [item.record.corpus for item in labelled(data)]
        counts, _ = corpus_weights(shares, corpora)
        group = torch.from_numpy(speaker_groups([item.record.speaker for item in labelled(data)], self.config.groups))
        opinions, available = shares.new_zeros(len(shares), len(self.names), self.space.size), []
        for place, name in enumerate(self.names):
            there = torch.tensor([item.inputs[name] is not None for item in labelled(data)])
            available.append(there)
            if not there.any():
                continue
            vectors = self._vectors(name)
            batches = [batch for batch in labelled_batches(data) if batch.available[name].any()]
            raw = torch.cat([vectors.raw(batch)[batch.available[name]] for batch in batches]).cpu()
            vectors.standardise.measure([(raw, torch.ones(len(raw), dtype=torch.bool))])
            x, own = vectors.standardise(raw), [corpus for corpus, has in zip(corpora, there.tolist()) if has]
            penalty, opinions[there, place] = self._held_out(x, shares[there], own, group[there], counts[there])
            weight, bias = regression(x, shares[there], own, penalty, iterations=self.config.iterations)
            self.get_buffer(f"weight_{name}").copy_(weight)
            self.get_buffer(f"bias_{name}").copy_(bias.masked_fill(shares.sum(0) == 0, NEVER))
        self.weights.copy_(self._pool(opinions.double(), torch.stack(available, 1), shares.double(), counts.double()))

    def _held_out(
        self, x: Tensor, shares: Tensor, corpora: Sequence[str], group: Tensor, counts: Tensor
    ) -> tuple[float, Tensor]:
        """The penalty with the best log-probabilities of speakers left out, and these, (items, classes)."""
        found: dict[float, Tensor] = {}
        for penalty in self.config.penalties:
            said = torch.full_like(shares, -float(np.log(shares.shape[1])))
            for number in group.unique():
                seen, unseen = group != number, group == number
                if seen.any():
                    own = [corpus for corpus, is_seen in zip(corpora, seen.tolist()) if is_seen]
                    weight, bias = regression(x[seen], shares[seen], own, penalty, iterations=self.config.iterations)
                    said[unseen] = functional.linear(x[unseen], weight, bias).log_softmax(1)
            found[penalty] = said
        best = min(found, key=lambda penalty: float(-(counts.unsqueeze(1) * shares * found[penalty]).sum()))
        return best, found[best]

    def _pool(self, opinions: Tensor, available: Tensor, shares: Tensor, counts: Tensor) -> Tensor:
        """The weights of every subset of the inputs, (subsets, inputs), in the order of their binary numbers."""
        weights = opinions.new_zeros(2 ** len(self.names), len(self.names))
        for subset in range(1, len(weights)):
            chosen = torch.tensor([bool(subset >> place & 1) for place in range(len(self.names))])
            rows = available[:, chosen].all(1)
            if rows.any():
                weights[subset, chosen] = pool_weights(opinions[rows][:, chosen], shares[rows], counts[rows])
            else:
                weights[subset, chosen] = 1 / float(chosen.sum())
        return weights


def pool_weights(opinions: Tensor, shares: Tensor, counts: Tensor) -> Tensor:
    """The weights (inputs,), none below 0, of the logarithmic pool with the least cross-entropy.

    opinions (items, inputs, classes) are log-probabilities, shares (items, classes) sum to one, and counts (items,) say
    how much each item matters. The problem is convex.
    """
    from scipy.optimize import minimize

    aimed = torch.einsum("i,ic,imc->m", counts, shares, opinions)

    def objective(given: np.ndarray) -> tuple[float, np.ndarray]:
        logits = torch.einsum("m,imc->ic", torch.from_numpy(given), opinions)
        value = (counts * logits.logsumexp(1)).sum() - torch.from_numpy(given) @ aimed
        slope = torch.einsum("i,ic,imc->m", counts, logits.softmax(1), opinions) - aimed
        return float(value) / len(counts), slope.numpy() / len(counts)

    start = np.full(opinions.shape[1], 1 / opinions.shape[1])
    found = minimize(objective, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(start))
    return torch.from_numpy(found.x)


def speaker_groups(speakers: Sequence[str], groups: int) -> np.ndarray:
    """The group of each item from 0, (items,): speakers in turn, or items where fewer than two speakers are known."""
    names, of = np.unique(np.asarray(speakers, dtype=str), return_inverse=True)
    return np.asarray((of.reshape(-1) if len(names) > 1 else np.arange(len(speakers))) % groups)
