"""Mixup of waveforms, with labels in proportion to how long the two recordings are.

Two recordings are always added half and half; but a short one, padded to the fixed length, brings less emotion into
the mixture, and so gets less of the label. A centre loss, whose target is the dominant class of the mixed label, draws
the embeddings of a class together. Reference: Kang, Zhang and Fornés, "Learning Robust Self-Attention Features for
Speech Emotion Recognition with Label-Adaptive Mixup", ICASSP 2023, arXiv 2305.06273.

Known: everything (sheet checked against the released code), but for the size of the validation part. The labels of two
recordings of one class add up to 1 (the release overwrites one by the other), and the 2-layer GRU that it declares but
never calls is left out, like the floor of 4e-12 under the centre loss. Chosen: the dropout of 0.4 is that behind the
attention and behind the feed-forward layers. Layers above the one that is read are not kept.

Offline substitute: `ai4er-small` on 3 s, of which the first frame is read, too.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.centre import CentreLoss
from ai4er.systems._speech_encoder import SpeechNetwork, speech_encoder
from ai4er.systems.augmentation._pairs import MixedItem, class_of
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported

RATE = 16_000


class Config(SystemConfig):
    """The released values. `labels` is what the shares of the two labels follow: `duration`, or `equal` ones.

    `samples` is the length of every input, `layer` that of the encoder which is read. A clip is augmented with
    `augmentation`, and then its gain (decibels) and its polarity change with a probability each. The rates fall by
    `decay` after each of the first `decay_epochs`.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "samples": 48_000, "decay": 0.95, "epochs": 10,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE}"}
    encoder: str = "facebook/hubert-large-ll60k"
    layer: int = pydantic.Field(22, ge=1)
    hidden_dropout: float = pydantic.Field(0.4, ge=0, lt=1)
    samples: int = pydantic.Field(100_000, ge=400)
    embedding: int = pydantic.Field(64, ge=1)
    labels: Literal["duration", "equal"] = "duration"
    probability: float = pydantic.Field(0.5, ge=0, le=1)
    augmentation: float = pydantic.Field(0.8, ge=0, le=1)
    gain: tuple[float, float] = (-10.0, 10.0)
    gain_probability: float = pydantic.Field(0.3, ge=0, le=1)
    polarity_probability: float = pydantic.Field(0.9, ge=0, le=1)
    centre_weight: float = pydantic.Field(0.002, ge=0)
    learning_rate: float = 1e-4
    centre_rate: float = 1e-3
    betas: tuple[float, float] = (0.9, 0.98)
    decay: float = 0.8
    decay_epochs: int = 20
    batch_size: int = 16
    epochs: int = 100
    patience: int = 10

    @classmethod
    def small(cls) -> Self:
        return cls(encoder="", samples=5000, learning_rate=3e-3, decay=0.95, epochs=4)


class LabelAdaptiveMixup(System[Config]):
    """Waveform -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Learning Robust Self-Attention Features for Speech Emotion Recognition with Label-Adaptive Mixup",
        venue="ICASSP", year=2023, paper="arXiv 2305.06273", inputs=("speech",), task="single label",
        official_code="leitro/LabelAdaptiveMixup-SER", licence="MIT",
        reported=(
            Reported(corpus="iemocap", protocol="session", metric="wa", value=0.7537, certainty="second-hand"),
            Reported(corpus="iemocap", protocol="session", metric="ua", value=0.7604, certainty="second-hand"),
        ),
        frozen=("encoder.network.masked_spec_embed",),
        diagnostic=Diagnostic(
            mechanism="longer_voice", ablation={"labels": "equal"}, margin=0.1,
            settings={"samples": 7680, "epochs": 20, "patience": 20}, removes="labels by duration",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if shapes["speech"]:
            raise Ai4erError("label_adaptive_mixup mixes samples: its input speech must be a waveform")
        self.encoder = speech_encoder(config.encoder, (), layers=config.layer, closing_norm=False)
        if isinstance(self.encoder, SpeechNetwork):
            for layer in self.encoder.network.encoder.layers:
                layer.dropout.p = layer.feed_forward.output_dropout.p = config.hidden_dropout
        self.embedding = nn.Linear(self.encoder.hidden_size, config.embedding)
        self.classifier = nn.Linear(config.embedding, space.size)
        self.centre = CentreLoss(space.size, config.embedding)

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """Augment every recording, and mix it with any other of the training part with `probability`."""
        return [self._mixed(item, pool, generator) for item in items]

    def _mixed(self, item: Item, pool: Sequence[Item], generator: np.random.Generator) -> MixedItem:
        own = self._augmented(samples_of(item), generator)
        if generator.random() >= self.config.probability:
            return MixedItem(item.record, {"speech": own}, item.target)
        partner = pool[int(generator.integers(len(pool)))]
        audio = np.float32(0.5) * own + np.float32(0.5) * self._augmented(samples_of(partner), generator)
        lengths = [min(len(samples_of(one)), self.config.samples) for one in (item, partner)]
        share = lengths[0] / sum(lengths) if self.config.labels == "duration" else 0.5
        return MixedItem(item.record, {"speech": audio}, item.target, None, partner.target, share)

    def _augmented(self, samples: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """A recording as the encoder reads it, with another gain and polarity."""
        config, x = self.config, fixed_length(samples, self.config.samples)
        if generator.random() >= config.augmentation:
            return x
        if generator.random() < config.gain_probability:
            x = x * np.float32(10 ** (generator.uniform(*config.gain) / 20))
        return -x if generator.random() < config.polarity_probability else x

    def collate(self, items: Sequence[Item]) -> Batch:
        """All recordings at the fixed length; `shares` (items, classes) are their labels, zero without one."""
        ready = [item if isinstance(item, MixedItem) else self._ready(item) for item in items]
        batch = super().collate(ready)
        batch.extras["shares"] = torch.stack([self._shares(item) for item in ready])
        return batch

    def _ready(self, item: Item) -> Item:
        given = item.inputs["speech"]
        if given is None:
            return item
        return dataclasses.replace(item, inputs={"speech": fixed_length(given, self.config.samples)})

    def _shares(self, item: Item) -> Tensor:
        found, own = torch.zeros(self.space.size), class_of(item)
        if own == UNLABELLED:
            return found
        if isinstance(item, MixedItem) and item.partner_target is not None:
            found[own] += item.share
            found[int(item.partner_target)] += 1 - item.share
        else:
            found[own] = 1
        return found

    def forward(self, batch: Batch) -> Outputs:
        """The first frame of the last layer that is kept stands for the utterance."""
        states = self.encoder.hidden(batch["speech"].data, batch["speech"].lengths).x
        embedding = self.embedding(states[:, 0, -1])
        return Outputs(logits=self.classifier(embedding), embedding=embedding)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Kullback-Leibler divergence of the answers from the labels, and the centre loss of the dominant class."""
        shares: Tensor = batch.extras["shares"]
        assert outputs.embedding is not None
        dominant = shares.argmax(1).masked_fill(shares.sum(1) == 0, UNLABELLED)
        return {
            "divergence": functional.kl_div(outputs.logits.log_softmax(1), shares, reduction="batchmean"),
            "centre": self.config.centre_weight * self.centre(outputs.embedding, dominant),
        }

    def stages(self) -> list[Stage]:
        """One stage; the centres have an optimiser of their own, and the best validation accuracy is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            network = [p for n, p in self.named_parameters() if p.requires_grad and not n.startswith("centre.")]
            return [
                self._optimiser(network, config.learning_rate),
                self._optimiser(self.centre.parameters(), config.centre_rate),
            ]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="wa", patience=config.patience)]

    def _optimiser(self, parameters: Any, rate: float) -> Optimisation:
        config = self.config
        optimiser = torch.optim.Adam(parameters, rate, betas=config.betas, eps=1e-9)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimiser, lambda epoch: config.decay ** min(epoch, config.decay_epochs)
        )
        return Optimisation(optimiser, schedule, every="epoch")


def samples_of(item: Item) -> np.ndarray:
    """The samples of an item."""
    found = item.inputs["speech"]
    assert found is not None
    return found


def fixed_length(samples: np.ndarray, length: int) -> np.ndarray:
    """The first `length` samples, or all and then their mean; with the largest magnitude 1 (silence stays silent).

    >>> fixed_length(np.array([0.5, -0.25], np.float32), 4).tolist()
    [1.0, -0.5, 0.25, 0.25]
    """
    x = samples[:length]
    x = np.pad(x, (0, length - len(x)), constant_values=x.mean() if len(x) else 0)
    largest = np.abs(x).max()
    return x / largest if largest else x
