"""Deep evidential regression: a normal-inverse-gamma distribution for each predicted value.

A rating y is a sample of a Gaussian whose mean and variance are unknown: sigma^2 ~ inverse gamma(alpha,
beta), mu ~ Gaussian(gamma, sigma^2 / upsilon). Sources: Amini et al., "Deep Evidential Regression",
NeurIPS 2020; Wu et al., "Estimating the Uncertainty in Emotion Attributes using Deep Evidential
Regression", ACL 2023.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class NormalInverseGamma:
    """Four tensors of one shape, upsilon > 0, alpha > 1, beta > 0."""

    gamma: Tensor
    upsilon: Tensor
    alpha: Tensor
    beta: Tensor

    @property
    def aleatoric(self) -> Tensor:
        """Expected variance of the ratings, beta / (alpha - 1)."""
        return self.beta / (self.alpha - 1)

    @property
    def epistemic(self) -> Tensor:
        """Variance of the mean, beta / (upsilon (alpha - 1))."""
        return self.aleatoric / self.upsilon

    @property
    def variance(self) -> Tensor:
        """Variance of one rating, aleatoric + epistemic."""
        return self.aleatoric + self.epistemic

    def unsqueeze(self, dim: int) -> NormalInverseGamma:
        """The same with one more axis."""
        parts = (self.gamma, self.upsilon, self.alpha, self.beta)
        return NormalInverseGamma(*(part.unsqueeze(dim) for part in parts))


def evidential_nll(rating: Tensor, predicted: NormalInverseGamma) -> Tensor:
    """Negative log density of ratings, with the mean and variance of their Gaussian integrated out.

    1/2 log(pi / upsilon) - alpha log Omega + (alpha + 1/2) log(upsilon (y - gamma)^2 + Omega) + lgamma(alpha)
    - lgamma(alpha + 1/2), Omega = 2 beta (1 + upsilon): that of a Student t with 2 alpha degrees of freedom,
    location gamma and squared scale beta (1 + upsilon) / (upsilon alpha).

    >>> import torch
    >>> one = torch.ones(())
    >>> round(float(evidential_nll(0 * one, NormalInverseGamma(0 * one, one, 2 * one, one))), 5)
    0.98083
    """
    upsilon, alpha = predicted.upsilon, predicted.alpha
    omega = 2 * predicted.beta * (1 + upsilon)
    return (
        0.5 * (math.log(math.pi) - upsilon.log())
        - alpha * omega.log()
        + (alpha + 0.5) * (upsilon * (rating - predicted.gamma) ** 2 + omega).log()
        + alpha.lgamma()
        - (alpha + 0.5).lgamma()
    )


def evidential_regulariser(mean: Tensor, variance: Tensor, predicted: NormalInverseGamma) -> Tensor:
    """(|mean - gamma| + |variance - beta / (alpha - 1)|) * evidence, evidence = 1 / total variance.

    `mean` and `variance` are those of an item's ratings; all tensors have one shape.
    """
    error = (mean - predicted.gamma).abs() + (variance - predicted.aleatoric).abs()
    return error / predicted.variance


def rating_moments(ratings: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and unbiased variance over the real raters; the variance of one rating is 0.

    ratings (batch, raters, names), mask (batch, raters) -> (batch, names) twice.
    """
    weight = mask.unsqueeze(-1).to(ratings.dtype)
    count = weight.sum(1)
    mean = (ratings * weight).sum(1) / count.clamp(min=1)
    deviation = ((ratings - mean.unsqueeze(1)) * weight).square().sum(1)
    return mean, deviation / (count - 1).clamp(min=1)
