"""The contract of every system: a plain network with named losses and training stages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from ai4er.config import Configuration, parse_spec
from ai4er.errors import Ai4erError
from ai4er.labels import Kind, LabelSpace
from ai4er.labels.turns import Turn
from ai4er.systems.batch import Batch, collate_dialogues, collate_items
from ai4er.systems.card import Card


class SystemConfig(Configuration):
    """What every system's `Config` has.

    `inputs` maps the input names of the batch to front-end specs. `offline` holds the settings that
    replace what cannot be had without a network (the declared substitutes); in a system without encoders, those with
    which it trains in minutes on a processor. `fallbacks` are front ends for corpora that have nothing which the usual
    input reads; the first that reads something is taken.
    """

    offline: ClassVar[dict[str, Any]] = {}
    fallbacks: ClassVar[tuple[str, ...]] = ()

    inputs: dict[str, str] = {}

    @classmethod
    def small(cls) -> Self:
        """A configuration that trains in seconds on a generated corpus."""
        raise NotImplementedError


@dataclass
class Outputs:
    """What `forward` returns; a system fills what it has.

    `logits` (batch, classes) for class spaces; `values` (batch, names) for dimensions and scores;
    `uncertainty` (batch, names) a standard deviation; `embedding` (batch, features) for plots;
    in a dialogue batch all have (batch, turns, ...). `extras` is for the system's own losses.
    """

    logits: Tensor = None  # type: ignore[assignment]  # None where a system does not have it
    values: Tensor = None  # type: ignore[assignment]
    uncertainty: Tensor | None = None
    embedding: Tensor | None = None
    attention: Tensor | None = None
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Optimisation:
    """One optimiser and its schedule, advanced every training step or every epoch."""

    optimiser: torch.optim.Optimizer
    schedule: Any = None
    every: Literal["step", "epoch"] = "step"


@dataclass(frozen=True)
class Stage:
    """One training stage.

    `optimise(steps)` builds the optimisers, given the total number of training steps of the
    stage. `loss` names the system's method (outputs, batch) -> {term: tensor}; the sum is minimised.
    `select` is the validation metric whose best epoch is kept (`loss` is the validation loss; a method of the
    system of that name, batches -> number, counts as a metric of which more is better); None keeps the last epoch
    (and so does a fold without validation data). `patience` counts epochs without improvement. `clip` is the
    largest gradient norm. `before` names a method called with the stage's `StageData` at its start; it must be
    deterministic given the weights, since it is called again when a killed training is resumed.
    `role` is the data role that is iterated; `buckets` batches items of similar length together.
    `sampler` (units, generator) -> the positions of each batch takes the place of shuffling; it must
    give as many batches in every epoch.
    """

    name: str
    epochs: int
    batch_size: int
    optimise: Callable[[int], list[Optimisation]]
    loss: str = "loss"
    select: str | None = None
    patience: int | None = None
    clip: float | None = None
    before: str | None = None
    role: str = "train"
    drop_last: bool = False
    buckets: bool = False
    sampler: Callable[[Sequence[Any], np.random.Generator], list[np.ndarray]] | None = None


@dataclass(frozen=True)
class StageData:
    """What `before` and `solve` may look at: the items of every role, never the test part.

    `batches(role, size)` iterates over a role in its fixed order; `seed` is that of the run.
    """

    items: dict[str, Sequence[Any]]
    collate: Callable[[Sequence[Any]], Batch]
    seed: int
    device: torch.device

    def batches(self, role: str, size: int) -> Iterable[Batch]:
        """Batches of a role in order, on the training device."""
        items = self.items[role]
        for start in range(0, len(items), size):
            yield self.collate(items[start : start + size]).to(self.device)

    def whole(self, role: str) -> Batch:
        """A whole role as one batch."""
        return self.collate(self.items[role]).to(self.device)


C = TypeVar("C", bound=SystemConfig)
EncoderKind = Literal["speech", "text", "seq2seq", "image"]
_KINDS: dict[str, EncoderKind] = {"speech": "speech", "face": "image"}
"""The kind of network of a front end whose name begins so; all others read text."""
Converse = Callable[[np.ndarray, int], list[Turn]]
"""(samples,) at 16 kHz and the number of speakers -> the turns of a whole conversation, in the order of time."""


class System(nn.Module, Generic[C]):
    """A published recogniser. Subclasses are found by their file: `systems/<family>/<slug>.py`.

    `unit` says whether a batch holds utterances or whole dialogues; `kinds` are the label-space
    kinds it can predict, `roles` the data roles that its training needs; `toy` the generated
    corpus of the contract tests, and `tolerates_missing` whether inputs may be absent.
    `conditions` maps a name to the inputs that are withheld: validation and test then run once for
    each condition, and the metric is the mean over them (missing-modality systems).
    `encoder_kind` is the kind of the pretrained network that the setting `encoder` names.
    `shapes[name]` is the shape of one item's input without its time axis, e.g. (39,);
    `timed[name]` whether it has a time axis. A part called `network` that maps tensors to tensors
    can be compiled by the trainer; `compiling_pays_after` is how many of its training steps on a processor win back
    what compiling costs (benchmarks/throughput.py), None where they never do or nobody has measured it.
    """

    config_class: ClassVar[type[SystemConfig]]
    card: ClassVar[Card]
    unit: ClassVar[Literal["utterance", "dialogue"]] = "utterance"
    kinds: ClassVar[tuple[Kind, ...]] = ("single",)
    roles: ClassVar[tuple[str, ...]] = ("train",)
    toy: ClassVar[str]
    tolerates_missing: ClassVar[bool] = False
    encoder_kind: ClassVar[EncoderKind] = "text"
    conditions: ClassVar[dict[str, tuple[str, ...]]] = {}
    compiling_pays_after: ClassVar[int | None] = None

    def __init__(
        self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]
    ) -> None:
        super().__init__()
        if space.kind not in self.kinds:
            raise Ai4erError(
                f"{self.slug()} predicts label spaces of kind {', '.join(self.kinds)}; {space.name} is {space.kind}"
            )
        self.config = config
        self.space = space
        self.shapes = shapes
        self.timed = timed

    @classmethod
    def slug(cls) -> str:
        """The name of the system's file."""
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def family(cls) -> str:
        """The name of the system's folder."""
        return cls.__module__.rsplit(".", 2)[-2]

    @classmethod
    def encoders(cls, config: SystemConfig) -> dict[str, EncoderKind]:
        """Spec -> kind of every pretrained network that a configuration needs, that of its front ends included."""
        found: dict[str, EncoderKind] = {}
        for text in config.inputs.values():
            name, settings = parse_spec(text)
            if "encoder" in settings:
                found[settings["encoder"]] = _KINDS.get(name.partition("_")[0], "text")
        own = getattr(config, "encoder", None)
        return {**found, own: cls.encoder_kind} if own else found

    @property
    def stores_encoder(self) -> bool:
        """Whether a recognizer holds the weights of the network that the setting `encoder` names, or its name alone."""
        return True

    def stored_weights(self) -> dict[str, Tensor]:
        """What a recognizer stores: all weights, less those that `load_state_dict` of the system can do without."""
        return self.state_dict()

    def thresholds(self) -> np.ndarray:
        """The probability from which each label of a multi-label space applies, (names,)."""
        return np.full(self.space.size, float(getattr(self.config, "threshold", 0.5)))

    @property
    def conversation(self) -> Converse | None:
        """What finds who says what in a whole conversation; None where the system has not learnt that."""
        return None

    def collate(self, items: Sequence[Any]) -> Batch:
        """Items (or dialogues, lists of items) as one batch; called for training and for use."""
        if self.unit == "dialogue":
            return collate_dialogues(items, self.timed)
        return collate_items(items, self.timed)

    def transform(self, items: Sequence[Any], pool: Sequence[Any], generator: np.random.Generator) -> Sequence[Any]:
        """Augment the items of one training batch; `pool` is the whole training role."""
        return items

    def forward(self, batch: Batch) -> Outputs:
        """The outputs of a batch."""
        raise NotImplementedError

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Named loss terms, weights included; their sum is minimised."""
        raise NotImplementedError

    def stages(self) -> list[Stage]:
        """The training stages in order; none for systems that `solve`."""
        return []

    def solve(self, data: StageData) -> None:
        """Fit without gradients, for systems that have no stages."""
        raise NotImplementedError

    def step(
        self, batch: Batch, stage: Stage, optimisers: Sequence[Any], backward: Callable[[Tensor], None]
    ) -> dict[str, Tensor]:
        """One training step; adversarial and bi-level systems override it. Returns the terms to log."""
        terms: dict[str, Tensor] = getattr(self, stage.loss)(self(batch), batch)
        for optimiser in optimisers:
            optimiser.zero_grad()
        backward(torch.stack(list(terms.values())).sum())
        self.clip(stage)
        for optimiser in optimisers:
            optimiser.step()
        return terms

    def clip(self, stage: Stage) -> None:
        """Limit the gradient norm as the stage says."""
        if stage.clip is not None:
            nn.utils.clip_grad_norm_(self.parameters(), stage.clip)

    def scores(self, outputs: Outputs) -> Tensor:
        """Probabilities or values of one batch, (batch, names) or (batch, turns, names)."""
        if self.space.kind in ("single", "distribution"):
            return outputs.logits.softmax(-1)
        if self.space.kind == "multi":
            return outputs.logits.sigmoid()
        return outputs.values


def parameter_count(module: nn.Module, trainable: bool | None = None) -> int:
    """The number of weights; all of them, or only those that are (not) trained."""
    return sum(p.numel() for p in module.parameters() if trainable is None or p.requires_grad == trainable)
