"""What systems of short segments share: an utterance is cut, learnt from by segments, and answered by their mean.

Every segment has the label of its utterance; the probabilities of an utterance are the means of those of its segments.
"""

from __future__ import annotations

from typing import Any, ClassVar, TypeVar

import pydantic
import torch
from torch import Tensor, nn

from ai4er.labels import LabelSpace
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.segments import Segments, cut, segments
from ai4er.nn.standardisation import Standardisation
from ai4er.systems._inputs import measure_inputs, need_vectors
from ai4er.systems.base import Optimisation, Outputs, Stage, StageData, System, SystemConfig
from ai4er.systems.batch import Batch, Padded, as_sequence


class SegmentedConfig(SystemConfig):
    """Segments of `seconds`, one every `train_step` seconds in training and every `test_step` otherwise.

    `rates` are the frames a second of each input; the first one says where segments begin. A batch has `batch_size`
    utterances with all their segments. The learning rate is multiplied by `decay` every `decay_epochs`.
    """

    rates: dict[str, float]
    seconds: float = pydantic.Field(3.0, gt=0)
    train_step: float = pydantic.Field(3.0, gt=0)
    test_step: float = pydantic.Field(3.0, gt=0)
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    decay: float = pydantic.Field(1.0, gt=0, le=1)
    decay_epochs: int = pydantic.Field(10, ge=1)
    batch_size: int = 32
    epochs: int = 50
    patience: int | None = None

    def frames(self, name: str) -> int:
        """The frames of a segment of an input."""
        return max(1, round(self.seconds * self.rates[name]))


C = TypeVar("C", bound=SegmentedConfig)


class SegmentedSystem(System[C]):
    """Inputs with a frame rate each -> standardised segments -> `classify` -> the mean over the segments.

    Inputs in `raw` are not standardised and need not be vectors. Raises `Ai4erError` for another one that is no
    sequence of vectors.
    """

    toy = "synthetic_speech"
    raw: ClassVar[tuple[str, ...]] = ()

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        measured = [name for name in config.rates if name not in self.raw]
        need_vectors(self.slug(), shapes, measured)
        self.statistics = nn.ModuleDict({name: Standardisation(shapes[name][0]) for name in measured})

    def measure(self, data: StageData) -> None:
        """Mean and deviation of every feature over the training part."""
        measure_inputs(self.statistics, data, self.config.batch_size)

    def classify(self, views: dict[str, Padded]) -> tuple[Tensor, Tensor]:
        """Logits (segments, classes) and embeddings (segments, features) of the segments of all inputs."""
        raise NotImplementedError

    def cut(self, batch: Batch) -> tuple[dict[str, Padded], Segments]:
        """The (standardised) segments of every input, and where they lie in frames of the first input.

        The longest input of an utterance, by its rate, says how many segments there are.
        """
        config, rates = self.config, self.config.rates
        inputs = {name: as_sequence(batch[name]) for name in rates}
        reference = next(iter(rates))
        durations = [(x.lengths * (rates[reference] / rates[name])).ceil().long() for name, x in inputs.items()]
        step = round((config.train_step if self.training else config.test_step) * rates[reference])
        where = segments(torch.stack(durations).amax(0), config.frames(reference), max(1, step))
        views = {}
        for name, given in inputs.items():
            x = given.data if name in self.raw else self.statistics[name](given.data)
            pieces = cut(x, given.lengths, where, config.frames(name), rates[name] / rates[reference])
            views[name] = Padded(*pieces)
        return views, where

    def forward(self, batch: Batch) -> Outputs:
        views, where = self.cut(batch)
        return self.joined(where, *self.classify(views), views=views)

    def joined(self, where: Segments, logits: Tensor, embedding: Tensor, **extras: Any) -> Outputs:
        """The outputs for utterances out of those for segments, which are kept for the loss."""
        return Outputs(
            logits=where.mean_posterior(logits), embedding=where.mean(embedding),
            extras={"segments": logits, "row": where.row, **extras},
        )  # fmt: skip

    def loss(self, outputs: Outputs, batch: Batch) -> dict[str, Tensor]:
        """Cross-entropy of the segments."""
        targets = batch.targets[outputs.extras["row"]]
        return {"cross_entropy": known_cross_entropy(outputs.extras["segments"], targets)}

    def stages(self) -> list[Stage]:
        """One stage of Adam; the epoch with the best validation UA is kept."""
        return [self.stage("train", self, self.config.epochs)]

    def stage(self, name: str, module: nn.Module, epochs: int, before: str = "measure", loss: str = "loss") -> Stage:
        """A stage that trains one module."""
        config = self.config

        def optimise(steps: int) -> list[Optimisation]:
            optimiser = torch.optim.Adam(module.parameters(), config.learning_rate, weight_decay=config.weight_decay)
            schedule = torch.optim.lr_scheduler.StepLR(optimiser, config.decay_epochs, config.decay)
            return [Optimisation(optimiser, schedule, every="epoch")]

        return Stage(
            name, epochs, config.batch_size, optimise, loss=loss, select="ua", patience=config.patience, before=before
        )
