"""Multinomial logistic regression on one vector an item: the probe that tells what features or an encoder know.

Every feature in units of its deviation over the training part, one weight vector a class, cross-entropy and an L2
penalty, solved to the minimum, which is the only one. Reference: Cox, "The regression analysis of binary sequences",
Journal of the Royal Statistical Society B 20, 1958; as a probe of pretrained networks Alain and Bengio, "Understanding
intermediate layers using linear classifier probes", 2016.

Known: the model. Chosen: the penalty; the weights of the classes within a corpus (the field judges by the mean recall).
Several corpora with different classes can be learnt together: a recording counts against the classes that its corpus
has, so that a corpus never teaches that what it does not have is absent; and a corpus counts as the root of its size,
so that the largest does not decide alone. A class that no corpus has is never the answer. Votes are learnt as shares.
Reported numbers: not found for these features.
"""

from __future__ import annotations

import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.losses.several_corpora import as_shares
from ai4er.nn.softmax_regression import regression
from ai4er.systems.base import Outputs, StageData, System
from ai4er.systems.baseline._vectors import (
    VectorConfig,
    Vectors,
    labelled,
    labelled_batches,
    need_two_classes,
    training_targets,
)
from ai4er.systems.batch import Batch
from ai4er.systems.card import Card

_NEVER = -30.0
"""The bias of a class without a training item."""


class Config(VectorConfig):
    """`penalty` is that of a squared weight beside the mean cross-entropy; `iterations` of L-BFGS at most."""

    penalty: float = pydantic.Field(0.03, ge=0)
    balanced: bool = True
    iterations: int = pydantic.Field(100, ge=1)


class LogisticRegression(System[Config]):
    """Utterance features -> class logits. There are no parameters: `solve` fills buffers."""

    config_class = Config
    kinds = ("single", "distribution")
    toy = "synthetic_speech"
    weight: Tensor
    bias: Tensor
    card = Card(
        title="The regression analysis of binary sequences", venue="Journal of the Royal Statistical Society B",
        year=1958, paper="doi 10.1111/j.2517-6161.1958.tb00292.x", inputs=("any",), task="single label or votes",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.vectors = Vectors(shapes, timed)
        self.register_buffer("weight", torch.zeros(space.size, self.vectors.size))
        self.register_buffer("bias", torch.zeros(space.size))

    def forward(self, batch: Batch) -> Outputs:
        x = self.vectors(batch)
        return Outputs(logits=functional.linear(x, self.weight, self.bias), embedding=x)

    def solve(self, data: StageData) -> None:
        """Fit to the labelled training items. Raises `Ai4erError` where they are of one class."""
        shares = as_shares(training_targets(data), self.space.size)
        need_two_classes(self.slug(), shares.argmax(1))
        x = self.vectors.measure(labelled_batches(data))
        corpora = [item.record.corpus for item in labelled(data)]
        weight, bias = regression(
            x, shares.to(x), corpora, self.config.penalty, self.config.balanced, self.config.iterations
        )
        self.weight.copy_(weight)
        self.bias.copy_(bias.masked_fill(shares.sum(0).to(x.device) == 0, _NEVER))
