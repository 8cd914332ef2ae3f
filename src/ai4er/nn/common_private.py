"""What modalities have in common and what is private to each, told apart by a discriminator and by orthogonality."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.losses.difference import difference_loss


class CommonPrivate(nn.Module):
    """Private and common part of each of several modalities, and the discriminator that both are shown to.

    The private extractors differ, the common one is the same for all modalities. forward: encoded steps (modalities,
    batch, steps, features) -> private and common parts, of the same shape. Source: the common and private spaces of
    MISA (Hazarika et al., ACM Multimedia 2020) with the adversary of TAILOR (Zhang et al., AAAI 2022, section 3.2).
    """

    def __init__(
        self, modalities: int, features: int, discriminator: int, dropout: float, private_dropout: float
    ) -> None:
        super().__init__()
        self.private = nn.ModuleList(
            nn.Sequential(nn.Linear(features, features), nn.Dropout(private_dropout), nn.Tanh())
            for _ in range(modalities)
        )
        self.common = nn.Sequential(nn.Linear(features, features), nn.Dropout(dropout), nn.Tanh())
        self.discriminator = nn.Sequential(
            nn.Linear(features, discriminator), nn.Dropout(private_dropout), nn.ReLU(),
            nn.Linear(discriminator, modalities),
        )  # fmt: skip

    def forward(self, encoded: Tensor) -> tuple[Tensor, Tensor]:
        return torch.stack([part(x) for part, x in zip(self.private, encoded)]), self.common(encoded)

    def adversary(self, parts: Tensor, mask: Tensor) -> Tensor:
        """Cross-entropy of telling the modality of every real step, summed over the modalities: a scalar."""
        modality = torch.arange(len(parts), device=parts.device).view(-1, 1, 1).expand(parts.shape[:3])
        logits = self.discriminator(parts)
        return len(parts) * functional.cross_entropy(logits[:, mask].flatten(0, 1), modality[:, mask].flatten())


def orthogonality(private: Tensor, common: Tensor, mask: Tensor) -> Tensor:
    """Difference loss of every pair of private parts, and of each private part with its common part.

    private and common (modalities, batch, steps, features), mask (batch, steps) -> a scalar.
    """
    real = mask.unsqueeze(-1).to(private.dtype)
    private, common = private * real, common * real
    pairs = [(private[i], private[j]) for i, j in combinations(range(len(private)), 2)]
    return torch.stack([difference_loss(x, y) for x, y in (*pairs, *zip(common, private))]).sum()
