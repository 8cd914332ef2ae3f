"""DKDFMH: fused attention heads, taught by a larger network whose doubts about the wrong emotions are kept.

Two first convolutions look along time and along frequency; attention heads of element-wise products, which are all
averaged into the same few features, make up the rest. A teacher with more and larger heads over areas is trained first,
and the student learns from its distribution in two parts, the target class against the rest and the other classes among
themselves, weighted apart: plain distillation loses the second one where the teacher is sure. Reference: "Hierarchical
Network with Decoupled Knowledge Distillation for Speech Emotion Recognition" (DKDFMH), ICASSP 2023, arXiv 2303.05134.

Known: the idea, the random division into 80 and 20 percent, WA and UA; the backbone and the segments are those of the
published predecessor (head fusion), whose use here is inferred. Chosen: the teacher has 8 heads of 64 features, and its
keys and values are means over areas of 3 x 3 places (over what there is of them at the edges); alpha 1, beta 8 and
temperature 4 as in the original decoupled distillation, rising from 0 over the first epochs; both keep the epoch with
the best validation UA; batches of utterances with all their segments, about as many as the 32 segments of the
predecessor; bands up to 4 kHz by reading at 8 kHz, a transform as long as its window, and an even level of every
utterance; a last segment ends with its utterance, and a shorter utterance is one segment with zeros behind it.
`--offline` takes 20 ms frames, half the channels and 20 epochs of each network, for a CPU.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.distillation import decoupled_divergences, softened_divergence
from ai4er.nn.time_frequency_stem import TimeFrequencyStem
from ai4er.systems.base import Outputs, Stage, StageData
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.card import Card, Reported
from ai4er.systems.speech._segmented import SegmentedConfig, SegmentedSystem


class Config(SegmentedConfig):
    """The predecessor's values; `area` is the side of the square over which keys and values are means.

    `alpha` weighs the target class, `beta` the others; `distillation="classical"` has one divergence in place of the
    two, weighted by `alpha`. Both rise over `warmup_epochs` epochs of the student.
    """

    offline: ClassVar[dict[str, Any]] = {
        "inputs": {"speech": "log_mel:sample_rate=8000,bands=40,n_fft=320,hop=160,normalise=utterance"},
        "rates": {"speech": 50.0}, "test_step": 1.0, "channels": (16, 24, 32, 40), "learning_rate": 3e-3, "decay": 0.3,
        "teacher_epochs": 20, "epochs": 20,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "log_mel:sample_rate=8000,bands=40,n_fft=320,hop=80,normalise=utterance"}
    rates: dict[str, float] = {"speech": 100.0}
    seconds: float = 1.97
    train_step: float = 1.0
    test_step: float = 0.4
    stem_channels: int = 8
    channels: tuple[int, int, int, int] = (32, 48, 64, 80)
    heads: int = pydantic.Field(4, ge=1)
    head_size: int = pydantic.Field(32, ge=1)
    area: int = pydantic.Field(1, ge=1)
    teacher_heads: int = pydantic.Field(8, ge=1)
    teacher_head_size: int = pydantic.Field(64, ge=1)
    teacher_area: int = pydantic.Field(3, ge=1)
    distillation: Literal["decoupled", "classical"] = "decoupled"
    alpha: float = pydantic.Field(1.0, ge=0)
    beta: float = pydantic.Field(8.0, ge=0)
    temperature: float = pydantic.Field(4.0, gt=0)
    warmup_epochs: int = pydantic.Field(5, ge=0)
    weight_decay: float = 1e-6
    decay: float = 0.1
    batch_size: int = 16
    teacher_epochs: int = 50

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "log_mel:sample_rate=8000,bands=20,n_fft=320,hop=160,normalise=utterance"},
            rates={"speech": 50.0}, seconds=0.5, train_step=0.5, test_step=0.5, channels=(8, 8, 16, 16), heads=2,
            head_size=8, teacher_heads=2, teacher_head_size=16, warmup_epochs=1, learning_rate=1e-2, decay=1.0,
            teacher_epochs=4, epochs=4,
        )  # fmt: skip


class FusedAttention(nn.Module):
    """Heads softmax(Q_i * K_i) * V_i, all products of single elements, averaged over heads and places after ReLU.

    Q_i, K_i and V_i are 1 x 1 convolutions; the softmax is over the features of a place; keys and values are means
    over `area` x `area` places. forward: (batch, channels, height, width) -> (batch, size), for any number of heads.
    """

    def __init__(self, channels: int, heads: int, size: int, area: int) -> None:
        super().__init__()
        self.heads, self.area = heads, area
        self.query = nn.Conv2d(channels, heads * size, 1)
        self.key = nn.Conv2d(channels, heads * size, 1)
        self.value = nn.Conv2d(channels, heads * size, 1)

    def forward(self, x: Tensor) -> Tensor:
        around = functional.avg_pool2d(x, self.area, 1, self.area // 2, count_include_pad=False)
        query, key, value = (
            part(given).unflatten(1, (self.heads, -1))
            for part, given in ((self.query, x), (self.key, around), (self.value, around))
        )
        return ((query * key).softmax(2) * value).relu().mean((1, 3, 4))


class Network(nn.Module):
    """Stem, four convolutions (two of them halved), fused attention, one linear layer.

    forward: x (batch, frames, bands) -> logits (batch, classes), fused features (batch, head size).
    """

    def __init__(self, config: Config, heads: int, size: int, area: int, classes: int) -> None:
        super().__init__()
        self.stem = TimeFrequencyStem(config.stem_channels, (10, 2), (2, 8))
        layers: list[nn.Module] = []
        inputs = 2 * config.stem_channels
        for number, channels in enumerate(config.channels):
            layers += [nn.Conv2d(inputs, channels, 3, padding=1), nn.BatchNorm2d(channels), nn.ReLU()]
            layers += [nn.MaxPool2d(2)] if number < 2 else []
            inputs = channels
        self.convolutions = nn.Sequential(*layers)
        self.attention = FusedAttention(inputs, heads, size, area)
        self.classifier = nn.Linear(size, classes)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        fused = self.attention(self.convolutions(torch.cat(self.stem(x.unsqueeze(1)), dim=1)))
        return self.classifier(fused), fused


class HierarchicalDecoupledKD(SegmentedSystem[Config]):
    """Log-mel segments -> class logits, by the student or, while it is trained, by the teacher."""

    config_class = Config
    card = Card(
        title="Hierarchical Network with Decoupled Knowledge Distillation for Speech Emotion Recognition",
        venue="ICASSP", year=2023, paper="arXiv 2303.05134", inputs=("speech",), task="single label",
        reported=(
            Reported(corpus="iemocap", protocol="random_split", metric="wa", value=0.791, note="80/20, repeated"),
            Reported(corpus="iemocap", protocol="random_split", metric="ua", value=0.771, note="80/20, repeated"),
        ),
    )  # fmt: skip
    done: Tensor

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        teacher = (config.teacher_heads, config.teacher_head_size, config.teacher_area)
        self.teacher = Network(config, *teacher, space.size)
        self.network = Network(config, config.heads, config.head_size, config.area, space.size)
        self.register_buffer("done", torch.zeros((), dtype=torch.long))
        self.warmup, self.answers = 0, "network"

    def classify(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        found: tuple[Tensor, Tensor] = getattr(self, self.answers)(views["speech"].data)
        return found

    def begin(self, data: StageData) -> None:
        """Before the teacher learns: the statistics of the input; until the student's turn the teacher answers."""
        self.measure(data)
        self.answers = "teacher"

    def teach(self, data: StageData) -> None:
        """Before the student learns from the teacher, which stays as it is."""
        self.answers = "network"
        self.warmup = self.config.warmup_epochs * -(-len(data.items["train"]) // self.config.batch_size)

    def student_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy and what the student loses against its teacher, target class and other classes apart."""
        config = self.config
        targets = batch.targets[outputs.extras["row"]]
        known = targets != UNLABELLED
        with torch.no_grad():
            wanted = self.teacher.eval()(outputs.extras["views"]["speech"].data)[0][known]
        found, share = outputs.extras["segments"][known], self.share()
        terms = self.loss(outputs, batch)
        if config.distillation == "classical":
            return {**terms, "teacher": share * config.alpha * softened_divergence(found, wanted, config.temperature)}
        target, others = decoupled_divergences(found, wanted, targets[known], config.temperature)
        return {**terms, "target_class": share * config.alpha * target, "other_classes": share * config.beta * others}

    def share(self) -> float:
        """The part of the distillation that counts in this step: from 0 to 1 in a line."""
        if self.training:
            self.done += 1
        return min(1.0, int(self.done) / max(1, self.warmup))

    def stages(self) -> list[Stage]:
        """The teacher by itself, then the student with the teacher frozen."""
        config = self.config
        return [
            self.stage("teacher", self.teacher, config.teacher_epochs, before="begin"),
            self.stage("student", self.network, config.epochs, before="teach", loss="student_loss"),
        ]
