"""A linear support vector machine on utterance features: the baseline that most papers of the field state.

Every feature in units of its deviation over the training part; one machine a class against the rest; the largest
margin decides. Reference: Cortes and Vapnik, "Support-Vector Networks", Machine Learning 20, 1995; as a baseline of
the field: Schuller et al., "The INTERSPEECH 2009 Emotion Challenge".

Known: the machine, which is scikit-learn's. Chosen: the weights of the classes (the field judges by the mean recall),
C = 0.01 for some hundred features, and the library's open set of functionals. Reported numbers: not found for these
features. The softmax of the margins is no calibrated probability.
"""

from __future__ import annotations

import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.linear_svm import linear_svm
from ai4er.systems.baseline._vectors import VectorBaseline, VectorConfig
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`penalty` is C; `balanced` weighs every class alike."""

    penalty: float = pydantic.Field(0.01, gt=0)
    balanced: bool = True


class SupportVectorMachine(VectorBaseline[Config]):
    """Utterance features -> the margin of every class."""

    config_class = Config
    weight: Tensor
    bias: Tensor
    card = Card(
        title="Support-Vector Networks", venue="Machine Learning", year=1995, paper="doi 10.1007/BF00994018",
        inputs=("any",), task="single label", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.register_buffer("weight", torch.zeros(space.size, self.vectors.size))
        self.register_buffer("bias", torch.zeros(space.size))

    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        weight, bias = linear_svm(x.double(), labels, self.space.size, self.config.penalty, self.config.balanced)
        self.weight.copy_(weight)
        self.bias.copy_(bias)

    def logits(self, x: Tensor) -> Tensor:
        return functional.linear(x, self.weight, self.bias)
