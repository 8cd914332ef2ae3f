"""What subspace methods have in common: vectors of two corpora, one projection, a linear classifier of the source."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.nn.linear_svm import linear_svm
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import Outputs, StageData, System, SystemConfig
from ai4er.systems.batch import Batch


class SubspaceConfig(SystemConfig):
    """`dimension` is that of the subspace, and `penalty` the C of the classifier."""

    inputs: dict[str, str] = {"features": "functionals"}
    dimension: int = pydantic.Field(100, ge=1)
    penalty: float = pydantic.Field(1.0, gt=0)


C = TypeVar("C", bound=SubspaceConfig)


class SubspaceSystem(System[C]):
    """Utterance features -> z-scores of the target -> projection -> unit length -> linear classifier.

    The logits are the margins of the support vector machine; their softmax is no calibrated probability.
    Whatever is predicted counts as a recording of the target. Raises `Ai4erError` where an input is no
    vector or has fewer features than `dimension`. There are no parameters: `solve` fills the buffers, whose
    sizes follow from configuration and input.
    """

    roles = ("train", "unlabelled")
    toy = "synthetic_speech"
    projection: Tensor
    weight: Tensor
    bias: Tensor

    def __init__(self, config: C, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        if timed["features"] or len(shapes["features"]) != 1:
            raise Ai4erError(
                f"{self.slug()} reads one vector for each recording: set the input features to a front end such as "
                "functionals"
            )
        features = shapes["features"][0]
        if config.dimension > features:
            raise Ai4erError(
                f"{self.slug()}: dimension={config.dimension} exceeds the {features} input features: "
                "set a smaller dimension"
            )
        self.standardise = Standardisation(features)
        self.register_buffer("projection", torch.zeros(features, config.dimension))
        self.register_buffer("weight", torch.zeros(space.size, config.dimension))
        self.register_buffer("bias", torch.zeros(space.size))

    def forward(self, batch: Batch) -> Outputs:
        z = functional.normalize(self.standardise(batch["features"]) @ self.projection)
        return Outputs(logits=functional.linear(z, self.weight, self.bias), embedding=z)

    def classifier(self, source: Tensor, labels: Tensor, projection: Tensor) -> tuple[Tensor, Tensor]:
        """Weights and biases of the linear classifier of the source (items, features) in a subspace."""
        return linear_svm(functional.normalize(source @ projection), labels, self.space.size, self.config.penalty)

    def keep(self, projection: Tensor, weight: Tensor, bias: Tensor) -> None:
        """What `solve` has found."""
        self.projection.copy_(projection)
        self.weight.copy_(weight)
        self.bias.copy_(bias)

    def source(self, data: StageData) -> tuple[Tensor, Tensor]:
        """Labelled vectors of the training role (items, features) in double precision, and their labels (items,).

        Each corpus is in z-scores of its own.
        """
        items = [item for item in data.items["train"] if item.target is not None]
        batch = data.collate(items)
        x = batch["features"]
        corpora = np.array([item.record.corpus for item in items])
        scaled = torch.empty_like(x, dtype=torch.float64)
        for corpus in np.unique(corpora):
            own = torch.from_numpy(corpora == corpus)
            scores = Standardisation(x.shape[1])
            scores.measure([(x, own)])
            scaled[own] = scores(x[own]).double()
        return scaled, batch.targets

    def target(self, data: StageData) -> Tensor:
        """Vectors of the unlabelled role in double precision; their statistics are those of all later recordings."""
        target = data.whole("unlabelled")["features"]
        self.standardise.measure([(target, torch.ones(len(target), dtype=torch.bool, device=target.device))])
        scaled: Tensor = self.standardise(target).cpu().double()
        return scaled
