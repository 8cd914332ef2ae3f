"""Generators of speech features from prototypes of classes: learnt with some classes, used for any others."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import torch
from torch import Tensor

from ai4er.nn.conditional_autoencoder import ConditionalAutoencoder, evidence_bound


def ridge(x: Tensor, y: Tensor, penalty: float) -> Tensor:
    """argmin_W ||x W - y||^2 + penalty ||W||^2: x (items, inputs), y (items, outputs) -> (inputs, outputs)."""
    if x.shape[1] > len(x):
        return x.T @ torch.linalg.solve(x @ x.T + penalty * torch.eye(len(x)).to(x), y)
    return torch.linalg.solve(x.T @ x + penalty * torch.eye(x.shape[1]).to(x), x.T @ y)


def class_means(x: Tensor, labels: Tensor) -> Tensor:
    """The mean of each class 0, 1, ...: x (items, features) -> (classes, features)."""
    return torch.stack([x[labels == label].mean(0) for label in range(int(labels.max()) + 1)])


class LinearGenerator:
    """G(r) = r B plus Gaussian noise with the classes' pooled covariance, shrunk towards a sphere."""

    def __init__(self, x: Tensor, labels: Tensor, prototypes: Tensor, penalty: float, shrinkage: float) -> None:
        self.weight = ridge(prototypes[labels], x, penalty)
        apart = x - class_means(x, labels)[labels]
        covariance = apart.T @ apart / len(x)
        sphere = covariance.diagonal().mean() * torch.eye(x.shape[1]).to(x)
        self.covariance = (1 - shrinkage) * covariance + shrinkage * sphere

    @cached_property
    def noise(self) -> Tensor:
        """What standard normal vectors are multiplied by, (features, features)."""
        values, vectors = torch.linalg.eigh(self.covariance)
        return vectors * values.clamp(min=0).sqrt()

    def means(self, prototypes: Tensor) -> Tensor:
        """r B: (classes, words) -> (classes, features)."""
        return prototypes @ self.weight

    def draw(self, prototypes: Tensor) -> Tensor:
        """One vector for each prototype: (items, words) -> (items, features)."""
        return self.means(prototypes) + torch.randn(len(prototypes), len(self.noise)).to(self.noise) @ self.noise.T


class AutoencoderTraining(NamedTuple):
    """Sizes of the autoencoder, and how it learns."""

    hidden: int
    latent: int
    rate: float
    batch_size: int
    epochs: int


class AutoencoderGenerator:
    """p(x | z, r) of a conditional variational autoencoder that has learnt the seen emotions; as `LinearGenerator`."""

    def __init__(self, x: Tensor, labels: Tensor, prototypes: Tensor, training: AutoencoderTraining) -> None:
        sizes = (x.shape[1], prototypes.shape[1], training.hidden, training.latent)
        self.network = ConditionalAutoencoder(*sizes).to(x)
        optimiser = torch.optim.Adam(self.network.parameters(), training.rate)
        for _ in range(training.epochs):
            for rows in torch.randperm(len(x)).split(training.batch_size):
                optimiser.zero_grad()
                found = self.network(x[rows], prototypes[labels[rows]])
                torch.stack(list(evidence_bound(x[rows], *found).values())).sum().backward()
                optimiser.step()

    def means(self, prototypes: Tensor) -> Tensor:
        """The mean of 1000 vectors drawn for each prototype."""
        return self.draw(prototypes.repeat_interleave(1000, 0)).unflatten(0, (-1, 1000)).mean(1)

    @torch.no_grad()
    def draw(self, prototypes: Tensor) -> Tensor:
        return self.network.draw(prototypes)
