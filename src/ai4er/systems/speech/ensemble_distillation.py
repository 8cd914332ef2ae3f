"""Ensemble knowledge distillation: one small speech network learns from several large ones at once.

Large networks that learnt from speech by themselves are good at different things. A student of two layers predicts
their hidden states frame by frame, with one head for every layer of every teacher, so that nothing is averaged away;
its rivals predict the mean over the teachers of each layer, or all teachers side by side. The heads are of no use
later: emotion is learnt from a mixture of the frozen student's layers. Reference: Huang et al., "Ensemble Knowledge
Distillation of Self-Supervised Speech Models", ICASSP 2023, arXiv 2302.12757.

Known: student, loss and recipe of distillation (DistilHuBERT, as released), the three targets (abstract). Chosen:
layers 4, 8 and 12 and equal weights of the heads; the student starts from the lowest layers of `encoder`; HuBERT and
WavLM Base+ teach (RobustHuBERT, the paper's third, is not published under a name: a folder can be added); teachers are
front ends, so that what they say is computed once; their frames are brought to the student's by taking the nearest.
What the student hears is distorted by noise and by a room, a missing band or another pitch, what teachers hear is clean
(setup 1 of the same author's robust distillation, without its recorded noises). The student learns from the training
part unless `distill_role` names another. Reported numbers: not found.

Offline substitute: a small student learnt from scratch on log-mel, taught by `ai4er-small` and by log-mel bands.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.augment.distortion import distort
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.losses.distillation import layer_prediction_loss
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.nn.waveform_encoder import Steps
from ai4er.systems._schedules import linear_warmup
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded, pad
from ai4er.systems.card import Card, Diagnostic
from ai4er.systems.speech._teacher_features import Target, combined, nearest_frames, standardised, teacher_features

RATE, SPEECH = 16_000, "speech"


class Config(SystemConfig):
    """DistilHuBERT's released values, and SUPERB's for what is learnt from the student.

    `teachers` are front ends that give frames of so many features (`widths`); with `layers`, each gives those layers.
    `standardise` brings the features of teachers that are no networks to one scale. `distorted` is the share of
    recordings that the student hears distorted; `samples` are the most that it hears of one. `gradient_share` scales
    the gradient of a waveform network's convolutions.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "", "layers": (), "standardise": True, "distill_rate": 1e-3, "learning_rate": 2e-3,
        "teachers": ("speech_frames:encoder=ai4er-small", "log_mel:bands=40,hop=320"), "widths": (512, 40),
        "distill_batch": 16, "distill_epochs": 10, "epochs": 40,
    }  # fmt: skip

    inputs: dict[str, str] = {SPEECH: "waveform:sample_rate=16000"}
    encoder: str = "facebook/hubert-base-ls960"
    student_layers: int = pydantic.Field(2, ge=1)
    teachers: tuple[str, ...] = pydantic.Field(
        ("speech_frames:encoder=facebook/hubert-base-ls960", "speech_frames:encoder=microsoft/wavlm-base-plus"),
        min_length=1,
    )
    widths: tuple[int, ...] = (768, 768)
    layers: tuple[int, ...] = (4, 8, 12)
    target: Target = "heads"
    standardise: bool = False
    distill_role: Literal["train", "pretrain", "unlabelled"] = "train"
    cosine_weight: float = pydantic.Field(1.0, ge=0)
    distorted: float = pydantic.Field(1.0, ge=0, le=1)
    samples: int = pydantic.Field(250_000, ge=400)
    gradient_share: float = pydantic.Field(0.1, ge=0)
    distill_rate: float = 2e-4
    distill_batch: int = pydantic.Field(24, ge=1)
    distill_epochs: int = 17
    warmup: float = pydantic.Field(0.07, ge=0, lt=1)
    clip: float = 5.0
    projection: int = pydantic.Field(256, ge=1)
    learning_rate: float = 1e-4
    batch_size: int = pydantic.Field(32, ge=1)
    epochs: int = 200

    @pydantic.model_validator(mode="after")
    def _a_width_for_each_teacher(self) -> Self:
        if len(self.widths) != len(self.teachers):
            raise ValueError(f"widths={self.widths} must be one number for each of {len(self.teachers)} teachers")
        if self.target == "average" and len(set(self.widths)) > 1:
            raise ValueError(f"target=average needs teachers of one width, and theirs are {self.widths}")
        return self

    def head_widths(self) -> list[int]:
        """The width of each target, in the order of `combined`."""
        each = max(1, len(self.layers))
        if self.target == "heads":
            return [width for width in self.widths for _ in range(each)]
        return [self.widths[0] if self.target == "average" else sum(self.widths)] * each

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="tiny", teachers=("log_mel:bands=8,hop=320", "log_mel:bands=12,hop=160"), widths=(8, 12),
            layers=(), standardise=True, samples=8_000, distill_rate=5e-3, distill_batch=16, distill_epochs=3,
            projection=32, learning_rate=1e-2, batch_size=16, epochs=4,
        )  # fmt: skip


class EnsembleDistillation(System[Config]):
    """Waveform -> class logits."""

    config_class = Config
    toy = "synthetic_speech"
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Ensemble Knowledge Distillation of Self-Supervised Speech Models",
        venue="ICASSP", year=2023, paper="arXiv 2302.12757", inputs=("speech",), task="single label",
        official_code="none; nearest: s3prl, distiller", licence="Apache-2.0",
        frozen=("student.network.masked_spec_embed",),
        diagnostic=Diagnostic(
            mechanism="two_teachers", margin=0.2,
            ablation={"teachers": ("array:name=first",), "widths": (8,)},
            settings={
                "teachers": ("array:name=first", "array:name=second"), "widths": (8, 8), "standardise": False,
                "distill_epochs": 3, "distill_role": "unlabelled", "distorted": 0, "epochs": 40,
            },
            removes="the second teacher",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.student = speech_encoder(config.encoder, shapes[SPEECH], layers=config.student_layers)
        self.mix = LayerMix(self.student.states_number)
        self.projection = nn.Linear(self.student.hidden_size, config.projection)
        self.classifier = nn.Linear(config.projection, space.size)
        hidden = self.student.hidden_size
        self.heads = nn.ModuleList(
            multilayer_perceptron((hidden, hidden, width), nn.GELU) for width in config.head_widths()
        )
        self.targets: dict[tuple[str, str], list[np.ndarray]] = {}

    def transform(self, items: Sequence[Item], pool: Sequence[Any], generator: np.random.Generator) -> list[Item]:
        """Distort what the student hears while it has teachers."""
        found = list(items)
        if self.targets and self.shapes[SPEECH] == ():
            for place in np.flatnonzero(generator.random(len(found)) < self.config.distorted):
                samples = found[place].inputs[SPEECH]
                if samples is not None and samples.any():
                    inputs = {**found[place].inputs, SPEECH: distort(samples[: self.config.samples], RATE, generator)}
                    found[place] = replace(found[place], inputs=inputs)
        return found

    def collate(self, items: Sequence[Item]) -> Batch:
        """In distillation also the keys of the items, under which their targets are kept."""
        batch = super().collate(items)
        batch.extras["keys"] = [(item.record.corpus, item.record.id) for item in items]
        return batch

    def states(self, speech: Padded) -> Steps:
        """The states of all layers, (batch, frames, states, hidden), of what may be cut at the end."""
        lengths = speech.lengths.clamp(max=self.config.samples)
        return self.student.hidden(speech.data[:, : int(lengths.max())], lengths)

    def forward(self, batch: Batch) -> Outputs:
        self.student.eval()
        with torch.no_grad():
            states = self.states(batch[SPEECH])
        pooled = masked_mean(self.projection(self.mix(states.x)), states.mask)
        return Outputs(logits=self.classifier(pooled), embedding=pooled)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy."""
        return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}

    def distillation_losses(self, batch: Batch) -> list[Tensor]:
        """One for each head: what it makes of the student's last state, against its target."""
        states = self.states(batch[SPEECH])
        last, counts = states.x[:, :, -1], states.lengths.tolist()
        heard = (batch[SPEECH].lengths.clamp(max=self.config.samples) / batch[SPEECH].lengths.clamp(min=1)).tolist()
        rows = [self.targets[key] for key in batch.extras["keys"]]
        losses = []
        for number, head in enumerate(self.heads):
            frames = [nearest_frames(row[number], count, share) for row, count, share in zip(rows, counts, heard)]
            target = functional.pad(pad(frames).data.to(last), (0, 0, 0, last.shape[1] - max(counts)))
            losses.append(layer_prediction_loss(head(last), target, states.mask, self.config.cosine_weight))
        return losses

    def distillation_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The mean over the heads."""
        return {"distillation": torch.stack(self.distillation_losses(batch)).mean()}

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """Distillation has no `forward`, and a smaller gradient for the convolutions of a waveform network."""
        if stage.name == "learn":
            return super().step(batch, stage, optimisers, backward)
        terms = self.distillation_loss(Outputs(), batch)
        optimisers[0].zero_grad()
        backward(terms["distillation"])
        for name, parameter in self.student.named_parameters():
            if "feature_extractor" in name and parameter.grad is not None:
                parameter.grad *= self.config.gradient_share
        self.clip(stage)
        optimisers[0].step()
        return terms

    def teach(self, data: StageData) -> None:
        """Ask all teachers about every recording that the student will hear."""
        config, items = self.config, data.items[self.config.distill_role]
        found = teacher_features(config.teachers, config.layers, [item.record for item in items])
        targets = combined(found, config.teachers, config.target)
        for (name, frames), width in zip(targets.items(), config.head_widths()):
            if frames[0].shape[1] != width:
                raise Ai4erError(f"teacher {name} has {frames[0].shape[1]} features, and widths say {width}")
        columns = [standardised(frames) if config.standardise else frames for frames in targets.values()]
        keys = [(item.record.corpus, item.record.id) for item in items]
        self.targets = dict(zip(keys, map(list, zip(*columns))))

    def dismiss(self, data: StageData) -> None:
        """The teachers have said all that they are asked for."""
        self.targets = {}

    def stages(self) -> list[Stage]:
        """Distillation, of which the last epoch is kept, then what is learnt from the frozen student."""
        config = self.config

        def distill(steps: int) -> list[Optimisation]:
            parts = [*self.student.parameters(), *self.heads.parameters()]
            adam = torch.optim.AdamW(
                [p for p in parts if p.requires_grad], config.distill_rate, (0.9, 0.98), 1e-6, weight_decay=1e-6
            )
            return [Optimisation(adam, linear_warmup(adam, round(config.warmup * steps), steps))]

        def learn(steps: int) -> list[Optimisation]:
            parts = (self.mix, self.projection, self.classifier)
            return [Optimisation(torch.optim.Adam([p for m in parts for p in m.parameters()], config.learning_rate))]

        return [
            Stage("distill", config.distill_epochs, config.distill_batch, distill, "distillation_loss",
                  before="teach", role=config.distill_role, clip=config.clip, buckets=True),
            Stage("learn", config.epochs, config.batch_size, learn, before="dismiss", select="wa"),
        ]  # fmt: skip
