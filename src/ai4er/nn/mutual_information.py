"""Bounds of the mutual information of two vectors, learned from pairs of samples; all in nats."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from ai4er.nn.multilayer_perceptron import multilayer_perceptron

_LARGEST = 10.0  # of a statistic: beyond it the mean of exponentials is that of one pair


class MutualInformationLowerBound(nn.Module):
    """MINE: I(x; y) >= E_joint[T(x, y)] - log E_marginal[exp T(x, y)], T a perceptron with one hidden layer.

    forward: x (items, features), y (items, other features) that belong together row by row -> a scalar. Pairs of the
    marginals are those of different rows; with `others` (samples, other features), of each x with each of these. Where
    there is no such pair it is 0. Whoever makes it larger estimates the information, or raises it. T stays within 10 of
    0, so that the bound stays finite.
    Source: Belghazi et al., "Mutual Information Neural Estimation", ICML 2018, equation 10.
    """

    def __init__(self, features: int, other_features: int, hidden: int) -> None:
        super().__init__()
        self.statistic = multilayer_perceptron((features + other_features, hidden, 1), nn.ReLU)

    def forward(self, x: Tensor, y: Tensor, others: Tensor | None = None) -> Tensor:
        joint = self._scores(torch.cat([x, y], dim=1))
        items, samples = len(x), len(y if others is None else others)
        against = (y if others is None else others).unsqueeze(0).expand(items, -1, -1)
        marginal = self._scores(torch.cat([x.unsqueeze(1).expand(-1, samples, -1), against], dim=2))
        if others is None:
            marginal = marginal[~torch.eye(items, dtype=torch.bool, device=x.device)]
        if not marginal.numel():
            return 0 * (x.sum() + y.sum())
        return joint.mean() - (marginal.flatten().logsumexp(0) - math.log(marginal.numel()))

    def _scores(self, pairs: Tensor) -> Tensor:
        return _LARGEST * (self.statistic(pairs).squeeze(-1).float() / _LARGEST).tanh()


class MutualInformationUpperBound(nn.Module):
    """CLUB: I(x; y) <= E_joint[log q(y | x)] - E_marginal[log q(y | x)], q a Gaussian whose moments depend on x.

    forward: x (items, features), y (items, other features) -> the bound, a scalar; whoever makes it smaller makes x and
    y independent. It is one as far as q is the conditional density, which `unlikelihood` teaches.
    Source: Cheng et al., "CLUB: A Contrastive Log-ratio Upper Bound of Mutual Information", ICML 2020, equation 16.
    """

    def __init__(self, features: int, other_features: int, hidden: int) -> None:
        super().__init__()
        self.mean = multilayer_perceptron((features, hidden, other_features), nn.ReLU)
        self.log_variance = nn.Sequential(multilayer_perceptron((features, hidden, other_features), nn.ReLU), nn.Tanh())

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        mean, precision = self._moments(x)
        joint = (y.float() - mean).square()
        # mean over j of (y_j - m_i)^2 = variance of y + (mean of y - m_i)^2
        marginal = y.float().var(0, correction=0) + (y.float().mean(0) - mean).square()
        return ((marginal - joint) * precision / 2).sum(1).mean()

    def unlikelihood(self, x: Tensor, y: Tensor) -> Tensor:
        """-E_joint[log q(y | x)] without its constant: the estimator's own loss."""
        mean, precision = self._moments(x)
        return (((y.float() - mean).square() * precision - precision.log()) / 2).sum(1).mean()

    def _moments(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.mean(x).float(), (-self.log_variance(x).float()).exp()
