"""Self-distillation: early exits of a speech encoder imitate the whole of it while all of it is fine-tuned.

Exits at some layers of wav2vec 2.0 are students of its last layer, the teacher: they learn the labels, the teacher's
distribution and the teacher's features, all at the same time, so that no second network is needed, the deep network
itself improves on few data, and a recogniser can stop at any exit. Reference: Ren et al., "Fast Yet Effective Speech
Emotion Recognition with Self-Distillation", ICASSP 2023, arXiv 2210.14636.

Known: lengths, exits, heads, losses and recipe (sheet checked against the released code). Different from the release:
its divergence takes probabilities where logarithms are meant, which is negative and not smallest where both agree;
here it is the divergence of the paper's formula. The recurrent exits start from zero, not from a random state that
would be drawn afresh for every answer. Clips are normalised after they are tiled, not before. Chosen: the whole network
answers unless `answer` names an exit or the ensemble; then no layer above it is computed. The release's masks of
wav2vec 2.0 (SpecAugment) are off, as the paper has no augmentation. Reported numbers: not found.

Offline substitute: `ai4er-small`, which has two layers, on 3 s, with an exit at the first of them, a higher rate and
fewer epochs.
"""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self

import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.distillation import softened_divergence
from ai4er.nn.lstm import GRU, LSTM
from ai4er.nn.tiling import tile
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, System, SystemConfig
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card, Diagnostic

Summary = Literal["gru", "lstm", "convolution"]


class Config(SystemConfig):
    """The released values.

    `exits` are the layers that have a student; without any it is plain fine-tuning. `samples` is the length to which
    clips are tiled or cut. `level` is the feature that students imitate: the summary of the frames (`embedding`) or
    what the first linear layer makes of it. `answer` is what predicts: the whole network (`teacher`), the most
    decided exit (`ensemble`), or the exit of a layer, such as 3.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "ai4er-small", "exits": (1,), "samples": 48_000, "learning_rate": 1e-4, "epochs": 8,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": "waveform:sample_rate=16000"}
    encoder: str = "facebook/wav2vec2-base"
    exits: tuple[int, ...] = (3, 8, 10)
    summary: Summary = "gru"
    level: Literal["embedding", "linear"] = "embedding"
    answer: int | Literal["teacher", "ensemble"] = "teacher"
    samples: int = pydantic.Field(95_744, ge=400)
    hidden: int = pydantic.Field(256, ge=1)
    exit_weight: float = pydantic.Field(1.0, ge=0)
    distribution_weight: float = pydantic.Field(1.0, ge=0)
    feature_weight: float = pydantic.Field(1.0, ge=0)
    learning_rate: float = 3e-5
    batch_size: int = 16
    epochs: int = 20

    @classmethod
    def small(cls) -> Self:
        return cls(encoder="tiny", exits=(1,), samples=6_400, hidden=32, learning_rate=2e-3, epochs=5)

    @pydantic.model_validator(mode="after")
    def _exit_that_answers(self) -> Self:
        if isinstance(self.answer, int) and self.answer not in self.exits:
            raise ValueError(f"answer={self.answer} is not one of exits={self.exits}")
        if self.answer == "ensemble" and not self.exits:
            raise ValueError("answer=ensemble needs exits")
        return self


class Head(nn.Module):
    """f -> Linear -> Linear, nothing between them: (batch, features) -> first layer (batch, hidden), logits."""

    def __init__(self, features: int, hidden: int, classes: int) -> None:
        super().__init__()
        self.first = nn.Linear(features, hidden)
        self.second = nn.Linear(hidden, classes)
        for layer in (self.first, self.second):
            nn.init.kaiming_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, f: Tensor) -> tuple[Tensor, Tensor]:
        first = self.first(f)
        return first, self.second(first)


class RecurrentSummary(nn.Module):
    """The mean over time of SELU(LN(recurrent states)): (batch, frames, features) -> (batch, features)."""

    def __init__(self, features: int, kind: type[GRU] | type[LSTM]) -> None:
        super().__init__()
        self.recurrent = kind(features, features, batch_first=True)
        self.norm = nn.LayerNorm(features)

    def forward(self, states: Tensor) -> Tensor:
        return functional.selu(self.norm(self.recurrent(states)[0])).mean(1)


class ConvolutionSummary(nn.Module):
    """The mean over time of ReLU(BN(w x)), one scale for all: (batch, frames, features) -> (batch, features)."""

    def __init__(self) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(1, 1, 1, bias=False)
        self.norm = nn.BatchNorm2d(1)

    def forward(self, states: Tensor) -> Tensor:
        return self.norm(self.convolution(states.unsqueeze(1))).relu().squeeze(1).mean(1)


class Student(nn.Module):
    """An exit: states of a layer (batch, frames, features) -> f (batch, features), first layer, logits."""

    def __init__(self, features: int, hidden: int, classes: int, summary: Summary) -> None:
        super().__init__()
        kinds: dict[str, Any] = {"gru": GRU, "lstm": LSTM}
        recurrent = summary in kinds
        self.summary = RecurrentSummary(features, kinds[summary]) if recurrent else ConvolutionSummary()
        self.head = Head(features, hidden, classes)

    def forward(self, states: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        f = self.summary(states)
        return f, *self.head(f)


def most_decided(logits: Tensor) -> Tensor:
    """Of each item the logits whose two largest are furthest apart: (exits, items, classes) -> (items, classes).

    The earlier exit is kept on a tie. With one class the first exit answers.
    """
    if logits.shape[2] == 1:
        return logits[0]
    largest = logits.topk(2, dim=2).values
    chosen = (largest[..., 0] - largest[..., 1]).argmax(0)
    return logits[chosen, torch.arange(logits.shape[1], device=logits.device)]


class SelfDistillation(System[Config]):
    """Waveform -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Fast Yet Effective Speech Emotion Recognition with Self-Distillation",
        venue="ICASSP", year=2023, paper="arXiv 2210.14636", inputs=("speech",), task="single label",
        official_code="leibniz-future-lab/SelfDistill-SER", licence="MIT",
        frozen=("encoder.network.masked_spec_embed",),
        diagnostic=Diagnostic(
            mechanism="prevailing_tones", ablation={"distribution_weight": 0, "feature_weight": 0}, margin=0.4,
            settings={"answer": 1, "exit_weight": 0, "samples": 3840, "epochs": 10},
            removes="the imitation of the whole network, from which alone the exit learns here",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.encoder = speech_encoder(config.encoder, shapes["speech"])
        layers, features = self.encoder.states_number - 1, self.encoder.hidden_size
        if not all(0 < layer < layers for layer in config.exits):
            raise Ai4erError(
                f"self_distillation: exits={config.exits} of encoder {config.encoder!r}, whose layers before the last "
                f"are 1 to {layers - 1}"
            )
        self.head = Head(features, config.hidden, space.size)
        self.students = nn.ModuleDict(
            {str(layer): Student(features, config.hidden, space.size, config.summary) for layer in config.exits}
        )

    def states(self, batch: Batch, depth: int | None) -> list[Tensor]:
        """The states of the layers up to `depth` of clips tiled to one length, (batch, frames, hidden) each."""
        clips, size = batch["speech"], self.config.samples
        tiled = tile(clips.data, clips.lengths, size)
        return list(self.encoder.hidden(tiled, torch.full_like(clips.lengths, size), depth).x.unbind(2))

    def forward(self, batch: Batch) -> Outputs:
        """In training all parts; in use what answers, and no layer above it."""
        if self.training or self.config.answer == "teacher":
            states = self.states(batch, None)
            f = states[-1].mean(1)
            first, logits = self.head(f)
            found = self._students(states, self.config.exits if self.training else ())
            return Outputs(logits=logits, embedding=f, extras={"teacher": (f, first, logits), "students": found})
        exits = self.config.exits if self.config.answer == "ensemble" else (self.config.answer,)
        found = self._students(self.states(batch, max(exits)), exits)
        features = torch.stack([f for f, _, _ in found]).mean(0)
        return Outputs(logits=most_decided(torch.stack([logits for _, _, logits in found])), embedding=features)

    def _students(self, states: list[Tensor], exits: tuple[int, ...]) -> list[tuple[Tensor, Tensor, Tensor]]:
        return [self.students[str(layer)](states[layer]) for layer in exits]

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Labels for the teacher and the exits; distribution and features of the teacher, not detached, for the exits.

        The terms of the exits are means over them.
        """
        config, students = self.config, outputs.extras["students"]
        place = ("embedding", "linear").index(config.level)
        feature, (_, _, logits) = outputs.extras["teacher"][place], outputs.extras["teacher"]
        terms = {"teacher": functional.cross_entropy(logits, batch.targets)}
        if not students:
            return terms

        def mean(weight: float, of: list[Tensor]) -> Tensor:
            return weight * torch.stack(of).mean()

        return {
            **terms,
            "exits": mean(config.exit_weight, [functional.cross_entropy(z, batch.targets) for _, _, z in students]),
            "distribution": mean(config.distribution_weight, [softened_divergence(z, logits) for _, _, z in students]),
            "features": mean(config.feature_weight, [functional.mse_loss(s[place], feature) for s in students]),
        }

    def stages(self) -> list[Stage]:
        """One stage of Adam at a constant rate; the last epoch is kept."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(self.parameters(), config.learning_rate))]

        return [Stage("train", config.epochs, config.batch_size, optimise)]
