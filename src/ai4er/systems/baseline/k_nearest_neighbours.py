"""The classes of the nearest training items, by their share.

Every feature in units of its deviation over the training part, Euclidean distance. Reference: Cover and Hart,
"Nearest Neighbor Pattern Classification", IEEE Transactions on Information Theory 13(1), 1967.

Known: the rule. Chosen: ten neighbours, all with one vote, and the library's open set of functionals. Reported
numbers: not found for these features. The training items are part of what is saved: a recognizer of this kind holds
the features of the people it was trained on.
"""

from __future__ import annotations

import pydantic
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LabelSpace
from ai4er.nn.fitted import Fitted
from ai4er.systems.baseline._vectors import VectorBaseline, VectorConfig, logarithms
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`neighbours` vote."""

    neighbours: int = pydantic.Field(10, ge=1)


class KNearestNeighbours(VectorBaseline[Config]):
    """Utterance features -> logarithm of each class's share among the nearest training items."""

    config_class = Config
    card = Card(
        title="Nearest Neighbor Pattern Classification", venue="IEEE Transactions on Information Theory", year=1967,
        paper="doi 10.1109/TIT.1967.1053964", inputs=("any",), task="single label",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.known = Fitted("items", "labels")

    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        self.known.keep(items=x, labels=labels)

    def logits(self, x: Tensor) -> Tensor:
        items, labels = self.known.get_buffer("items"), self.known.get_buffer("labels")
        distances = torch.cdist(x, items, compute_mode="donot_use_mm_for_euclid_dist")
        nearest = distances.topk(min(self.config.neighbours, len(items)), largest=False).indices
        votes = functional.one_hot(labels[nearest].long(), self.space.size).to(x.dtype)
        return logarithms(votes.mean(1))
