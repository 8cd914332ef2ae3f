"""Property inference: what the first layer of an update says about the client who sent it.

An eavesdropper keeps updates of the first layer; on federations of other corpora, whose speakers it knows (shadow
runs), it trains an attacker to guess a property of a client, and then guesses that of the targets. The convolutional
attacker is the published one: Feng, Hashemi, Annavaram and Narayanan, "Attribute inference attack of speech emotion
recognition in federated learning settings", arXiv 2112.13416. The directional one uses how a first layer learns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import pydantic
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.config import Configuration
from ai4er.errors import Ai4erError
from ai4er.nn.multilayer_perceptron import multilayer_perceptron
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import System
from ai4er.training.federated import Message

Kind = Literal["directional", "convolutional"]


class Attack(Configuration):
    """`observed` are the numbers of updates of one client that attackers average before a guess.

    The rest is the convolutional attacker, as published.
    """

    observed: tuple[int, ...] = (1, 5, 10)
    channels: tuple[int, int, int] = (16, 32, 64)
    grid: tuple[int, int] = (4, 4)
    hidden: tuple[int, ...] = (256, 128)
    dropout: float = pydantic.Field(0.2, ge=0, lt=1)
    learning_rate: float = pydantic.Field(1e-4, gt=0)
    batch_size: int = pydantic.Field(20, ge=1)
    epochs: int = pydantic.Field(10, ge=1)


@dataclass(frozen=True)
class Observations:
    """Averaged updates of a first layer: `weights` (items, inputs, outputs), `biases` (items, outputs or 0).

    `clients` are the names and `counts` the numbers of updates in each average, both (items,).
    """

    weights: np.ndarray
    biases: np.ndarray
    clients: np.ndarray
    counts: np.ndarray

    def __len__(self) -> int:
        return len(self.clients)

    def of(self, count: int) -> Observations:
        """The averages of so many updates."""
        rows = self.counts == count
        return Observations(self.weights[rows], self.biases[rows], self.clients[rows], self.counts[rows])

    @classmethod
    def pool(cls, parts: Sequence[Observations]) -> Observations:
        """Those of several runs as one."""
        names = ("weights", "biases", "clients", "counts")
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


class Eavesdropper:
    """Keeps updates of the first layer, at most `limit` of a client, each round as probable as any other."""

    def __init__(self, system: System, limit: int, seed: int) -> None:
        self.weight, self.bias = first_layer(system)
        self.limit, self.generator = limit, np.random.default_rng(seed)
        self._kept: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
        self._heard: dict[str, int] = {}

    def hear(self, message: Message) -> None:
        """Take a message, or not (reservoir sampling)."""
        kept = self._kept.setdefault(message.client, [])
        heard = self._heard[message.client] = self._heard.get(message.client, 0) + 1
        place = len(kept) if heard <= self.limit else int(self.generator.integers(heard))
        if place < self.limit:
            kept[place : place + 1] = [self._first_layer(message)]

    def _first_layer(self, message: Message) -> tuple[np.ndarray, np.ndarray]:
        weight = message.update[self.weight].flatten(1).T.numpy().copy()
        bias = np.zeros(0, np.float32) if self.bias is None else message.update[self.bias].numpy().copy()
        return weight, bias

    def observations(self, counts: Sequence[int]) -> Observations:
        """The averages of every so many updates of each client, as far as they reach."""
        found = [
            (client, count, *(np.mean(part, axis=0) for part in zip(*kept[start : start + count])))
            for client, kept in sorted(self._kept.items())
            for count in counts
            for start in range(0, len(kept) - count + 1, count)
        ]
        clients, numbers, weights, biases = zip(*found)
        return Observations(np.stack(weights), np.stack(biases), np.array(clients), np.array(numbers))


def first_layer(system: System) -> tuple[str, str | None]:
    """The name of the first trained weight that has two axes or more, and of its bias where it has one."""
    shapes = {name: weight.shape for name, weight in system.named_parameters()}
    weight = next((name for name, shape in shapes.items() if len(shape) > 1), None)
    if weight is None:
        raise Ai4erError(f"{system.slug()} has no layer of weights that an update could reveal: take another system")
    bias = weight.removesuffix("weight") + "bias"
    return weight, bias if bias != weight and bias in shapes else None


class Attacker(Protocol):
    """What guesses a property."""

    def guess(self, observations: Observations) -> np.ndarray:
        """The probabilities of each class, (items, classes)."""


class ConvolutionalAttacker(nn.Module):
    """Updates of a first layer -> logarithms of the probabilities of a property.

    Standardisation by the shadow updates, three convolutions with pooling, the bias' update beside what they give, and
    a perceptron. Convolutions keep the size, and the last pooling gives a grid of fixed size for every first layer.
    """

    def __init__(self, attack: Attack, shape: tuple[int, int], biases: int, classes: int) -> None:
        super().__init__()
        one, two, three = attack.channels
        self.shape = shape
        self.standardise_weight = Standardisation(shape[0] * shape[1])
        self.standardise_bias = Standardisation(biases)
        drop = nn.Dropout(attack.dropout)
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, one, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True), drop,
            nn.Conv2d(one, two, 5, padding=2), nn.ReLU(), nn.MaxPool2d(4, ceil_mode=True), drop,
            nn.Conv2d(two, three, 5, padding=2), nn.BatchNorm2d(three), nn.ReLU(), nn.AdaptiveMaxPool2d(attack.grid),
            drop,
        ).to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # fmt: skip
        width = three * attack.grid[0] * attack.grid[1] + biases
        self.perceptron = multilayer_perceptron((width, *attack.hidden, classes), nn.ReLU, attack.dropout)

    @classmethod
    def like(cls, attack: Attack, observations: Observations, classes: int) -> ConvolutionalAttacker:
        """An untrained attacker for updates of this shape."""
        _, inputs, outputs = observations.weights.shape
        return cls(attack, (inputs, outputs), observations.biases.shape[1], classes)

    def forward(self, weight: Tensor, bias: Tensor) -> Tensor:
        """weight (batch, inputs, outputs) and bias (batch, outputs or 0) -> (batch, classes)."""
        image = self.standardise_weight(weight.flatten(1)).view(-1, 1, *self.shape)
        seen = self.convolutions(image.contiguous(memory_format=torch.channels_last)).flatten(1)
        return functional.log_softmax(self.perceptron(torch.cat([seen, self.standardise_bias(bias)], 1)), dim=1)

    @torch.no_grad()
    def guess(self, observations: Observations) -> np.ndarray:
        """The probabilities of each class, (items, classes)."""
        weights, biases = torch.from_numpy(observations.weights), torch.from_numpy(observations.biases)
        parts = [self(weight, bias) for weight, bias in zip(weights.split(64), biases.split(64))]
        return torch.cat(parts).exp().numpy()


class DirectionalAttacker:
    """Reads the mean of a client's inputs off the direction of the update, and classifies it by logistic regression.

    A first layer's gradient is sum_i d_i x_i^T for the inputs x and errors d of the client's items, that of its bias
    sum_i d_i: for each input, the cosine over the units between the two has the sign of the input's mean, weighed by
    the errors, and it outlasts optimisers that keep signs but not sizes, such as Adam. A layer without bias shows
    nothing.
    """

    def __init__(self, shadow: Observations, labels: np.ndarray, classes: int) -> None:
        from sklearn.linear_model import LogisticRegression

        seen = directions(shadow)
        self.mean, deviation = seen.mean(axis=0), seen.std(axis=0)
        self.scale = np.divide(1.0, deviation, out=np.zeros_like(deviation), where=deviation > 0)
        self.classes = classes
        self.model = LogisticRegression(C=1e-3).fit((seen - self.mean) * self.scale, labels)

    def guess(self, observations: Observations) -> np.ndarray:
        """The probabilities of each class, (items, classes)."""
        found = np.zeros((len(observations), self.classes))
        found[:, self.model.classes_] = self.model.predict_proba((directions(observations) - self.mean) * self.scale)
        return found


def directions(observations: Observations) -> np.ndarray:
    """The cosine between the updates of each input's weights and of the biases, (items, inputs); 0 where one is 0."""
    weights, biases = observations.weights, observations.biases
    if not biases.shape[1]:
        return np.zeros(weights.shape[:2])
    product = np.einsum("nio,no->ni", weights, biases)
    length = np.linalg.norm(weights, axis=2) * np.linalg.norm(biases, axis=1)[:, None]
    return np.divide(product, length, out=np.zeros(product.shape), where=length > 0)


def train_attacker(
    kind: Kind, attack: Attack, shadow: Observations, labels: np.ndarray, classes: int, seed: int
) -> Attacker:
    """An attacker that has learnt from shadow updates and the class (items,) of the client of each, nothing else."""
    if kind == "directional":
        return DirectionalAttacker(shadow, labels, classes)
    return _convolutional(attack, shadow, labels, classes, seed)


def _convolutional(
    attack: Attack, shadow: Observations, labels: np.ndarray, classes: int, seed: int
) -> ConvolutionalAttacker:
    weights, biases = torch.from_numpy(shadow.weights), torch.from_numpy(shadow.biases)
    targets = torch.from_numpy(labels)
    torch.manual_seed(seed)
    attacker = ConvolutionalAttacker.like(attack, shadow, classes)
    everything = torch.ones(len(weights), dtype=torch.bool)
    attacker.standardise_weight.measure((w.flatten(1), m) for w, m in zip(weights.split(256), everything.split(256)))
    attacker.standardise_bias.measure([(biases, everything)])
    optimiser = torch.optim.Adam(attacker.parameters(), attack.learning_rate)
    generator = np.random.default_rng(seed)
    attacker.train()
    for _ in range(attack.epochs):
        order = torch.from_numpy(generator.permutation(len(weights)))
        for chosen in order.split(attack.batch_size):
            loss = functional.nll_loss(attacker(weights[chosen], biases[chosen]), targets[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    return attacker.eval()
