"""The Gaussian mechanism on what a client sends: its update cut to a norm, and noise on every weight."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pydantic
import torch
from torch import Tensor

from ai4er.config import Configuration

Update = Mapping[str, Tensor]
"""A change of every weight, by its name."""


class GaussianMechanism(Configuration):
    """Clipping at the norm `clip` and noise for a nominal `epsilon` at `delta` over all rounds.

    Source: Feng, Peri and Narayanan, "User-level differential privacy against attribute inference attack of speech
    emotion recognition in federated learning", Interspeech 2022, whose values of clip and delta are the defaults. The
    nominal epsilon bounds what one utterance changes; `privacy_accounting` says what an observer is really kept from.
    """

    epsilon: float = pydantic.Field(gt=0)
    clip: float = pydantic.Field(0.25, gt=0)
    delta: float = pydantic.Field(0.5, gt=0, lt=1)

    def noise_multiplier(self, rate: float, rounds: int) -> float:
        """sqrt(2 q R ln(1 / delta)) / epsilon, with the share q of clients in each of R rounds."""
        return math.sqrt(2 * rate * rounds * math.log(1 / self.delta)) / self.epsilon

    def deviation(self, items: int, rate: float, rounds: int) -> float:
        """The deviation of the noise for a client of n items: the multiplier times the sensitivity 2 C / n."""
        return 2 * self.clip / items * self.noise_multiplier(rate, rounds)

    def protect(self, update: Update, deviation: float, generator: torch.Generator) -> dict[str, Tensor]:
        """The update, no longer than `clip`, with noise of this deviation on every weight."""
        return {
            name: tensor + deviation * torch.randn(tensor.shape, generator=generator, dtype=tensor.dtype)
            for name, tensor in clipped(update, self.clip).items()
        }


def clipped(update: Update, norm: float) -> dict[str, Tensor]:
    """The update with its Euclidean norm over all weights cut to at most `norm`; a shorter one stays as it is."""
    length = math.sqrt(sum(float(tensor.double().square().sum()) for tensor in update.values()))
    scale = min(1.0, norm / length) if length else 1.0
    return {name: tensor * scale for name, tensor in update.items()}
