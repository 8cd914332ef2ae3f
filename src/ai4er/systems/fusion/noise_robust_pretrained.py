"""Frozen acoustic and lexical representations, fused, and distilled into a model that needs sound alone.

Valence lies in the words, activation and dominance in the sound. A convolution over time and a GRU read the frames of
a speech network and the tokens of a text network; both embeddings are fused. Noise harms the sound more than the words,
so that a student which hears clean or noisy speech is drawn towards the embedding of that multi-modal teacher, which
hears the clean speech and reads the transcript. Reference: Mitra, Kowtha, Chien, Azemi and Avendano, "Pre-Trained Model
Representations and Their Robustness Against Noise for Speech Emotion Analysis", ICASSP 2023, arXiv 2303.03177.

Known: the representations (HuBERT large, fine-tuned for speech recognition; BERT), the concordance loss, the fusion and
the distillation into embeddings. Chosen (the sheet says inferred): all sizes, the last layers, equal weights of the
dimensions, Adam at 5e-4, patience 10; noisy copies are white or pink noise at 30 to 0 decibels, one for every item, and
half of the student's items stay clean; an input that an item lacks gives an embedding of zeros. Classes are learnt by
cross-entropy, which the paper does not have. Reported numbers: not found, but for relative gains, which the study of
this name compares.

Offline substitute: log-mel frames for HuBERT and MiniLM's token states for BERT.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.losses.concordance import concordance_loss
from ai4er.nn.time_convolution_gru import TimeConvolutionGRU
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, Padded
from ai4er.systems.card import Card, Diagnostic

INPUTS = {
    "acoustic": ("speech",), "lexical": ("text",), "multimodal": ("speech", "text"),
    "distilled": ("speech", "noisy", "text"),
}  # fmt: skip
"""What each model is trained on; of `distilled`, the student reads `speech` alone where it is used."""


def _inputs(speech: str, text: str) -> dict[str, str]:
    """The front ends, that of the noisy copies being the one for speech."""
    copy = speech.replace(":", ";", 1).replace(",", ";")
    return {"speech": speech, "noisy": f"noisy:front_end={copy}", "text": text}


_LOG_MEL = _inputs("log_mel:bands=40,hop=320,normalise=utterance", "text_frames:encoder=minilm")


class Config(SystemConfig):
    """`model` says what is trained; inputs that it does not read are left out.

    `dimension_weights` are a, b, c of the paper, equal where none are given; `task_weight` and `distillation_weight`
    weigh the terms of the student's loss, of whose items `clean_share` stay clean. Without distillation no teacher is
    trained, and the student is one that has merely heard noise.
    """

    offline: ClassVar[dict[str, Any]] = {"inputs": _LOG_MEL}

    inputs: dict[str, str] = _inputs(
        "speech_frames:encoder=facebook/hubert-large-ls960-ft,layer=-1",
        "text_frames:encoder=google-bert/bert-base-uncased",
    )
    model: Literal["acoustic", "lexical", "multimodal", "distilled"] = "distilled"
    units: int = pydantic.Field(128, ge=1)
    kernel: int = pydantic.Field(3, ge=1)
    layers: int = pydantic.Field(2, ge=1)
    dimension_weights: tuple[float, ...] | None = None
    task_weight: float = pydantic.Field(1.0, ge=0)
    distillation_weight: float = pydantic.Field(1.0, ge=0)
    clean_share: float = pydantic.Field(0.5, ge=0, le=1)
    learning_rate: float = 5e-4
    batch_size: int = 64
    epochs: int = 100
    patience: int = 10

    @pydantic.model_validator(mode="before")
    @classmethod
    def _read_inputs(cls, values: dict[str, Any]) -> dict[str, Any]:
        usual: Mapping[str, str] = cls.model_fields["inputs"].default
        wanted = INPUTS.get(values.get("model", cls.model_fields["model"].default), ())
        given = values.get("inputs", usual)
        if not isinstance(given, Mapping):
            return values
        unknown = sorted(map(str, set(given) - set(usual)))
        if unknown:
            raise ValueError(f"no input named {', '.join(unknown)}: there are {', '.join(usual)}")
        return {**values, "inputs": {name: given.get(name, usual[name]) for name in wanted}}

    @classmethod
    def small(cls) -> Self:
        return cls(inputs=_LOG_MEL, units=32, layers=1, learning_rate=5e-3, batch_size=16, epochs=12)


class Branch(nn.Module):
    """One representation (batch, time, features) -> its embedding z (batch, units)."""

    def __init__(self, config: Config, features: int) -> None:
        super().__init__()
        self.encoder = TimeConvolutionGRU(features, config.units, config.kernel, config.layers)
        self.embedding = nn.Linear(config.units, config.units)

    def forward(self, x: Padded) -> Tensor:
        embedding: Tensor = self.embedding(self.encoder(x.data, x.mask)).relu()
        return embedding


class Network(nn.Module):
    """A branch for each representation; two of them are fused: z_m = ReLU(W [z_a; z_l] + b); output layer."""

    def __init__(self, config: Config, features: Mapping[str, int], outputs: int) -> None:
        super().__init__()
        self.branches = nn.ModuleDict({name: Branch(config, size) for name, size in features.items()})
        self.fusion = nn.Linear(len(features) * config.units, config.units) if len(features) > 1 else None
        self.output = nn.Linear(config.units, outputs)

    def forward(self, inputs: Mapping[str, Padded], available: Mapping[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Values (batch, outputs) and the embedding they are made of, (batch, units)."""
        found = [self._read(name, inputs[name], available[name]) for name in self.branches]
        embedding = found[0] if self.fusion is None else self.fusion(torch.cat(found, dim=1)).relu()
        return self.output(embedding), embedding

    def _read(self, name: str, x: Padded, available: Tensor) -> Tensor:
        """The embedding of one representation; zeros where an item lacks it, as a whole batch may."""
        if not bool(available.any()):
            return self.output.weight.new_zeros(len(available), self.output.in_features)
        embedding: Tensor = self.branches[name](x) * available.unsqueeze(1)
        return embedding


class NoiseRobustPretrained(System[Config]):
    """Speech, words or both -> activation, valence, dominance (or classes)."""

    config_class = Config
    kinds = ("dimensions", "single")
    toy = "synthetic_speech"
    tolerates_missing = True
    distilling: Tensor
    card = Card(
        title="Pre-Trained Model Representations and Their Robustness Against Noise for Speech Emotion Analysis",
        venue="ICASSP", year=2023, paper="arXiv 2303.03177", inputs=("speech", "text"),
        task="activation, valence, dominance",
        diagnostic=Diagnostic(
            mechanism="valence_in_words", ablation={"model": "acoustic"}, margin=0.25, metric="ccc",
            settings={"model": "multimodal", "inputs": {"speech": "array:name=frames", "text": "array:name=words"}},
            removes="the lexical branch",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        distilled = config.model == "distilled"
        sizes = {name: shapes[name][-1] for name in INPUTS[config.model] if name != "noisy"}
        heard = {"speech": sizes["speech"]} if distilled else sizes
        self.network = Network(config, heard, space.size)
        self.teacher = Network(config, sizes, space.size) if distilled and config.distillation_weight else None
        self.register_buffer("distilling", torch.tensor(self.teacher is None))

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """The student hears some items clean, the others in their noisy copy."""
        if self.config.model != "distilled":
            return items
        clean = generator.random(len(items)) < self.config.clean_share
        return [
            dataclasses.replace(item, inputs={**item.inputs, "noisy": item.inputs["speech"]})
            if heard or item.inputs["noisy"] is None
            else item
            for item, heard in zip(items, clean)
        ]

    def forward(self, batch: Batch) -> Outputs:
        """The student's answer once it is taught, before that the teacher's."""
        if self.teacher is not None and not bool(self.distilling):
            return self._outputs(*self.teacher(batch.inputs, batch.available))
        noisy = self.config.model == "distilled" and self.training
        heard = {"speech": batch["noisy"]} if noisy else batch.inputs
        return self._outputs(*self.network(heard, batch.available))

    def _outputs(self, values: Tensor, embedding: Tensor) -> Outputs:
        if self.space.kind == "single":
            return Outputs(logits=values, embedding=embedding)
        return Outputs(values=values, embedding=embedding)

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The concordance loss over the batch; of classes the cross-entropy."""
        if self.space.kind == "single":
            return {"cross_entropy": functional.cross_entropy(outputs.logits, batch.targets)}
        return {"concordance": concordance_loss(outputs.values, batch.targets, self.config.dimension_weights)}

    def distillation_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The task, and the mean squared distance between the student's and the teacher's embedding."""
        terms = {name: self.config.task_weight * term for name, term in self.loss(outputs, batch).items()}
        if self.teacher is None:
            return terms
        with torch.no_grad():
            _, target = self.teacher(batch.inputs, batch.available)
        assert outputs.embedding is not None
        distance = (outputs.embedding - target).square().sum(1)
        read = batch.available["text"]
        distilled = (distance * read).sum() / read.sum().clamp(min=1)
        return {**terms, "distillation": self.config.distillation_weight * distilled}

    def begin_distilling(self, data: StageData) -> None:
        """The teacher is done: from here on the student learns and answers."""
        assert self.teacher is not None
        self.teacher.requires_grad_(False)
        self.distilling.fill_(True)

    def stages(self) -> list[Stage]:
        """The model; or the multi-modal teacher, and then its student."""
        if self.config.model != "distilled":
            return [self._stage("train", self.network, "loss")]
        if self.teacher is None:
            return [self._stage("student", self.network, "distillation_loss")]
        student = self._stage("student", self.network, "distillation_loss")
        return [
            self._stage("teacher", self.teacher, "loss"), dataclasses.replace(student, before="begin_distilling"),
        ]  # fmt: skip

    def _stage(self, name: str, network: nn.Module, loss: str) -> Stage:
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            return [Optimisation(torch.optim.Adam(network.parameters(), config.learning_rate))]

        select = "ua" if self.space.kind == "single" else "ccc"
        return Stage(name, config.epochs, config.batch_size, optimise, loss, select, config.patience, buckets=True)
