"""UTCL: what its objective and its alternating solution promise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.adaptation.transfer_components import Components, Config, TransferComponents
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]
FEATURES = 12


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def corpora(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Two centred corpora whose covariances differ, (40, 12) and (50, 12)."""
    source, target = random(40, FEATURES, seed=seed), random(50, FEATURES, seed=seed + 1) @ random(FEATURES, FEATURES)
    return source - source.mean(0), target - target.mean(0)


def clusters(seed: int = 0, shift: float = 0.2) -> tuple[Tensor, Tensor, Tensor]:
    """Four well separated clusters in both domains under a small shift: source, target, cluster of every sample."""
    centres = 8 * torch.eye(4, FEATURES, dtype=torch.float64)
    parts = torch.arange(60) % 4
    source = centres[parts] + random(60, FEATURES, seed=seed)
    target = centres[parts] + random(60, FEATURES, seed=seed + 1) + shift * random(FEATURES, seed=seed + 2)
    mean = torch.cat([source, target]).mean(0)
    return source - mean, target - mean, torch.cat([parts, parts])


def config(**changes: Any) -> Config:
    return Config(**{"dimension": 4, "neighbours": 5} | changes)


def angles(one: Tensor, other: Tensor) -> float:
    """The sine of the largest principal angle between two subspaces."""
    p, q = torch.linalg.qr(one)[0], torch.linalg.qr(other)[0]
    return float(torch.linalg.matrix_norm(p - q @ (q.T @ p), 2))


def test_without_graphs_and_for_identical_corpora_the_projection_is_that_of_principal_components() -> None:
    x = random(60, FEATURES) * torch.arange(1, FEATURES + 1)
    x = x - x.mean(0)
    top = torch.linalg.svd(x)[2][:4].T
    plain = Components(config(alpha=0, beta=0, sparsity=0), x, x, 4).solve()
    assert angles(plain, top) < 1e-6
    assert angles(Components(config(alpha=0, beta=50, sparsity=0), x, x, 4).solve(), top) > 1e-2


def test_bases_are_orthonormal_and_differ_between_the_corpora() -> None:
    made = Components(config(), *corpora(), 4)
    for _ in range(3):
        made.rebuild()
        for basis in made.bases:
            assert float((basis.T @ basis - torch.eye(4)).abs().max()) < 1e-8
        made.project()
        made.indicate()
        made.connect()
        assert float((made.graph.sum(1) - 1).abs().max()) < 1e-12
        assert bool((made.graph >= 0).all())
        assert int((made.graph > 0).sum(1).max()) <= 5
    assert angles(*made.bases) > 1e-2


@pytest.mark.parametrize("seed", range(3))
def test_no_step_raises_the_objective(seed: int) -> None:
    made = Components(config(alpha=0.5, beta=2.0, sparsity=0.5), *corpora(seed), 4)
    made.indicate()
    gamma = made.gamma
    before = made.objective()
    for _ in range(4):
        for step in (made.rebuild, made.project, made.indicate, lambda: on_the_simplex(made, gamma)):
            step()
            assert made.objective() <= before + 1e-8 * abs(before), step
            before = made.objective()


def on_the_simplex(made: Components, gamma: Tensor) -> None:
    """S at a fixed gamma: the projection of -d / (2 gamma) on the simplex, by bisection."""
    rows = -made.distances().fill_diagonal_(1e9) / (2 * gamma.unsqueeze(1))
    low, high = rows.max(1, keepdim=True).values - 1, rows.max(1, keepdim=True).values
    for _ in range(200):
        middle = (low + high) / 2
        more = (rows - middle).clamp(min=0).sum(1, keepdim=True) > 1
        low, high = torch.where(more, middle, low), torch.where(more, high, middle)
    made.graph = (rows - high).clamp(min=0)


def test_the_projection_solves_its_equation() -> None:
    """A step in any direction from the new P raises the quadratic that the step minimises."""
    made = Components(config(alpha=0.5, beta=2.0, sparsity=0.0), *corpora(), 4)
    made.rebuild()
    made.project()
    best, least = made.projection, made.objective()
    for seed in range(10):
        made.projection = best + 1e-3 * random(*best.shape, seed=seed)
        assert made.objective() > least


def test_the_indicator_has_the_smallest_trace_of_all_orthonormal_ones() -> None:
    made = Components(config(), *corpora(), 4)
    made.indicate()
    torch.testing.assert_close(made.indicator.T @ made.indicator, torch.eye(4, dtype=torch.float64))
    symmetric = (made.graph + made.graph.T) / 2
    values = torch.linalg.eigvalsh(symmetric.sum(1).diag() - symmetric)
    laplacian = symmetric.sum(1).diag() - symmetric
    torch.testing.assert_close((made.indicator.T @ laplacian @ made.indicator).trace(), values[:4].sum())


def test_separated_clusters_become_as_many_parts_each_with_samples_of_both_corpora() -> None:
    source, target, parts = clusters()
    made = Components(config(), source, target, 4)
    made.solve()
    assert made.connected() == 4
    symmetric = (made.graph + made.graph.T) / 2
    values = torch.linalg.eigvalsh(symmetric.sum(1).diag() - symmetric)
    assert int((values < 1e-9).sum()) == 4
    same = parts.unsqueeze(0) == parts.unsqueeze(1)
    assert not made.graph[~same].any()
    across = made.graph[:60, 60:]
    assert all(bool(across[parts[:60] == part].any()) for part in range(4))


def test_a_shift_of_the_domains_weighs_less_than_after_joint_principal_components() -> None:
    source, target, _ = clusters()
    shift = torch.zeros(FEATURES, dtype=torch.float64)
    shift[-1] = 3.0
    source, target = source - shift, target + shift

    def share(projection: Tensor) -> float:
        near, far = source @ projection, target @ projection
        both = torch.cat([near, far])
        return float((near.mean(0) - far.mean(0)).square().sum() / both.var(0, correction=0).sum())

    joint = torch.linalg.svd(torch.cat([source, target]))[2][:4].T
    learned = Components(config(alpha=10, beta=10), source - source.mean(0), target - target.mean(0), 4).solve()
    assert share(learned) < share(joint)


def items(labels: list[int | None], seed: int, corpus: str) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=str(i), corpus=corpus),
            {"features": generator.normal(0, 1 + np.arange(FEATURES) % 3, FEATURES).astype(np.float32)},
            None if label is None else np.int64(label),  # type: ignore[arg-type]
        )
        for i, label in enumerate(labels)
    ]


def system(**changes: Any) -> TransferComponents:
    return TransferComponents(config(**changes), SPACE, {"features": (FEATURES,)}, {"features": False})


def solved(labels: list[int | None]) -> TransferComponents:
    made = system()
    roles: dict[str, Sequence[Item]] = {"train": items(labels, 0, "a"), "unlabelled": items([None] * 40, 1, "b")}
    made.solve(StageData(roles, made.collate, 0, torch.device("cpu")))
    return made


def test_the_projection_does_not_know_the_labels() -> None:
    labels: list[int | None] = [i % 4 for i in range(32)]
    one, other = solved(labels), solved(labels[16:] + [(i + 1) % 4 for i in range(16)])
    assert torch.equal(one.projection, other.projection)
    assert not torch.equal(one.weight, other.weight)


def test_a_sequence_and_too_few_features_are_refused() -> None:
    with pytest.raises(Ai4erError, match="one vector for each recording"):
        TransferComponents(config(), SPACE, {"features": (FEATURES,)}, {"features": True})
    with pytest.raises(Ai4erError, match="dimension=99 exceeds the 12 input features"):
        system(dimension=99)
