"""A long short-term memory over the turns of a dialogue, on a vector of each turn: what was said around it helps.

The recognizer of conversations that ships with the library. Reference: Poria et al., "Context-Dependent Sentiment
Analysis in User-Generated Videos", ACL 2017 (bc-LSTM), with one level, since the vectors of all inputs are put together
first.

Known: the network over turns, in one direction or in both, and that a turn alone is the baseline. Chosen: a hidden
layer below it, with layer norm and GELU; the logits are those of the turn alone plus those of its context, so that
`context=null` is the same network without context; dropout of inputs, hidden units and states, label smoothing, AdamW
under half a cosine, the epoch with the best validation value. Reported numbers: not found for these features.
"""

from __future__ import annotations

from typing import ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.several_corpora import as_shares
from ai4er.nn.lstm import LSTM
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import need_vectors
from ai4er.systems._schedules import cosine
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card


class Config(SystemConfig):
    """`context` are the turns that a turn is read with; `smoothing` is shared by all classes; `warmup` counts steps.

    Any front ends that give one vector a turn, under any names.
    """

    fallbacks: ClassVar[tuple[str, ...]] = ("functionals",)

    inputs: dict[str, str] = {"text": "text_vector:encoder=minilm,normalise=false"}
    context: Literal["both", "past"] | None = "both"
    hidden: int = pydantic.Field(192, ge=1)
    input_dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    dropout: float = pydantic.Field(0.5, ge=0, lt=1)
    smoothing: float = pydantic.Field(0.1, ge=0, lt=1)
    learning_rate: float = pydantic.Field(1e-3, gt=0)
    weight_decay: float = pydantic.Field(0.05, ge=0)
    warmup: int = pydantic.Field(60, ge=0)
    clip: float = pydantic.Field(5.0, gt=0)
    batch_size: int = pydantic.Field(16, ge=1)
    epochs: int = pydantic.Field(12, ge=1)
    select: str = "weighted_f1"

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"text": "text_vector:encoder=tiny,normalise=false"}, hidden=24, dropout=0.2, warmup=5,
            learning_rate=5e-3, batch_size=4, epochs=8,
        )  # fmt: skip


class ContextualLSTM(System[Config]):
    """Vectors of the turns of whole dialogues -> class logits of every turn."""

    config_class = Config
    unit = "dialogue"
    kinds = ("single", "distribution")
    toy = "synthetic_dialogue"
    card = Card(
        title="Context-Dependent Sentiment Analysis in User-Generated Videos",
        venue="ACL", year=2017, paper="P17-1081", inputs=("any",), task="single label or votes",
        official_code="declare-lab/contextual-utterance-level-multimodal-sentiment-analysis", licence="none",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), {name: shape for name, shape in shapes.items() if not timed[name]}, sorted(shapes))
        self.names = sorted(shapes)
        size, hidden, both = sum(shapes[name][0] for name in self.names), config.hidden, config.context == "both"
        self.standardise = Standardisation(size)
        self.turn = nn.Sequential(
            nn.Dropout(config.input_dropout), nn.Linear(size, hidden), nn.LayerNorm(hidden), nn.GELU(),
            nn.Dropout(config.dropout),
        )  # fmt: skip
        self.alone = nn.Linear(hidden, space.size)
        if config.context is not None:
            units = hidden // 2 if both else hidden
            self.recurrence = LSTM(hidden, units, batch_first=True, bidirectional=both)
            self.dropout = nn.Dropout(config.dropout)
            self.around = nn.Linear(2 * units if both else units, space.size)

    def forward(self, batch: Batch) -> Outputs:
        hidden = self.turn(self.standardise(self.vectors(batch)))
        logits = self.alone(hidden)
        if self.config.context is None:
            return Outputs(logits=logits, embedding=hidden)
        packed = pack_padded_sequence(hidden, batch.turns.cpu(), batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.recurrence(packed)[0], batch_first=True, total_length=hidden.shape[1])
        return Outputs(logits=logits + self.around(self.dropout(states)), embedding=states)

    def vectors(self, batch: Batch) -> Tensor:
        """The inputs of every turn as one vector, (dialogues, turns, features)."""
        return torch.cat([batch[name] for name in self.names], dim=2).float()

    def measure(self, data: StageData) -> None:
        """Mean and deviation of the vectors of the training part."""
        batches = data.batches("train", self.config.batch_size)
        self.standardise.measure((self.vectors(batch), batch.turn_mask) for batch in batches)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy over the labelled turns."""
        logits, targets = outputs.logits.flatten(0, 1), batch.targets.flatten(0, 1)
        known = targets != UNLABELLED if targets.dim() == 1 else ~targets.isnan().any(1)
        entropy = functional.cross_entropy(
            logits[known], as_shares(targets[known], self.space.size), reduction="sum",
            label_smoothing=self.config.smoothing,
        )  # fmt: skip
        return {"cross_entropy": entropy / known.sum().clamp(min=1)}

    def stages(self) -> list[Stage]:
        """One stage; the best validation epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.AdamW(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(optimiser, cosine(optimiser, min(config.warmup, steps // 2), steps), "step")]

        return [
            Stage(
                "train", config.epochs, config.batch_size, optimise, select=config.select, clip=config.clip,
                before="measure",
            )
        ]  # fmt: skip
