"""Perceptual fairness: emotion without the bias of who rated it, and the women's or the men's reading on demand.

A label follows one group of raters where the groups disagree, and a network learns whose it is. Stage 1 hides that
from the representation: a domain classifier behind a gradient reversal tells the bias class of the label, and the
Wasserstein distance between the predictions for the two groups' items is minimised inside every emotion. Stage 2
learns, on the frozen representation, what each group hears, so that one utterance has three views: fair, female, male.
Reference: "Achieving Fair Speech Emotion Recognition via Perceptual Fairness", ICASSP 2023; its method is also that of
the patent US 12,548,556.

Known: little; the idea, the two stages, the emotion model, the domain classifier and that the loss grows with the
Wasserstein distance are from the abstracts of paper and patent. Reported numbers: not found. Chosen (inferred by the
sheet): sizes, rates, epochs, weights, the three bias classes, the distance inside classes. Chosen here: the exact
one-dimensional distance and no critic; features in units of their deviation over the training part; a side's reading is
the set of its most frequent classes; an item that one side did not rate has no bias class; `per_bias` items of every
bias class are added to each batch; stage 1 keeps the epoch of the best validation recall minus Wasserstein distance,
stage 2 that of the least validation loss, with the encoder's dropout off. `bias` can also name an attribute of the
speaker (gender), for corpora without raters: it is hidden in the same way, and stage 2 falls away.

Offline substitute: the library's functionals in place of wav2vec 2.0 means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.corpora.synthetic_raters import RATERS
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.labels.rater_groups import bias_class, votes_by_group
from ai4er.losses.vote_divergence import vote_divergence
from ai4er.losses.wasserstein import wasserstein_within_classes
from ai4er.nn.gradient_reversal import reversal_schedule, reverse_gradient
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.pooling import masked_mean
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import need_vectors
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Item, as_sequence
from ai4er.systems.card import Card, Diagnostic

FAIR, PERCEPTION = "fair", "perception"


class Config(SystemConfig):
    """`raters` names the group of each rater, as a corpus' documentation tells it; `groups` are the two.

    `reversal` is the last value of lambda and `wasserstein_weight` gamma: both 0 is a plain classifier. Without
    `two_stages` the perception heads are trained together with the rest.
    """

    offline: ClassVar[dict[str, Any]] = {"inputs": {"speech": "functionals"}}

    inputs: dict[str, str] = {"speech": "speech_frames:encoder=facebook/wav2vec2-base"}
    groups: tuple[str, str] = ("female", "male")
    raters: dict[str, str] = {}
    bias: str = PERCEPTION
    view: str = FAIR
    inner: int = pydantic.Field(256, ge=1)
    dim: int = pydantic.Field(128, ge=1)
    head: int = pydantic.Field(64, ge=1)
    dropout: float = pydantic.Field(0.3, ge=0, lt=1)
    reversal: float = pydantic.Field(1.0, ge=0)
    wasserstein_weight: float = pydantic.Field(1.0, ge=0)
    two_stages: bool = True
    per_bias: int = pydantic.Field(4, ge=0)
    learning_rate: float = 1e-4
    weight_decay: float = 1e-4
    batch_size: int = pydantic.Field(64, ge=1)
    epochs: int = 60
    perception_epochs: int = 40

    @classmethod
    def small(cls) -> Self:
        return cls(
            inputs={"speech": "functionals"}, raters=RATERS, inner=64, dim=32, head=16, learning_rate=1e-3, epochs=12,
            perception_epochs=8, batch_size=32,
        )  # fmt: skip


class PerceptualFairness(System[Config]):
    """Utterance vector -> class logits of the chosen view."""

    progress: Tensor
    config_class = Config
    toy = "synthetic_raters"
    card = Card(
        title="Achieving Fair Speech Emotion Recognition via Perceptual Fairness",
        venue="ICASSP", year=2023, paper="no arXiv id found; patent US 12,548,556", inputs=("speech",),
        task="single label, by groups of raters",
        diagnostic=Diagnostic(
            mechanism="rater_bias", ablation={"reversal": 0.0, "wasserstein_weight": 0.0}, margin=0.05,
            settings={"inputs": {"speech": "array:name=frames"}, "per_bias": 8, "epochs": 20, "perception_epochs": 1},
            removes="the adversary and the Wasserstein distance",
        ),
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        need_vectors(self.slug(), shapes, ["speech"])
        self.by_perception = config.bias == PERCEPTION
        self.joint = self.by_perception and not config.two_stages
        self.biases = 3 if self.by_perception else 2
        self.seen_by(config.view)
        self.members: list[np.ndarray] = []
        (size,) = shapes["speech"]
        self.standardise = Standardisation(size)
        inner = multilayer_perceptron((size, config.inner, config.dim), nn.ReLU, config.dropout)
        self.encoder = nn.Sequential(inner, nn.ReLU())

        def head(classes: int) -> nn.Module:
            return multilayer_perceptron((config.dim, config.head, classes), nn.ReLU)

        self.classifier, self.domain = head(space.size), head(self.biases)
        self.perceptions = nn.ModuleList(head(space.size) for _ in self.views[1:])
        self.register_buffer("progress", torch.zeros(()))
        self.steps = 1

    @property
    def views(self) -> tuple[str, ...]:
        """What can be asked for: the fair reading, and that of each group of raters."""
        return (FAIR, *(self.config.groups if self.by_perception else ()))

    def seen_by(self, view: str) -> Self:
        """The same system, which answers in this view from here on. Raises `Ai4erError` for an unknown one."""
        if view not in self.views:
            raise unknown("view", view, self.views)
        self.view = view
        return self

    def collate(self, items: Sequence[Item]) -> Batch:
        """Adds the bias class `bias` (batch,) and each group's `votes` (batch, groups, classes)."""
        batch = super().collate(items)
        votes = [votes_by_group(item.record, self.space, self.config.raters, self.config.groups) for item in items]
        batch.extras["votes"] = torch.from_numpy(np.stack(votes))
        batch.extras["bias"] = torch.tensor([self._bias(item, own) for item, own in zip(items, votes)])
        return batch

    def _bias(self, item: Item, votes: np.ndarray) -> int:
        """Whom the label of an item follows, or the group of its speaker; UNLABELLED where that is not known."""
        if item.target is None:
            return UNLABELLED
        if self.by_perception:
            return bias_class(votes, int(item.target))
        group = item.record.attributes.get(self.config.bias)
        return self.config.groups.index(group) if group in self.config.groups else UNLABELLED

    def prepare(self, data: StageData) -> None:
        """Measure the features of the training part, and find its items of every bias class.

        Raises `Ai4erError` where no item has one.
        """
        parts = [(self._vector(batch), batch.extras["bias"]) for batch in data.batches("train", 256)]
        self.standardise.measure((x, torch.ones_like(bias, dtype=torch.bool)) for x, bias in parts)
        bias = torch.cat([bias for _, bias in parts]).cpu().numpy()
        self.members = [np.flatnonzero(bias == number) for number in range(self.biases)]
        if any(map(len, self.members)):
            return
        one, other = self.config.groups
        known = ", ".join(sorted({rater for item in data.items["train"] for rater in item.record.raters})[:6])
        lacking = f"votes of both {one} and {other}" if self.by_perception else f"{self.config.bias}={one} or {other}"
        raise Ai4erError(
            f"{self.slug()}: no training item has {lacking}: say who is in which group with "
            f'--set raters=\'{{"NAME": "{one}", ...}}\' (raters here: {known or "not known"}), or hide an attribute of '
            "the speaker with --set bias=gender"
        )

    def transform(self, items: Sequence[Item], pool: Sequence[Item], generator: np.random.Generator) -> Sequence[Item]:
        """Add `per_bias` training items of every bias class to a batch."""
        drawn = [generator.choice(members, self.config.per_bias) for members in self.members if len(members)]
        return [*items, *(pool[i] for positions in drawn for i in positions)]

    def _vector(self, batch: Batch) -> Tensor:
        speech = as_sequence(batch["speech"])
        return masked_mean(speech.data, speech.mask)

    def forward(self, batch: Batch) -> Outputs:
        h = self.encoder(self.standardise(self._vector(batch)))
        heard = h if self.joint else h.detach()
        views = dict(zip(self.views, [self.classifier(h), *(head(heard) for head in self.perceptions)]))
        return Outputs(logits=views[self.view], embedding=h, extras={"views": views})

    def reversal(self) -> float:
        """Lambda: it rises from 0 to its last value in stage 1."""
        return self.config.reversal * reversal_schedule(float(self.progress))

    def fair_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Stage 1: cross-entropy of emotion and of bias class (reversed below), weighted distance; stage 2 if joint."""
        fair, bias = outputs.extras["views"][FAIR], batch.extras["bias"]
        told = self.domain(reverse_gradient(outputs.embedding, self.reversal()))  # type: ignore[arg-type]
        return {
            **(self.perception_loss(outputs, batch) if self.joint else {}),
            "emotion": functional.cross_entropy(fair, batch.targets),
            "domain": functional.cross_entropy(told, bias, reduction="sum") / (bias != UNLABELLED).sum().clamp(min=1),
            "wasserstein": self.config.wasserstein_weight * self.distance(fair.softmax(-1), batch.targets, bias),
        }

    def distance(self, probabilities: Tensor, targets: Tensor, bias: Tensor) -> Tensor:
        """How far the predictions for the items of the one and of the other group are apart, class by class."""
        return wasserstein_within_classes(probabilities, targets, bias == self.biases - 2, bias == self.biases - 1)

    def perception_loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Stage 2: KL(q || P) of each group, q the shares of its votes; the mean over the items that it rated."""
        views, votes = outputs.extras["views"], batch.extras["votes"].unbind(1)
        return {group: vote_divergence(views[group], own) for group, own in zip(self.config.groups, votes)}

    def fair_recall(self, batches: Iterable[Batch]) -> float:
        """The unweighted average recall of the fair view minus its Wasserstein distance."""
        from sklearn.metrics import balanced_accuracy_score

        parts = [(self(b).extras["views"][FAIR].softmax(-1), b.targets, b.extras["bias"]) for b in batches]
        probabilities, targets, bias = map(torch.cat, zip(*parts))
        there = targets != UNLABELLED
        recall = balanced_accuracy_score(targets[there].cpu(), probabilities[there].argmax(1).cpu())
        return float(recall) - float(self.distance(probabilities, targets, bias))

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """Advances lambda in stage 1; in stage 2 the encoder is as in use."""
        if stage.name == PERCEPTION:
            self.encoder.eval()
        else:
            self.progress += 1 / self.steps
        return super().step(batch, stage, optimisers, backward)

    def stages(self) -> list[Stage]:
        """Fairness, then perception; only the first one without raters or without `two_stages`."""
        config = self.config

        def adam(*parts: nn.Module) -> list[Optimisation]:
            weights = [weight for part in parts for weight in part.parameters()]
            return [Optimisation(torch.optim.Adam(weights, config.learning_rate, weight_decay=config.weight_decay))]

        def fair(steps: int) -> list[Optimisation]:
            self.steps = steps
            return adam(self.encoder, self.classifier, self.domain, *([self.perceptions] if self.joint else []))

        size, more = config.batch_size, config.perception_epochs
        first = Stage("fairness", config.epochs, size, fair, "fair_loss", "fair_recall", before="prepare")
        second = Stage(
            PERCEPTION, more, size, lambda steps: adam(self.perceptions), "perception_loss", "loss", before="prepare"
        )
        return [first, second] if self.by_perception and not self.joint else [first]
