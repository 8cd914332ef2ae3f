"""A perceptron with one hidden layer over recordings of several corpora at once, in noise or not.

The shipped recognizers of speech and of faces. It hears emotions in the states of a network that learnt something else
and knows much of them: in the reference to tell speakers apart, in `ai4er-small` to write down speech; it sees them in
those of `ai4er-face`. One hidden layer, because what noise, rooms and telephones change is not linear. Reference:
Pappagari et al., "x-vectors meet emotions: a study on dependencies between emotion and speaker recognition", ICASSP
2020. Hendrycks et al., "Deep Anomaly Detection with Outlier Exposure", ICLR 2019: recordings that are no speech, and
pictures without a face, learnt with even shares, make a classifier unsure of others.

Known: a frozen network as the trunk. Chosen: mean and deviation over time of its last layer, one hidden layer with
layer norm and GELU, dropout of inputs and of hidden units, label smoothing among the classes of a corpus, AdamW under
half a cosine, the last epoch. A recording counts against the classes of its corpus only; classes of a corpus count
alike and a corpus as the root of its size (`losses/several_corpora.py`), times the number in the record's attribute
`weight`. Votes are learnt as shares. A class that no corpus has is never the answer. Reported numbers: not found for
this network.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.losses.several_corpora import as_shares, corpus_weights, cross_entropy_among
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System
from ai4er.systems.baseline._vectors import (
    FARTHEST,
    VectorConfig,
    Vectors,
    hidden_layer,
    labelled,
    labelled_batches,
    need_two_classes,
    training_targets,
)
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card

_NEVER = -30.0
"""The logit of a class without a training item."""
WEIGHT = "weight"
"""The attribute of a record that says how much it counts, 1 without."""


class Config(VectorConfig):
    """`smoothing` is shared by the classes of the item's corpus; `warmup` counts steps."""

    inputs: dict[str, str] = {"speech": "speech_vector:encoder=ai4er-small,layer=-1"}
    hidden: int = pydantic.Field(256, ge=1)
    input_dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    smoothing: float = pydantic.Field(0.1, ge=0, lt=1)
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    weight_decay: float = pydantic.Field(0.05, ge=0)
    warmup: int = pydantic.Field(100, ge=0)
    batch_size: int = pydantic.Field(64, ge=1)
    epochs: int = pydantic.Field(20, ge=1)

    @classmethod
    def small(cls) -> Self:
        return cls(inputs={"speech": "functionals"}, hidden=32, warmup=5, batch_size=16, epochs=12)


class CorporaPerceptron(System[Config]):
    """Utterance features -> class logits."""

    config_class = Config
    kinds = ("single", "distribution")
    toy = "synthetic_speech"
    never: Tensor
    card = Card(
        title="Perceptron over several corpora, after 'x-vectors meet emotions'",
        venue="ICASSP", year=2020, paper="arXiv 2002.05039", inputs=("any",), task="single label or votes",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.vectors = Vectors(shapes, timed)
        self.hidden = hidden_layer(self.vectors.size, config.hidden, config.input_dropout, config.dropout)
        self.output = nn.Linear(config.hidden, space.size)
        self.register_buffer("never", torch.zeros(space.size))
        self.counts: dict[tuple[str, str], tuple[float, Tensor]] = {}

    def collate(self, items: Sequence[Any]) -> Batch:
        """As for every system, with what each training item counts, and among which classes."""
        batch = super().collate(items)
        counts = [self.counts.get((item.record.corpus, item.record.id)) for item in items]
        if any(count is None for count in counts):
            return batch
        weights, there = zip(*(count for count in counts if count is not None))
        return dataclasses.replace(batch, extras={"weights": torch.tensor(weights), "there": torch.stack(there)})

    def forward(self, batch: Batch) -> Outputs:
        hidden = self.hidden(self.vectors(batch).clamp(-FARTHEST, FARTHEST))
        return Outputs(logits=self.output(hidden) + self.never, embedding=hidden)

    def prepare(self, data: StageData) -> None:
        """Statistics of the inputs, and what the training items count. Raises `Ai4erError` where there is one class."""
        self.vectors.measure(labelled_batches(data))
        shares, items = as_shares(training_targets(data), self.space.size), labelled(data)
        need_two_classes(self.slug(), shares.argmax(1))
        weights, there = corpus_weights(shares, [item.record.corpus for item in items])
        own = torch.tensor([float(item.record.attributes.get(WEIGHT, "1")) for item in items])
        self.counts = {
            (item.record.corpus, item.record.id): (weight, row)
            for item, weight, row in zip(items, (weights * own / own.mean()).tolist(), there)
        }
        self.never.copy_(torch.where(there.any(0), 0.0, _NEVER))

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Weighted cross-entropy among the classes of each item's corpus; of validation items among all."""
        shares = as_shares(batch.targets, self.space.size)
        there = batch.extras.get("there", torch.ones_like(shares, dtype=torch.bool))
        smoothing = self.config.smoothing
        smooth = (1 - smoothing) * shares + smoothing * there / there.sum(1, keepdim=True)
        entropy = cross_entropy_among(outputs.logits, smooth, there)
        return {"cross_entropy": (batch.extras.get("weights", torch.ones_like(entropy)) * entropy).mean()}

    def stages(self) -> list[Stage]:
        """One stage; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            adam = torch.optim.AdamW(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(adam, cosine(adam, min(config.warmup, steps // 2), steps))]

        return [Stage("train", config.epochs, config.batch_size, optimise, before="prepare")]
