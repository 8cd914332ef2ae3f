"""A conditional variational autoencoder: vectors of a condition that were never seen."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class ConditionalAutoencoder(nn.Module):
    """q(z | x, c) and p(x | z, c), each with one hidden layer; z is standard normal where nothing is known.

    forward: x (items, features), c (items, condition) -> rebuilt (items, features), mean and log variance of z
    (items, latent). Source: Sohn, Lee and Yan, "Learning Structured Output Representation using Deep Conditional
    Generative Models", NIPS 2015, equation 4.
    """

    def __init__(self, features: int, condition: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = nn.Sequential(nn.Linear(features + condition, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent + condition, hidden), nn.ReLU(), nn.Linear(hidden, features))

    def forward(self, x: Tensor, c: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        mean, log_variance = self.encoder(torch.cat([x, c], dim=1)).chunk(2, dim=1)
        z = mean + (log_variance / 2).exp() * torch.randn_like(mean)
        return self.decoder(torch.cat([z, c], dim=1)), mean, log_variance

    def draw(self, c: Tensor) -> Tensor:
        """x of p(x | z, c) with a random z for each condition: c (items, condition) -> (items, features)."""
        drawn: Tensor = self.decoder(torch.cat([torch.randn(len(c), self.latent).to(c), c], dim=1))
        return drawn


def evidence_bound(x: Tensor, rebuilt: Tensor, mean: Tensor, log_variance: Tensor) -> dict[str, Tensor]:
    """sum (x - x')^2 and KL(q(z | x, c) || N(0, 1)), both the mean over items; their sum is minimised."""
    return {
        "reconstruction": functional.mse_loss(rebuilt, x, reduction="sum") / len(x),
        "divergence": (mean.square() + log_variance.exp() - 1 - log_variance).sum() / 2 / len(x),
    }
