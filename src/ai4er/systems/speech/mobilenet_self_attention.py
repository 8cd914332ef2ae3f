"""ConvSelfAttentionMobileNet: a thin MobileNetV2 over the mel spectrogram, and one layer of self-attention.

The reference system of Dusha, in whose real-life part neutral prevails: not the loss but the sampler meets that, which
draws whole batches of similar length with the rare classes more often. The self-attention looks over all times and
frequencies at once, behind a gate that training opens. Reference: Kondratenko et al., "Hybrid Dataset for Speech
Emotion Recognition in Russian Language", Interspeech 2023; the same in arXiv 2212.12266.

Known: network, sampler, front end and recipe (sheet checked against the released code and its 514,909 weights).
Chosen: padding is no sound. The released code pads with 0 dB, the loudest there is, on both sides at random; here the
end of an item is the border of zeros that convolutions see anyway, and neither attention nor pooling looks behind
it, so that an unpadded clip has the published answer and a batch changes nothing. (In training, batch normalisation
still counts the padded frames, as published.) Masks take the mean of the clip. The epoch of the best macro F1 is
kept, on validation speakers where the released settings look at the test list. The weights have this library's names;
the released file, a pickle under the owners' licence, is not read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import torch
from pydantic import Field, PositiveFloat
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.spec_augment import cut_frames, mask_bands, mask_frames
from ai4er.labels import LabelSpace
from ai4er.nn.gated_self_attention import GatedSelfAttention
from ai4er.nn.inverted_residual import InvertedResidual, convolution
from ai4er.nn.pooling import masked_mean
from ai4er.systems._sampling import length_bucketed
from ai4er.systems.base import Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch, Item
from ai4er.systems.card import Card, Diagnostic, Reported

_INPUT = "log_mel"


class Config(SystemConfig):
    """The released values for the acted part.

    `blocks` are (expansion, channels, repeats, first stride). `sampling_weights` are of classes; one that is not named
    has 1 (for the podcasts: angry 10, sad 20, positive 5). Lengths, masks and `cut` are in frames: clips from
    `shortest` to `longest` train (0.3 to 16 s), and the lengths of a batch, in steps of `length_step`, are within
    `length_reach` of its key.
    """

    inputs: dict[str, str] = {_INPUT: "log_mel:bands=64,n_fft=320,hop=160,reference=maximum,edges=reflected"}
    stem: int = 4
    blocks: tuple[tuple[int, int, int, int], ...] = ((1, 16, 1, 1), (2, 32, 2, 2), (2, 64, 6, 2), (2, 128, 6, 2))
    head: int = 128
    attention: bool = True
    sampling_weights: dict[str, PositiveFloat] = {}
    shortest: int = Field(31, ge=1)
    longest: int = Field(1601, ge=1)
    length_step: int = Field(10, ge=1)
    length_reach: int = Field(30, ge=0)
    band_mask: int = Field(16, ge=0)
    frame_mask: int = Field(40, ge=0)
    cut: int = Field(39, ge=0)
    learning_rate: float = 1e-3
    weight_decay: float = 1e-6
    batch_size: int = 64
    epochs: int = 100

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={_INPUT: "log_mel:bands=32,n_fft=640,hop=320,reference=maximum,edges=reflected"},
            blocks=((1, 8, 1, 2), (2, 16, 2, 2), (2, 32, 2, 2)), head=32, shortest=15, length_step=5,
            length_reach=15, band_mask=4, frame_mask=8, cut=8, learning_rate=5e-3, batch_size=8, epochs=6,
        )  # fmt: skip


class Network(nn.Module):
    """Stem, inverted residual blocks and a last convolution (`features`), self-attention, pooling, classifier."""

    def __init__(self, config: Config, classes: int) -> None:
        super().__init__()
        channels = config.stem
        self.stem = nn.Sequential(convolution(1, channels, 3), nn.ReLU6())
        blocks = []
        for expansion, wide, repeats, stride in config.blocks:
            for number in range(repeats):
                blocks.append(InvertedResidual(channels, wide, 1 if number else stride, expansion))
                channels = wide
        self.blocks = nn.ModuleList(blocks)
        self.head = nn.Sequential(convolution(channels, config.head, 1), nn.ReLU6())
        self.attention = GatedSelfAttention(config.head) if config.attention else None
        self.classifier = nn.Linear(config.head, classes)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """(batch, frames, bands) -> logits (batch, classes), pooled vector (batch, head)."""
        steps = torch.arange(x.shape[1], device=x.device)
        real = (steps < lengths.unsqueeze(1))[:, None, None]  # (batch, 1, 1, frames)
        x = self.stem(x.transpose(1, 2).unsqueeze(1) * real)
        for block in self.blocks:
            x = block(x, real.to(x.dtype))
            real = real[..., :: block.stride]
        x = self.head(x)
        there = real.expand(-1, 1, x.shape[2], -1).flatten(1)  # (batch, positions)
        x = x.flatten(2)
        if self.attention is not None:
            x = self.attention(x, there)
        pooled = masked_mean(x.transpose(1, 2), there)
        return self.classifier(pooled), pooled


_KIND = "accuracy, class-mean recall and macro F1 as later work quotes them; the speakers' disjointness is inferred"


def _quoted(corpus: str, accuracy: float, recall: float, macro_f1: float) -> tuple[Reported, ...]:
    values = {"wa": accuracy, "ua": recall, "macro_f1": macro_f1}
    return tuple(
        Reported(corpus=corpus, protocol="official", metric=name, value=value, certainty="second-hand", note=_KIND)
        for name, value in values.items()
    )


class MobileNetSelfAttention(System[Config]):
    """Mel spectrogram in decibels below the clip's loudest -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    card = Card(
        title="Hybrid Dataset for Speech Emotion Recognition in Russian Language",
        venue="Interspeech", year=2023, paper="arXiv 2212.12266", inputs=("speech",), task="single label",
        official_code="salute-developers/golos, folder dusha", licence="the owners' own",
        reported=(*_quoted("dusha", 0.83, 0.76, 0.77), *_quoted("dusha:part=podcast", 0.89, 0.53, 0.54)),
        diagnostic=Diagnostic(
            mechanism="rare_classes", ablation={"sampling_weights": {}}, margin=0.2,
            removes="the weights of the sampler",
            settings={
                "inputs": {_INPUT: "array:name=frames"}, "shortest": 1, "cut": 4, "epochs": 12, "batch_size": 32,
                "sampling_weights": {"anger": 20, "happiness": 20, "sadness": 20},
            },
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.weights = np.ones(space.size)
        for name, weight in config.sampling_weights.items():
            self.weights[space.index(name)] = weight
        self.network = Network(config, space.size)

    def transform(self, items: Sequence[Any], pool: Sequence[Any], generator: np.random.Generator) -> list[Item]:
        """Mask bands, mask frames, and cut the ends, in this order."""
        return [dataclasses.replace(item, inputs={_INPUT: self._augment(item, generator)}) for item in items]

    def _augment(self, item: Item, generator: np.random.Generator) -> np.ndarray:
        spectrum = item.inputs[_INPUT]
        assert spectrum is not None
        spectrum = mask_bands(spectrum, self.config.band_mask, generator)
        spectrum = mask_frames(spectrum, self.config.frame_mask, generator)
        return cut_frames(spectrum, self.config.cut, generator)

    def batches(self, items: Sequence[Item], generator: np.random.Generator) -> list[np.ndarray]:
        """The positions of each batch of an epoch: one length, rare classes more often."""
        config = self.config
        lengths = np.array([0 if (x := item.inputs[_INPUT]) is None else len(x) for item in items])
        chosen = np.flatnonzero((lengths >= config.shortest) & (lengths <= config.longest))
        weights = np.array([self.weights[items[i].target] for i in chosen.tolist()])
        drawn = length_bucketed(
            lengths[chosen], weights, config.batch_size, config.length_step, config.length_reach, generator
        )
        return [chosen[places] for places in drawn]

    def forward(self, batch: Batch) -> Outputs:
        logits, pooled = self.network(batch[_INPUT].data, batch[_INPUT].lengths)
        return Outputs(logits=logits, embedding=pooled)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy."""
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def stages(self) -> list[Stage]:
        """One stage at a constant learning rate; the epoch of the best macro F1 in validation is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            adam = torch.optim.Adam(self.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            return [Optimisation(adam)]

        return [Stage("train", config.epochs, config.batch_size, optimise, select="macro_f1", sampler=self.batches)]
