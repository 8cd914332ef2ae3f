"""A pretrained language model fine-tuned through low-rank adapters; the mean of its states decides.

Every linear layer of the network learns through two small matrices, so that a recognizer holds a few megabytes and
names the network that they belong to. Reference: Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers
for Language Understanding", NAACL 2019; adapters of Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models",
ICLR 2022; one sigmoid a label as in Demszky et al., "GoEmotions: A Dataset of Fine-Grained Emotions", ACL 2020.

Known: the adapters and where they start; binary cross-entropy where several labels may apply. Chosen: adapters on all
linear layers; the mean over the tokens, which is how MiniLM makes sentence vectors (`pooling=first` is BERT's way), in
units of its deviation before training; no dropout; AdamW with a warm-up and a linear decay, and a rate of its own for
the output layer, whose biases start at the frequencies of the labels. Texts with rare labels may be drawn more often
(`rarity`); the loss then sees logits moved to the frequencies that are drawn (Menon et al., "Long-tail learning via
logit adjustment", ICLR 2021, equation 10), so that the logits themselves keep those of the corpus. The network may be
cut to its lowest layers, and these to the neurons that weigh most (`nn/cutting.py`), which makes it faster. The
probability from which a label applies is chosen for each label on the validation part, by its F1, in every epoch.
Reported numbers: not found for this network.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Sequence
from typing import Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.encoders import pretrained
from ai4er.labels import LabelSpace
from ai4er.labels.thresholds import best_thresholds
from ai4er.nn.cutting import cut
from ai4er.nn.low_rank import adapt
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._sampling import length_bucketed
from ai4er.systems._schedules import linear_warmup
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData
from ai4er.systems.baseline._trained import TrainedBaseline, TrainedConfig
from ai4er.systems.baseline._vectors import training_targets
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.card import Card

_MEASURED = 4
"""Batches of the training part from which the deviation of the vectors is taken."""
_STEP = 2
"""Tokens by which texts that are drawn together may differ."""


class Config(TrainedConfig):
    """`rank` and `scale` of the adapters (s in s B A); `warmup` is a share of all steps.

    `layers`, the lowest ones, and `neurons` of the feed-forward part of each are kept of the network; None keeps all.
    A text is drawn with a weight of n^-rarity, n the number of texts with the rarest of its labels; 0 shuffles.
    """

    inputs: dict[str, str] = {"tokens": "token_ids:encoder=minilm,max_length=128"}
    encoder: str = "minilm"
    layers: int | None = pydantic.Field(None, ge=1)
    neurons: int | None = pydantic.Field(None, ge=1)
    rank: int = pydantic.Field(16, ge=1)
    scale: float = pydantic.Field(2.0, gt=0)
    pooling: Literal["mean", "first"] = "mean"
    dropout: float = pydantic.Field(0.0, ge=0, lt=1)
    rarity: float = pydantic.Field(0.0, ge=0, le=1)
    balanced: bool = False
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    output_learning_rate: float = pydantic.Field(1e-3, gt=0)
    warmup: float = pydantic.Field(0.06, ge=0, lt=1)
    clip: float = pydantic.Field(1.0, gt=0)
    epochs: int = pydantic.Field(3, ge=1)
    patience: int | None = pydantic.Field(None, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"tokens": "token_ids:encoder=tiny,max_length=48"}, encoder="tiny", rank=4, epochs=6, batch_size=16,
            learning_rate=1e-2, output_learning_rate=1e-2, warmup=0.0,
        )  # fmt: skip


class LanguageModel(TrainedBaseline[Config]):
    """Token ids -> class logits or values."""

    config_class = Config
    toy = "synthetic_text"
    applies_from: Tensor
    drawn: Tensor
    card = Card(
        title="Low-rank adaptation of a language model", venue="ICLR", year=2022, paper="arXiv 2106.09685",
        inputs=("text",), task="labels or values",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = pretrained(config.encoder, "text")
        self.encoder.pooler = None  # type: ignore[assignment]  # nothing reads it
        cut(self.encoder, config.layers, config.neurons)
        for module in self.encoder.modules():
            if isinstance(module, nn.Dropout):
                module.p = config.dropout
        adapt(self.encoder, config.rank, config.scale)
        hidden = self.encoder.config.hidden_size
        self.standardise = Standardisation(hidden)
        self.dropout = nn.Dropout(config.dropout)
        self.output = nn.Linear(hidden, space.size)
        self.register_buffer("applies_from", torch.full((space.size,), 0.5))
        self.register_buffer("drawn", torch.zeros(space.size))

    @property
    def stores_encoder(self) -> bool:
        return False

    def thresholds(self) -> np.ndarray:
        chosen: np.ndarray = self.applies_from.double().cpu().numpy()
        return chosen

    def answer(self, batch: Batch) -> tuple[Tensor, Tensor]:
        vector = self.standardise(self.pooled(batch))
        return self.output(self.dropout(vector)), vector

    def pooled(self, batch: Batch) -> Tensor:
        """One state a text, (items, hidden)."""
        tokens: Padded = batch["tokens"]
        states = self.encoder(input_ids=tokens.data, attention_mask=tokens.mask.long()).last_hidden_state
        return masked_mean(states, tokens.mask) if self.config.pooling == "mean" else states[:, 0]

    @torch.no_grad()
    def measure(self, batches: Iterable[Batch]) -> None:
        vectors = torch.cat([self.pooled(batch) for batch in itertools.islice(batches, _MEASURED)])
        self.standardise.measure([(vectors, torch.ones(len(vectors), dtype=torch.bool, device=vectors.device))])

    def prepare(self, data: StageData) -> None:
        super().prepare(data)
        if not self.space.is_classes:
            return
        sets = _sets(training_targets(data), self.space)
        weights = torch.from_numpy(rarity_weights(sets.numpy(), self.config.rarity)).float()
        here, drawn = ((share * sets).sum(0) / share.sum() for share in (torch.ones(len(sets), 1), weights[:, None]))
        link = torch.logit if self.space.kind == "multi" else torch.log
        start, then = (link(share.clamp(1e-4, 1 - 1e-4)) for share in (here, drawn))
        self.drawn.copy_(then - start)
        with torch.no_grad():
            self.output.bias.copy_(start)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """That of the baselines, with logits at the frequencies of the labels that are drawn."""
        if self.space.is_classes:
            outputs = dataclasses.replace(outputs, logits=outputs.logits + self.drawn)
        return super().loss(outputs, batch)

    def sampler(self, units: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        """Batches of labelled texts of similar length, those with rare labels more often."""
        known = np.array([place for place, unit in enumerate(units) if unit.target is not None])
        lengths = np.array([len(np.asarray(units[place].inputs["tokens"])) for place in known])
        targets = torch.from_numpy(np.stack([np.asarray(units[place].target) for place in known]))
        weights = rarity_weights(_sets(targets, self.space).numpy(), self.config.rarity)
        batches = length_bucketed(lengths, weights, self.config.batch_size, _STEP, _STEP, generator)
        return [known[batch] for batch in batches]

    @torch.no_grad()
    def macro_f1_at_thresholds(self, batches: Iterable[Batch]) -> float:
        """Choose the thresholds on the validation part and keep them; returns the macro F1 that they give there."""
        found = [(batch.targets, self(batch).logits.sigmoid()) for batch in batches if batch.targets is not None]
        targets, probabilities = (torch.cat(part).float().cpu().numpy() for part in zip(*found))
        labelled = ~np.isnan(targets).any(1)
        targets, probabilities = targets[labelled], probabilities[labelled]
        thresholds, f1 = best_thresholds(targets, probabilities)
        self.applies_from.copy_(torch.from_numpy(thresholds))
        return float(f1[targets.any(0)].mean())

    def stages(self) -> list[Stage]:
        """One stage; batches of similar length."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            groups = [
                {"params": list(self.encoder.parameters()), "lr": config.learning_rate},
                {"params": list(self.output.parameters()), "lr": config.output_learning_rate},
            ]
            optimiser = torch.optim.AdamW(groups, weight_decay=config.weight_decay)
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps), "step")]

        (stage,) = super().stages()
        select = "macro_f1_at_thresholds" if self.space.kind == "multi" else stage.select
        sampler = self.sampler if self.space.is_classes and config.rarity else None
        return [dataclasses.replace(stage, optimise=optimise, select=select, sampler=sampler)]


def _sets(targets: Tensor, space: LabelSpace) -> Tensor:
    """Targets of classes as (items, classes) of 0 and 1."""
    return functional.one_hot(targets, space.size).float() if space.kind == "single" else targets


def rarity_weights(sets: np.ndarray, rarity: float) -> np.ndarray:
    """n^-rarity of each item, n the number of items with the rarest of its labels: sets (items, labels) -> (items,)."""
    counts = np.maximum(sets.sum(0), 1)
    weights: np.ndarray = np.where(sets > 0, counts**-rarity, float(len(sets)) ** -rarity).max(1)
    return weights
