"""ShuffleAugment: the order of frames is made random on the scale of time that a task does not need.

Emotion lives in what is slower than some tenths of a second, so frames are permuted inside short blocks that stay in
place (`short`); a speaker is in what is faster, so whole blocks change places (`long`). The shuffle is a layer without
weights that works in training only, at the input or behind any part of a network. Reference: "ShuffleAugment: A Data
Augmentation Method Using Time Shuffling", ICASSP 2023, IEEE 10096927.

Known: random order along time on two scales, a layer at any depth, and that the short scale helps emotion and the long
one speakers (abstract). Corpora, results and all numbers were not found. Chosen: all the rest, as on the sheet: blocks
as above, their length drawn for each batch, a classifier on log-mel of convolutions, a bidirectional LSTM and attentive
statistics; crops of 7 s in training; blocks begin with the utterance.

The layer works with any system of speech: `base` names one, whose settings are `base_settings`; `place` is then the
input, or the name of a part of the base whose output has a time axis, such as `network.vanilla` of `dwformer`. (In
transformers behind the positions, hidden frames still know where they were.) Stages and losses are the base's own.
"""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.cropping import random_crop
from ai4er.augment.time_shuffle import reordered, whole_blocks, within_blocks
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace
from ai4er.nn.attentive_statistics import AttentiveStatistics
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.systems._inputs import need_vectors
from ai4er.systems.augmentation._over_base import OverBase, OverBaseConfig
from ai4er.systems.base import Optimisation, Outputs, Stage
from ai4er.systems.batch import Batch, Padded, as_sequence
from ai4er.systems.card import Card, Diagnostic

INPUT = "input"
_SCALES = {"short": within_blocks, "long": whole_blocks}


class Config(OverBaseConfig):
    """The layer, and the classifier that is used without a `base`.

    `block` is the range of the length of a block, in seconds; `frame_seconds` says how far frames of the input are
    apart. `place` is `input`, or of the own classifier `convolutions` or `lstm`. With `probability` an utterance of a
    batch is shuffled.
    """

    offline: ClassVar[dict[str, Any]] = {"channels": (16, 32), "units": 64, "learning_rate": 1e-3, "epochs": 30}

    inputs: dict[str, str] = {"speech": "log_mel:bands=80,normalise=utterance"}
    scale: Literal["short", "long"] = "short"
    block: tuple[float, float] = (0.1, 0.2)
    probability: float = pydantic.Field(1.0, ge=0, le=1)
    place: str = INPUT
    frame_seconds: float = pydantic.Field(0.01, gt=0)
    seconds: float = pydantic.Field(7.0, gt=0)
    channels: tuple[int, ...] = (32, 64)
    units: int = pydantic.Field(128, ge=1)
    attention: int = pydantic.Field(128, ge=1)
    learning_rate: float = 1e-4
    batch_size: int = 32
    epochs: int = 50
    patience: int = 10

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:bands=20,n_fft=640,hop=320,normalise=utterance"}, frame_seconds=0.02,
            channels=(8, 16), units=16, attention=16, learning_rate=5e-3, batch_size=16, epochs=8,
        )  # fmt: skip

    @pydantic.model_validator(mode="after")
    def _block_is_a_range(self) -> Self:
        if not 0 < self.block[0] <= self.block[1]:
            raise ValueError("block must be two numbers above 0, the smaller one first")
        return self


class Network(nn.Module):
    """Masked convolutions -> bidirectional LSTM -> attentive statistics -> linear.

    forward: x (batch, frames, bands), zero behind lengths (batch,) -> logits (batch, classes), pooled (batch, 4 units).
    """

    def __init__(self, config: Config, bands: int, classes: int) -> None:
        super().__init__()
        self.convolutions = MaskedConvolutions(bands, config.channels)
        self.lstm = BidirectionalLSTM(self.convolutions.size, config.units)
        self.pooling = AttentiveStatistics(2 * config.units, config.attention)
        self.classifier = nn.Linear(4 * config.units, classes)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        x, mask = self.convolutions(x, torch.arange(x.shape[1], device=x.device) < lengths.unsqueeze(1))
        pooled = self.pooling(self.lstm(x, mask.sum(1).clamp(min=1)), mask)
        return self.classifier(pooled), pooled


class ShuffleAugment(OverBase[Config]):
    """Speech frames -> class logits, of its own classifier or of another system."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="ShuffleAugment: A Data Augmentation Method Using Time Shuffling",
        venue="ICASSP", year=2023, paper="IEEE 10096927", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="misleading_order", ablation={"probability": 0}, margin=0.1,
            settings={"inputs": {"speech": "array:name=frames"}, "frame_seconds": 0.01, "block": [0.08, 0.08]},
            removes="the shuffle",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.read: Padded | None = None
        if self.base is None:
            need_vectors(self.slug(), shapes, ("speech",))
            self.network = Network(config, shapes["speech"][0], space.size)
        else:
            self.base.register_forward_pre_hook(self._enter_base)
        if config.place != INPUT:
            learner = self.network if self.base is None else self.base
            parts = dict(learner.named_modules())
            if config.place not in parts:
                raise unknown("part of the network", config.place, [INPUT, *filter(None, parts)])
            parts[config.place].register_forward_hook(self._leave_part)

    def shuffled(self, x: Tensor, lengths: Tensor, frame_seconds: float) -> Tensor:
        """x (batch, steps, ...) in another order, if it is drawn; frames are `frame_seconds` apart."""
        low, high = self.config.block
        seconds = low + (high - low) * float(torch.rand(()))
        block = max(1, round(seconds / frame_seconds))
        order = _SCALES[self.config.scale](lengths, x.shape[1], block)
        drawn = torch.rand(len(x), 1, device=x.device) < self.config.probability
        return reordered(x, torch.where(drawn, order, torch.arange(x.shape[1], device=x.device)))

    def entered(self, batch: Batch) -> Batch:
        """The batch as the network reads it: with its sequences shuffled, where that is the place."""
        sequences = {name: x for name, x in batch.inputs.items() if isinstance(x, Padded)}
        if not sequences:
            raise Ai4erError(f"shuffle_augment: no input of {self.config.base or 'the classifier'} has a time axis")
        self.read = next(iter(sequences.values()))
        if not self.training or self.config.place != INPUT:
            return batch
        found = {
            name: Padded(self.shuffled(x.data, x.lengths, self.config.frame_seconds), x.lengths)
            for name, x in sequences.items()
        }
        return dataclasses.replace(batch, inputs={**batch.inputs, **found})

    def _enter_base(self, base: nn.Module, given: tuple[Batch, ...]) -> tuple[Batch, ...]:
        return (self.entered(given[0]), *given[1:])

    def _leave_part(self, part: nn.Module, given: Any, out: Any) -> Any:
        """What a part of the network says, its first output shuffled; its frames are spread evenly over the input's."""
        if not self.training or self.read is None:
            return out
        x, *others = out if isinstance(out, tuple) else (out,)
        if x.dim() < 3:
            raise Ai4erError(f"shuffle_augment: place={self.config.place} has no time axis: name another part")
        ratio = x.shape[1] / self.read.data.shape[1]
        lengths = (self.read.lengths * ratio).ceil().long().clamp(max=x.shape[1])
        x = self.shuffled(x, lengths, self.config.frame_seconds / ratio)
        return (x, *others) if others else x

    def own(self, batch: Batch) -> Outputs:
        speech = as_sequence(batch["speech"])
        if self.training:
            longest = max(1, round(self.config.seconds / self.config.frame_seconds))
            speech = Padded(*random_crop(speech.data, speech.lengths, longest)[:2])
        speech = self.entered(dataclasses.replace(batch, inputs={"speech": speech}))["speech"]
        logits, pooled = self.network(speech.data, speech.lengths)
        return Outputs(logits=logits, embedding=pooled)

    def own_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def own_stages(self) -> list[Stage]:
        """One stage at a constant rate; the epoch of the best validation UA is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.AdamW(self.parameters(), config.learning_rate))]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="ua", patience=config.patience)]
