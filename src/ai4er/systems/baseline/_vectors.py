"""What the baselines have in common: standardised vectors and class labels, as arrays for a kept library."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self, TypeVar

import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.batch import Batch

SMALLEST = 1e-6
"""The least probability that a logit is made of."""


class VectorConfig(SystemConfig):
    """Any front end that gives one vector: functionals, `text_vector`, `array:name=...`, differential entropy."""

    inputs: dict[str, str] = {"features": "functionals"}

    @classmethod
    def small(cls) -> Self:
        return cls()


C = TypeVar("C", bound=VectorConfig)


class VectorBaseline(System[C]):
    """One vector an item, in units of the training part's deviation -> class logits.

    A vector of several axes is flattened. There are no parameters: `solve` fills buffers.
    """

    toy = "synthetic_speech"

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if timed["features"]:
            raise Ai4erError(
                f"{self.slug()} reads one vector for each item: set the input features to a front end like functionals"
            )
        self.standardise = Standardisation(int(torch.Size(shapes["features"]).numel()))

    def forward(self, batch: Batch) -> Outputs:
        x = self.standardise(batch["features"].flatten(1))
        return Outputs(logits=self.logits(x), embedding=x)

    def solve(self, data: StageData) -> None:
        """Fit to the labelled training items. Raises `Ai4erError` where they are of one class."""
        items = [item for item in data.items["train"] if item.target is not None]
        batch = data.collate(items)
        x, labels = batch["features"].flatten(1), batch.targets
        self.standardise.measure([(x, torch.ones(len(x), dtype=torch.bool, device=x.device))])
        if len(labels.unique()) < 2:
            raise Ai4erError(f"{self.slug()} needs training data of two classes or more, and there is one only")
        self.learn(self.standardise(x).cpu(), labels.cpu(), data.seed)

    @abstractmethod
    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        """Fit to x (items, features) and labels (items,)."""

    @abstractmethod
    def logits(self, x: Tensor) -> Tensor:
        """x (items, features) -> (items, classes)."""


def logarithms(probabilities: Tensor) -> Tensor:
    """Logits whose softmax is these probabilities, none of them less than a millionth."""
    return probabilities.clamp(min=SMALLEST).log()


def all_classes(found: Tensor, present: Tensor, classes: int) -> Tensor:
    """Columns of the classes that were present, (items, present), as those of all classes; zero for the others."""
    whole = found.new_zeros(len(found), classes)
    whole[:, present] = found
    return whole
