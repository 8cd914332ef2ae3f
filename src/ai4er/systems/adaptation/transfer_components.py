"""UTCL: one projection for two corpora, learned without any label, in which their clusters coincide.

Each corpus is rebuilt from the shared projection by a basis of its own, as in principal component analysis; samples
that are neighbours, across the corpora too, stay neighbours; and a graph over all samples that is learned with the
projection falls into as many parts as there are emotions. A classifier of the projected source is used on the
projected target. Reference: Jiang et al., "Unsupervised Transfer Components Learning for Cross-Domain Speech Emotion
Recognition", Interspeech 2023.

Known: the three ingredients (abstract). Every equation, weight and size is inferred on the sheet from the standard
form of these ingredients, and the paper's results were not found. Chosen: z-scores of each corpus, and of the target
for whatever is predicted later; the library's open functionals in place of openSMILE's; the heat kernel's scale is
the mean squared length of the edges; the number of zero eigenvalues of the graph's Laplacian is counted as that of
its connected parts, which is the same and exact; projected samples have unit length before the linear support vector
machine, since the projection shrinks them. Defaults are the sheet's; they were not tuned on any target.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import pydantic
import torch
from torch import Tensor

from ai4er.nn.neighbour_graphs import adaptive_neighbours, graph_form, heat_kernel, laplacian, nearest_neighbours
from ai4er.nn.subspaces import principal, procrustes, row_norms
from ai4er.systems.adaptation._subspace import SubspaceConfig, SubspaceSystem
from ai4er.systems.base import StageData
from ai4er.systems.card import Card, Diagnostic


class Config(SubspaceConfig):
    """`alpha` weighs the common manifold, `beta` the learned graph, `sparsity` the rows of the projection.

    `neighbours` are those of a sample in both graphs; the steps are repeated at most `iterations` times, until the
    objective changes by less than `tolerance` of itself.
    """

    alpha: float = pydantic.Field(0.1, ge=0)
    beta: float = pydantic.Field(1.0, ge=0)
    sparsity: float = pydantic.Field(0.01, ge=0)
    neighbours: int = pydantic.Field(10, ge=1)
    iterations: int = pydantic.Field(20, ge=1)
    tolerance: float = pydantic.Field(1e-4, gt=0)

    @classmethod
    def small(cls) -> Self:
        return cls(dimension=10)


class Components:
    """The alternating minimisation over projection, bases, graph and indicator; every step is exact.

    source and target (samples, features), centred, in double precision; `parts` is the number of clusters.
    projection P (features, dimension); bases Q_s and Q_t of the same shape; fixed graph A, learned graph S, both
    (samples, samples) over source and target together; indicator F (samples, parts); gamma (samples,), eta.
    """

    def __init__(self, config: Config, source: Tensor, target: Tensor, parts: int) -> None:
        self.config, self.parts = config, parts
        self.domains, self.both = (source, target), torch.cat([source, target])
        self.scatters = [x.T @ x for x in self.domains]
        self.fixed = heat_kernel(self.both, nearest_neighbours(self.both, config.neighbours))
        self.manifold = graph_form(self.both, self.fixed)
        self.projection = principal(self.both, config.dimension)
        self.bases = [self.projection, self.projection]
        self.indicator = self.both.new_zeros(len(self.both), parts)
        self.eta = 0.0
        self.connect()
        self.eta = float(self.gamma.mean())

    def rebuild(self) -> None:
        """Q of each corpus: the orthogonal Procrustes solution for X X^T P."""
        self.bases = [procrustes(scatter @ self.projection) for scatter in self.scatters]

    def project(self) -> None:
        """P: (X_s X_s^T + X_t X_t^T + 2 alpha X L_A X^T + 2 beta X L_S X^T + lambda G) P = sum of X X^T Q.

        G holds 1 / (2 ||p_i||), the weights of the L2,1 norm at the P before.
        """
        config = self.config
        learned = graph_form(self.both, (self.graph + self.graph.T) / 2)
        matrix = sum(self.scatters, 2 * config.alpha * self.manifold + 2 * config.beta * learned)
        matrix = matrix + config.sparsity * (0.5 / row_norms(self.projection)).diag()
        wanted = self.scatters[0] @ self.bases[0] + self.scatters[1] @ self.bases[1]
        self.projection = torch.linalg.pinv(matrix, hermitian=True) @ wanted

    def indicate(self) -> None:
        """F: the eigenvectors of the smallest eigenvalues of L_S."""
        from scipy.linalg import eigh

        vectors = eigh(laplacian(self.graph).numpy(), subset_by_index=(0, self.parts - 1))[1]
        self.indicator = torch.from_numpy(np.ascontiguousarray(vectors))

    def distances(self) -> Tensor:
        """||P^T x_i - P^T x_j||^2 + eta ||f_i - f_j||^2, (samples, samples)."""
        z = self.both @ self.projection
        return torch.cdist(z, z).square() + self.eta * torch.cdist(self.indicator, self.indicator).square()

    def connect(self) -> None:
        """S, row by row, and the gamma that gives each row its number of neighbours."""
        self.graph, self.gamma = adaptive_neighbours(self.distances(), self.config.neighbours)

    def connected(self) -> int:
        """The number of connected parts of S: of zero eigenvalues of L_S."""
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        return int(connected_components(csr_array(self.graph.numpy()), directed=False, return_labels=False))

    def objective(self) -> float:
        """J1 + alpha J2 + beta (J3 + 2 eta Tr(F^T L_S F))."""
        config, p = self.config, self.projection
        rebuilt = sum(float((x - x @ p @ q.T).square().sum()) for x, q in zip(self.domains, self.bases))
        manifold = 2 * float((p * (self.manifold @ p)).sum())
        squares = float((self.gamma * self.graph.square().sum(1)).sum())
        learned = float((self.distances() * self.graph).sum()) + squares
        return rebuilt + config.sparsity * float(row_norms(p).sum()) + config.alpha * manifold + config.beta * learned

    def solve(self) -> Tensor:
        """P, after the steps in turn; eta doubles while S has too few parts, and halves while it has too many."""
        before = self.objective()
        for _ in range(self.config.iterations):
            self.rebuild()
            self.project()
            self.indicate()
            self.connect()
            found, now = self.connected(), self.objective()
            if found == self.parts and abs(before - now) < self.config.tolerance * abs(before):
                break
            self.eta *= 2.0 if found < self.parts else 0.5 if found > self.parts else 1.0
            before = now
        return self.projection


class TransferComponents(SubspaceSystem[Config]):
    """Utterance features -> class margins, by the projection that both corpora share."""

    config_class = Config
    card = Card(
        title="Unsupervised Transfer Components Learning for Cross-Domain Speech Emotion Recognition",
        venue="Interspeech", year=2023, paper="jiang23", inputs=("speech",), task="single label",
        diagnostic=Diagnostic(
            mechanism="shared_clusters", ablation={"alpha": 0, "beta": 0}, margin=0.2,
            removes="the common manifold and the learned graph",
            settings={"inputs": {"features": "array:name=vector"}, "dimension": 23},
        ),
    )  # fmt: skip

    def solve(self, data: StageData) -> None:
        """The projection from the vectors of both corpora, then the classifier from the labels of the source."""
        source, labels = self.source(data)
        projection = Components(self.config, source, self.target(data), self.space.size).solve()
        self.keep(projection, *self.classifier(source, labels, projection))
