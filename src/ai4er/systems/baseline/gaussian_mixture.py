"""A mixture of Gaussians for each class on the principal components of the utterance features: Bayes' rule decides.

Reference: Dempster, Laird and Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", Journal of the
Royal Statistical Society B 39, 1977; in the field since Slaney and McRoberts 1998 and Schuller et al. 2003.

Known: mixtures with diagonal covariance, which scikit-learn fits. Chosen: two Gaussians a class on 40 principal
components of unit variance, a floor of 0.1 under every variance, all classes equally probable beforehand, and the
library's open set of functionals. Reported numbers: not found for these features.
"""

from __future__ import annotations

import math
from typing import Self

import pydantic
import torch
from torch import Tensor

from ai4er.labels import LabelSpace
from ai4er.nn.fitted import Fitted
from ai4er.nn.hidden_markov import NEVER
from ai4er.systems.baseline._vectors import VectorBaseline, VectorConfig
from ai4er.systems.card import Card


class Config(VectorConfig):
    """`components` Gaussians for each class on at most `dimension` principal components; `floor` under variances."""

    components: int = pydantic.Field(2, ge=1)
    dimension: int = pydantic.Field(40, ge=1)
    floor: float = pydantic.Field(0.1, gt=0)

    @classmethod
    def small(cls) -> Self:
        return cls(components=1, dimension=10)


class GaussianMixture(VectorBaseline[Config]):
    """Utterance features -> log-likelihood of every class."""

    config_class = Config
    card = Card(
        title="Maximum Likelihood from Incomplete Data via the EM Algorithm",
        venue="Journal of the Royal Statistical Society B", year=1977, paper="doi 10.1111/j.2517-6161.1977.tb01600.x",
        inputs=("any",), task="single label", official_code="scikit-learn", licence="BSD-3-Clause",
    )  # fmt: skip

    def __init__(self, config: Config, space: LabelSpace, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool]):
        super().__init__(config, space, shapes, timed)
        self.axes = Fitted("directions", "centre")
        self.mixtures = Fitted("classes", "means", "variances", "shares")

    def learn(self, x: Tensor, labels: Tensor, seed: int) -> None:
        from sklearn.decomposition import PCA
        from sklearn.mixture import GaussianMixture as Mixture

        config = self.config
        found = PCA(min(config.dimension, *x.shape), whiten=True, svd_solver="full").fit(x.double().numpy())
        scale = torch.from_numpy(found.explained_variance_).clamp(min=1e-12).sqrt()
        self.axes.keep(
            directions=(torch.from_numpy(found.components_).T / scale).float(),
            centre=torch.from_numpy(found.mean_).float(),
        )
        z, classes = self.project(x).double().numpy(), labels.unique()
        fits = []
        for label in classes:
            own = z[(labels == label).numpy()]
            own = own.repeat(2, axis=0) if len(own) == 1 else own  # the least that scikit-learn takes
            components = min(config.components, len(own))
            mixture = Mixture(components, covariance_type="diag", reg_covar=config.floor, random_state=seed)
            fits.append(mixture.fit(own))
        owners = [label for label, fit in zip(classes.tolist(), fits) for _ in fit.weights_]
        self.mixtures.keep(
            classes=torch.tensor(owners),
            means=torch.cat([torch.from_numpy(fit.means_) for fit in fits]).float(),
            variances=torch.cat([torch.from_numpy(fit.covariances_) for fit in fits]).float(),
            shares=torch.cat([torch.from_numpy(fit.weights_) for fit in fits]).float(),
        )

    def project(self, x: Tensor) -> Tensor:
        """x (items, features) -> principal components of unit variance (items, dimension)."""
        return (x - self.axes.get_buffer("centre")) @ self.axes.get_buffer("directions")

    def logits(self, x: Tensor) -> Tensor:
        means, variances, shares, owners = map(self.mixtures.get_buffer, ("means", "variances", "shares", "classes"))
        distances = (self.project(x).unsqueeze(1) - means).square() / variances
        one = shares.log() - 0.5 * (distances + (2 * math.pi * variances).log()).sum(-1)
        found = one.new_full((len(x), self.space.size), NEVER)
        for label in owners.unique():
            found[:, label] = one[:, owners == label].logsumexp(1)
        return found
