"""GSDA: what its objective promises."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.diagnostics.domain_shift import SPACE, records
from ai4er.errors import Ai4erError
from ai4er.nn.neighbour_graphs import graph_form, nearest_neighbours
from ai4er.prediction.items import build_items, describe, front_ends
from ai4er.prediction.predict import predict
from ai4er.protocols.base import parse_protocol
from ai4er.records import Records
from ai4er.systems.adaptation import generalized_subspace as gsda
from ai4er.systems.adaptation.generalized_subspace import Config, GeneralizedSubspace
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.training.data import roles_of
from ai4er.training.fit import fit
from ai4er.training.options import Options

INPUTS = {"features": "array:name=vector"}
CONFIG = Config(inputs=INPUTS, dimension=3, alpha=100, beta=10, gamma=0.01)
CLASSES = 4


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def some_labels(count: int, seed: int = 0) -> Tensor:
    return torch.randint(CLASSES, (count,), generator=torch.Generator().manual_seed(seed))


def pairs(labels: Tensor) -> Tensor:
    """1 for pairs of the same class, (samples, samples)."""
    return (labels.unsqueeze(0) == labels.unsqueeze(1)).double()


def spread(x: Tensor, projection: Tensor, graph: Tensor) -> float:
    """sum_ij V_ij graph_ij with V_ij = ||P^T (x_i - x_j)||^2, element by element."""
    z = x @ projection
    return float(((z.unsqueeze(0) - z.unsqueeze(1)).square().sum(-1) * graph).sum())


def trace(projection: Tensor, form: Tensor) -> float:
    return float((projection.T @ form @ projection).trace())


@pytest.mark.parametrize("same", [True, False])
def test_trace_form_of_the_class_graphs_equals_the_sum_over_pairs(same: bool) -> None:
    x, labels, projection = random(30, 8), some_labels(30), random(8, 3, seed=1)
    graph = pairs(labels) if same else 1 - pairs(labels)
    form = gsda.class_laplacian(x, labels, CLASSES, same)
    assert spread(x, projection, graph) == pytest.approx(2 * trace(projection, form), rel=1e-12)


def test_trace_form_of_the_neighbour_graph_equals_the_sum_over_pairs() -> None:
    x, projection = random(30, 8), random(8, 3, seed=1)
    graph = nearest_neighbours(x, 5)
    form = graph_form(x, graph)
    assert spread(x, projection, graph) == pytest.approx(2 * trace(projection, form), rel=1e-12)


def test_the_whole_matrix_is_the_published_one_divided_by_the_number_of_samples() -> None:
    source, target = random(20, 8), random(14, 8, seed=1)
    labels, guessed = some_labels(20), some_labels(14, seed=1)
    graph = nearest_neighbours(target, 5)
    x, n = torch.cat([source, target]), 34
    alike, unlike = torch.zeros(n, n, dtype=torch.float64), 1 - pairs(torch.cat([labels, guessed]))
    alike[:20, :20], alike[20:, 20:] = pairs(labels), graph
    laplacians = [weights.sum(1).diag() - weights for weights in (alike, unlike)]
    alpha, beta = CONFIG.alpha / n, CONFIG.beta / n
    published = -x.T @ x + alpha * x.T @ laplacians[0] @ x - beta * x.T @ laplacians[1] @ x
    torch.testing.assert_close(system(CONFIG, 8).matrix(source, labels, target, guessed, graph), published / n)


def test_class_scatter_is_the_sum_of_covariances_less_the_spread_of_the_means() -> None:
    x, labels = random(40, 6), some_labels(40)
    parts = [x[labels == kind] for kind in range(CLASSES)]
    inside = sum((part.T.cov(correction=0) for part in parts), torch.zeros(6, 6, dtype=torch.float64))
    between = sum(len(part) / 40 * torch.outer(m, m) for part in parts for m in [part.mean(0) - x.mean(0)])
    torch.testing.assert_close(gsda.class_scatter(x, labels, CLASSES, mu=0.7), inside - 0.7 * between)


def test_without_weights_the_subspace_is_that_of_the_largest_eigenvectors() -> None:
    source, target = random(40, 8) * torch.arange(1, 9), random(30, 8, seed=1) * torch.arange(1, 9)
    none = system(CONFIG.override({"alpha": 0, "beta": 0, "gamma": 0}), 8)
    graph = nearest_neighbours(target, 5)
    matrix = none.matrix(source, some_labels(40), target, some_labels(30), graph)
    found = gsda.sparse_subspace(matrix, torch.eye(8, dtype=torch.float64), 3, 0, 10, 1e-2)
    top = torch.linalg.svd(torch.cat([source, target]), full_matrices=False)[2][:3].T
    torch.testing.assert_close(found @ found.T, top @ top.T)


@pytest.mark.parametrize("gamma", [0.0, 0.1, 1000.0])
def test_the_projection_is_orthonormal(gamma: float) -> None:
    x = random(40, 12)
    found = gsda.sparse_subspace(-x.T @ x, random(12, 12, seed=1), 4, gamma, 10, 1e-2)
    assert float((found.T @ found - torch.eye(4)).abs().max()) < 1e-6


def test_row_norms_never_fall_below_the_dimension_and_shrink_with_gamma() -> None:
    x = random(40, 12)
    norms = [
        float(gsda.sparse_subspace(-x.T @ x, random(12, 12, seed=1), 4, gamma, 20, 1e-2).norm(dim=1).sum())
        for gamma in (0, 1000)
    ]
    assert min(norms) >= 4 - 1e-9
    assert norms[1] < norms[0] - 0.1


def test_more_beta_parts_the_unlike_and_more_alpha_draws_the_alike() -> None:
    source, target = random(40, 8), random(30, 8, seed=1)
    labels, guessed = some_labels(40), some_labels(30, seed=1)
    graph = nearest_neighbours(target, 5)
    alike = torch.block_diag(pairs(labels), graph)
    unlike = 1 - pairs(torch.cat([labels, guessed]))
    steps = (0, 0.1, 1, 3, 10, 100)

    def spreads(name: str, pair: Tensor) -> list[float]:
        configs = [CONFIG.override({"alpha": 1, "beta": 1, "gamma": 0, name: step}) for step in steps]
        matrices = [system(c, 8).matrix(source, labels, target, guessed, graph) for c in configs]
        return [spread(torch.cat([source, target]), gsda.smallest(matrix, 3), pair) for matrix in matrices]

    assert (np.diff(spreads("beta", unlike)) >= -1e-6).all()
    assert (np.diff(spreads("alpha", alike)) <= 1e-6).all()
    assert spreads("alpha", alike)[-1] < spreads("alpha", alike)[0] - 1


def test_one_source_label_changes_what_is_alike_and_what_is_not() -> None:
    x, labels = random(30, 8), some_labels(30)
    flipped = labels.clone()
    flipped[3] = (flipped[3] + 1) % CLASSES
    for same in (True, False):
        forms = [gsda.class_laplacian(x, some, CLASSES, same) for some in (labels, flipped)]
        assert not torch.allclose(forms[0], forms[1])


def system(config: Config, features: int = 40) -> GeneralizedSubspace:
    return GeneralizedSubspace(config, SPACE, {"features": (features,)}, {"features": False})


def shifted(made: Records) -> tuple[list[Item], dict[str, list[Any]]]:
    items = build_items(made, front_ends(INPUTS), SPACE)
    assert describe(items, front_ends(INPUTS)) == ({"features": (40,)}, {"features": False})
    fold = parse_protocol("official").folds(made, SPACE, 0)[0]
    return items, roles_of(fold, items, GeneralizedSubspace)


def solved(config: Config, roles: dict[str, list[Any]]) -> GeneralizedSubspace:
    made = system(config)
    fit(made, roles, Options(device="cpu"))
    return made


def test_the_labels_of_the_target_change_nothing_bit_for_bit() -> None:
    items, roles = shifted(records(0))
    target = {item.record.id for item in roles["unlabelled"]}
    hidden = [item for item in items if item.record.id in target]
    generator = np.random.default_rng(0)
    garbage = [dataclasses.replace(item, target=np.array(generator.integers(4))) for item in hidden]
    clean, dirty = solved(CONFIG, roles), solved(CONFIG, {**roles, "unlabelled": garbage})
    np.testing.assert_array_equal(predict(clean, roles["test"]).scores, predict(dirty, roles["test"]).scores)


def test_level_and_gain_of_a_domain_change_nothing() -> None:
    _, roles = shifted(records(0))

    def louder(items: list[Item]) -> list[Item]:
        return [
            dataclasses.replace(item, inputs={"features": 3 * np.asarray(item.inputs["features"]) + 5})
            for item in items
        ]

    there = {role: louder(items) if role in ("unlabelled", "test") else items for role, items in roles.items()}
    before, after = (predict(solved(CONFIG, some), some["test"]).scores for some in (roles, there))
    np.testing.assert_allclose(before, after, atol=1e-3)


@pytest.mark.parametrize("base", ["pca", "lda"])
def test_both_bases_end_orthonormal_with_classes_of_the_new_domain(base: str) -> None:
    _, roles = shifted(records(2))
    made = solved(CONFIG.override({"base": base}), roles)
    assert float((made.projection.T @ made.projection - torch.eye(3)).abs().max()) < 1e-6
    answers = predict(made, roles["test"]).scores.argmax(1)
    assert (answers == [int(item.target) for item in roles["test"]]).mean() > 0.6
    torch.testing.assert_close(made(made.collate(roles["test"])).embedding.norm(dim=1), torch.ones(240))


def test_settled_target_classes_end_the_rounds_without_changing_the_result() -> None:
    _, roles = shifted(records(0))
    many, more = (solved(CONFIG.override({"rounds": rounds}), roles) for rounds in (20, 40))
    assert torch.equal(many.projection, more.projection)


def test_before_it_is_solved_all_classes_are_equal() -> None:
    _, roles = shifted(records(0))
    assert not system(CONFIG)(system(CONFIG).collate(roles["test"][:2])).logits.any()


def test_impossible_inputs_are_clear_errors() -> None:
    with pytest.raises(Ai4erError, match="dimension=40 exceeds the 8"):
        system(Config(dimension=40), 8)
    with pytest.raises(Ai4erError, match="one vector"):
        GeneralizedSubspace(Config(), SPACE, {"features": (40,)}, {"features": True})


def test_source_corpora_are_scaled_each_by_itself() -> None:
    _, roles = shifted(records(0))
    half = len(roles["train"]) // 2
    moved = [
        dataclasses.replace(
            item,
            record=item.record.replace(corpus="other"),
            inputs={"features": 9 * np.asarray(item.inputs["features"]) + 40},
        )
        for item in roles["train"][half:]
    ]
    made = system(CONFIG)
    x, _ = made.source(StageData({"train": [*roles["train"][:half], *moved]}, made.collate, 0, torch.device("cpu")))
    for part in (x[:half], x[half:]):
        torch.testing.assert_close(part.mean(0), torch.zeros(40, dtype=torch.float64), atol=1e-5, rtol=0)
        torch.testing.assert_close(part.std(0, correction=0), torch.ones(40, dtype=torch.float64), atol=1e-4, rtol=0)
