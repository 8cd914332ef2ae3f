"""Domain adaptation without forgetting: a small, partly labelled target is learnt while the source is kept.

Fine-tuning on a small corpus adapts and forgets. Here all of the target's sound is used, its unlabelled part by masked
prediction of units and by pseudo-labels, while in every batch source recordings are learnt again and the answers of the
model before the adaptation are kept. What counts is a pair: what is won in the target, and what is lost in the source.
Reference: "Domain Adaptation without Catastrophic Forgetting on a Small-Scale Partially-Labeled Corpus for Speech
Emotion Recognition", ICASSP 2023, IEEE 10096578.

Known: title and input; no text of the paper; its results were not found. Inferred by the sheet: all the rest
(network, terms and their weights, three steps, sizes, rates). Chosen: the corpora of the unlabelled role are the
target; training items of them are its labelled part, unless no other corpus is in training, where all count as
source. The source's labels stay in the loss of the second step, and teacher and anchor are taken behind it: so they
still decide, and the first distillation and penalty are 0. Units are clusters of a middle layer, found anew at the
start of each step that predicts them. Steps are counted in epochs of `epoch_steps`. The protocol
`cross_corpus_partly_labelled` gives folds with all three parts.

Offline substitute: a small network for log-mel frames, learnt from scratch, fewer units and steps, greater rates.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any, ClassVar, Self

import pydantic
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.losses.distillation import softened_divergence
from ai4er.losses.elastic_weight_consolidation import diagonal_fisher, quadratic_penalty
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.losses.pseudo_labels import pseudo_label_loss
from ai4er.systems._schedules import linear_warmup
from ai4er.systems.adaptation._augmented_classifier import AugmentedClassifier
from ai4er.systems.adaptation._masked_units import MaskedUnits
from ai4er.systems.adaptation._partly_labelled import Part, PartlyLabelledSystem, in_turn, of_one
from ai4er.systems.base import EncoderKind, Optimisation, Outputs, Stage, StageData, SystemConfig
from ai4er.systems.batch import Batch, as_sequence
from ai4er.systems.card import Card, Diagnostic

RATE = 16_000


class Config(SystemConfig):
    """The sheet's values. An empty `encoder` is a network for log-mel frames.

    `self_supervision` is a, `distillation` b, `pseudo_labels` c and `anchor` m of the loss; `ramp` is the share of the
    steps over which c rises. `sizes` are the items of a batch: source, labelled and unlabelled target. Spans are in
    frames; `hidden_share` of all frames begin one that is predicted. Without `replay` no source item is in a batch.
    """

    offline: ClassVar[dict[str, Any]] = {
        "encoder": "", "units": 50, "unit_layer": 1, "rate": 1e-3, "head_rate": 1e-3, "unit_rate": 1e-3,
        "adapt_rate": 3e-4, "source_epochs": 30, "patience": 30, "unit_steps": 100, "adapt_steps": 200,
        "epoch_steps": 20,
    }  # fmt: skip

    inputs: dict[str, str] = {"speech": f"waveform:sample_rate={RATE}"}
    encoder: str = "facebook/hubert-base-ls960"
    seconds: float = pydantic.Field(7.0, gt=0)
    hidden: int = pydantic.Field(256, ge=1)
    dropout: float = pydantic.Field(0.1, ge=0, lt=1)
    masked_share: float = pydantic.Field(0.05, ge=0, lt=1)
    units: int = pydantic.Field(500, ge=2)
    unit_layer: int = pydantic.Field(6, ge=0)
    unit_frames: int = pydantic.Field(200_000, ge=1)
    hidden_share: float = pydantic.Field(0.08, gt=0, lt=1)
    span: int = pydantic.Field(10, ge=1)
    self_supervision: float = pydantic.Field(0.1, ge=0)
    distillation: float = pydantic.Field(1.0, ge=0)
    temperature: float = pydantic.Field(2.0, gt=0)
    pseudo_labels: float = pydantic.Field(0.5, ge=0)
    threshold: float = pydantic.Field(0.9, ge=0, le=1)
    ramp: float = pydantic.Field(0.2, ge=0, le=1)
    replay: bool = True
    anchor: float = pydantic.Field(0.0, ge=0)
    rate: float = 1e-5
    head_rate: float = 1e-4
    unit_rate: float = 5e-5
    adapt_rate: float = 1e-5
    warmup: float = pydantic.Field(0.1, ge=0, lt=1)
    clip: float = 1.0
    batch_size: int = pydantic.Field(32, ge=1)
    sizes: tuple[int, int, int] = (8, 8, 16)
    source_epochs: int = pydantic.Field(20, ge=1)
    patience: int = 5
    unit_steps: int = pydantic.Field(5_000, ge=0)
    adapt_steps: int = pydantic.Field(3_000, ge=1)
    epoch_steps: int = pydantic.Field(250, ge=1)

    @pydantic.model_validator(mode="after")
    def _something_keeps_the_source(self) -> Self:
        if not self.replay and not self.anchor:
            raise ValueError("without replay nothing keeps the source: set anchor above 0, or replay=true")
        if min(self.sizes) < 1:
            raise ValueError(f"sizes={self.sizes} must be three numbers of items, 1 or more")
        return self

    @classmethod
    def small(cls) -> Self:
        return cls(
            encoder="", hidden=32, units=8, unit_layer=1, rate=3e-3, head_rate=3e-3, unit_rate=3e-3, adapt_rate=3e-3,
            batch_size=16, sizes=(6, 4, 6), source_epochs=4, unit_steps=8, adapt_steps=16, epoch_steps=4,
        )  # fmt: skip


class DomainAdaptationNoForgetting(PartlyLabelledSystem[Config]):
    """Waveform -> class logits, of both domains. `forgetting` and `gain` say what the adaptation cost and won."""

    config_class = Config
    encoder_kind: ClassVar[EncoderKind] = "speech"
    card = Card(
        title="Domain Adaptation without Catastrophic Forgetting on a Small-Scale Partially-Labeled Corpus for Speech "
        "Emotion Recognition",
        venue="ICASSP", year=2023, paper="IEEE 10096578", inputs=("speech",), task="single label",
        frozen=("network.encoder.network.feature_extractor", "network.encoder.network.masked_spec_embed"),
        diagnostic=Diagnostic(
            mechanism="turned_decisions", ablation={"replay": False, "anchor": 1e-9, "distillation": 0.0}, margin=0.15,
            settings={
                "inputs": {"speech": "array:name=vector"}, "self_supervision": 0.0, "masked_share": 0.0,
                "source_epochs": 20, "unit_steps": 0, "adapt_steps": 400, "epoch_steps": 40, "adapt_rate": 5e-3,
            },
            removes="replay and distillation",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if len(shapes["speech"]) > 1:
            raise Ai4erError(f"{self.slug()}: speech is {shapes['speech']}; it needs samples, or frames (features,)")
        self.network = AugmentedClassifier(
            config.encoder, shapes["speech"], config.hidden, space.size, config.dropout, config.masked_share,
            config.span,
        )  # fmt: skip
        self.units = MaskedUnits(self.network.encoder.hidden_size, config.units, config.span, config.hidden_share)
        self.teacher: tuple[AugmentedClassifier, ...] = ()  # no module, so that a recognizer need not carry it
        self.fisher: list[Tensor] = []

    def begin_units(self, data: StageData) -> None:
        """The task-adaptive step: find the units of all recordings; the target is met in every batch."""
        self.begin(data)
        self.adding = self.config.sizes[Part.UNLABELLED_TARGET]
        if self.config.self_supervision:
            self.eval()
            generator = torch.Generator().manual_seed(data.seed)
            with torch.no_grad():
                self.units.cluster(self._middle_states(data), self.config.unit_frames, generator)

    def _middle_states(self, data: StageData) -> Iterable[Any]:
        for role in ("train", "unlabelled"):
            for batch in data.batches(role, self.config.batch_size):
                states = self.network.encoder.hidden(*self.heard(batch), self.config.unit_layer)
                yield batch.extras["keys"], states._replace(x=states.x[:, :, -1])

    def begin_adapting(self, data: StageData) -> None:
        """The adaptation: the present model becomes teacher and anchor, and its scores are kept."""
        self.begin_units(data)
        self.eval()
        self.progress.zero_()
        self.teacher = (copy.deepcopy(self.network).requires_grad_(False).eval(),)
        if self.config.anchor:
            self.fisher = diagonal_fisher(self._likelihoods(data), [*self._held().values()])
        if data.items.get("valid"):
            with torch.no_grad():
                self.both_domains(data.batches("valid", self.config.batch_size))
            self.before.copy_(self.after)

    def _held(self) -> dict[str, nn.Parameter]:
        """The weights that the anchor holds, by name."""
        return {name: p for name, p in self.network.named_parameters() if p.requires_grad}

    def _likelihoods(self, data: StageData) -> Iterable[Tensor]:
        """The log-likelihood of the label of each source item."""
        for batch in data.batches("train", 1):
            if int(batch.extras["part"]) == Part.SOURCE and int(batch.targets) != UNLABELLED:
                yield self(batch).logits.log_softmax(1)[0, int(batch.targets)]

    def heard(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """The first seconds of what is said, or all frames, with their lengths."""
        speech = as_sequence(batch["speech"])
        longest = int(self.config.seconds * RATE) if self.shapes["speech"] == () else speech.data.shape[1]
        return speech.data[:, :longest], speech.lengths.clamp(max=longest)

    def forward(self, batch: Batch) -> Outputs:
        logits, h = self.network(*self.heard(batch))
        return Outputs(logits=logits, embedding=h)

    def unit_loss(self, batch: Batch) -> Tensor:
        """Masked prediction, on the sound of all parts."""
        kept: list[Tensor] = []

        def hide(x: Tensor, lengths: Tensor) -> Tensor:
            kept.append(self.units.hidden_frames(lengths, x.shape[1]))
            return self.units.replaced(x, kept[0])

        states = self.network.encoder.hidden(*self.heard(batch), masking=hide)
        return self.units.loss(states.x[:, :, -1], kept[0], batch.extras["keys"])

    def _labelled(self, outputs: Outputs, batch: Batch, part: Part) -> Tensor:
        """Cross-entropy over the items of a part; 0 where there is none with a label."""
        others = batch.extras["part"] != part
        return known_cross_entropy(outputs.logits, batch.targets.masked_fill(others, UNLABELLED))

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the source's labels."""
        return {"source": self._labelled(outputs, batch, Part.SOURCE)}

    def task_adaptive_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The same, and masked prediction on the sound of both domains."""
        terms = self.loss(outputs, batch)
        return {**terms, "units": self.unit_loss(batch)} if self.config.self_supervision else terms

    def adaptation_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """The sheet's terms: labels of source and target, units, kept answers, pseudo-labels, kept weights."""
        config, part, student = self.config, batch.extras["part"], outputs.logits
        terms = {one.name.lower(): self._labelled(outputs, batch, one) for one in (Part.SOURCE, Part.TARGET)}
        if config.self_supervision:
            terms["units"] = config.self_supervision * self.unit_loss(batch)
        with torch.no_grad():
            teacher = self.teacher[0](*self.heard(batch))[0]
        kept, hidden = part != Part.TARGET, part == Part.UNLABELLED_TARGET
        if config.distillation and kept.any():
            apart = softened_divergence(student[kept], teacher[kept], config.temperature)
            terms["distillation"] = config.distillation * apart
        if config.pseudo_labels:
            found = pseudo_label_loss(student[hidden], teacher[hidden], config.threshold)
            terms["pseudo_labels"] = config.pseudo_labels * self.ramped() * found
        if config.anchor:
            here, there = self._held(), dict(self.teacher[0].named_parameters())
            penalty = quadratic_penalty(here.values(), (there[name] for name in here), self.fisher)
            terms["anchor"] = config.anchor * penalty
        return terms

    def ramped(self) -> float:
        """The share of the weight of pseudo-labels, which rises to 1 over the first steps of the adaptation."""
        return min(1.0, float(self.progress) / self.config.ramp) if self.config.ramp else 1.0

    def stages(self) -> list[Stage]:
        """Source, task-adaptive, adaptation; the second is left out without steps."""
        config, size = self.config, self.config.batch_size

        def source(steps: int) -> list[Optimisation]:
            rates = {name: config.rate if name.startswith("encoder") else config.head_rate for name in self._held()}
            return [Optimisation(torch.optim.AdamW({"params": p, "lr": rates[n]} for n, p in self._held().items()))]

        def task_adaptive(steps: int) -> list[Optimisation]:
            return [Optimisation(self._optimiser(config.unit_rate))]

        def adapt(steps: int) -> list[Optimisation]:
            self.expect(steps)
            optimiser = self._optimiser(config.adapt_rate)
            return [Optimisation(optimiser, linear_warmup(optimiser, round(config.warmup * steps), steps))]

        drawn = {Part.SOURCE: config.sizes[0], Part.TARGET: config.sizes[1]}
        replayed = drawn if config.replay else {Part.TARGET: config.sizes[1]}
        found = [
            Stage("source", config.source_epochs, size, source, before="begin", select="source_score",
                  patience=config.patience, sampler=of_one(self.part_of, Part.SOURCE, size)),
            Stage("task_adaptive", config.unit_steps // config.epoch_steps, size, task_adaptive, "task_adaptive_loss",
                  before="begin_units", sampler=in_turn(self.part_of, drawn, config.epoch_steps)),
            Stage("adapt", max(1, config.adapt_steps // config.epoch_steps), size, adapt, "adaptation_loss",
                  select="both_domains", clip=config.clip, before="begin_adapting",
                  sampler=in_turn(self.part_of, replayed, config.epoch_steps)),
        ]  # fmt: skip
        return [stage for stage in found if stage.epochs]

    def _optimiser(self, rate: float) -> torch.optim.Optimizer:
        return torch.optim.AdamW([p for p in self.parameters() if p.requires_grad], rate)
