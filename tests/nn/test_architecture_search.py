"""Mixed operations, cells and what is left of them are those of DARTS."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.nn.architecture_search import (
    EDGES,
    OPERATIONS,
    Cell,
    CellStack,
    Genotype,
    Halving,
    MixedOperation,
    discretise,
    operation,
    unrolled_gradients,
)

PLAIN = Genotype.parse("skip:0 dilated_5:1 skip:0 max_pool_3:2 skip:1 separable_3:3 average_pool_3:0 skip:4 / "
                       + "skip:0 separable_5:1 " * 4)  # fmt: skip


def sequence(channels: int = 4, steps: int = 16) -> Tensor:
    return torch.randn(3, channels, steps, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(("stride", "dims"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_a_mixed_operation_is_the_one_that_has_all_the_weight_or_the_mean_of_all(stride: int, dims: int) -> None:
    torch.manual_seed(0)
    mixed, x = MixedOperation(OPERATIONS, 4, stride, dims), torch.randn(2, 4, *(8,) * dims)
    every = [one(x) for one in mixed.operations]
    assert {y.shape for y in every} == {(2, 4, *(8 // stride,) * dims)}
    for number, y in enumerate(every):
        logits = torch.full((8,), -100.0)
        logits[number] = 100
        torch.testing.assert_close(mixed(x, logits.softmax(0)), y)
    torch.testing.assert_close(mixed(x, torch.zeros(8).softmax(0)), torch.stack(every).mean(0))
    assert not every[0].any()


@pytest.mark.parametrize(
    ("name", "places"),
    [("separable_3", range(13, 18)), ("separable_5", range(11, 20)), ("dilated_3", range(13, 18, 2)),
     ("dilated_5", range(11, 20, 2)), ("average_pool_3", range(14, 17)), ("skip", [15])],
)  # fmt: skip
def test_an_operation_sees_what_its_name_says(name: str, places: Sequence[int]) -> None:
    made, x = operation(name, 2, 1, 1).eval(), torch.ones(1, 2, 31).requires_grad_()
    for parameter in made.parameters():
        nn.init.ones_(parameter)
    made(x)[0, 0, 15].backward()
    assert x.grad is not None and x.grad[0].any(0).nonzero().flatten().tolist() == list(places)


def test_halving_reads_the_even_places_and_those_one_further() -> None:
    halving, x = Halving(2, 4, 2), torch.rand(1, 2, 4, 4).requires_grad_()
    halving.eval()(x).sum().backward()
    assert x.grad is not None and halving(x).shape == (1, 4, 2, 2)
    read = [bool(x.grad[..., row::2, column::2].any()) for row in (0, 1) for column in (0, 1)]
    assert read == [True, False, False, True]


def test_two_edges_into_each_node_are_kept_and_never_none() -> None:
    generator = torch.Generator().manual_seed(0)
    alpha = torch.randn(len(EDGES), len(OPERATIONS), generator=generator)
    alpha[:, 0] = 5
    kept = discretise(alpha, OPERATIONS)
    weights = alpha.softmax(1)
    for node in range(4):
        edges = [number for number, (_, into) in enumerate(EDGES) if into == node]
        best = sorted(edges, key=lambda edge: float(weights[edge, 1:].max()))[-2:]
        assert {source for _, source in kept[2 * node : 2 * node + 2]} == {EDGES[edge][0] for edge in best}
        for name, source in kept[2 * node : 2 * node + 2]:
            edge = EDGES.index((source, node))
            assert name == OPERATIONS[1 + int(weights[edge, 1:].argmax())] != "none"


def test_a_genotype_is_read_back_from_its_text() -> None:
    assert len(EDGES) == 14 and Genotype.parse(PLAIN.text) == PLAIN
    none, beyond, twice = (
        PLAIN.text.replace(*pair) for pair in (("dilated_5", "none"), ("skip:4", "skip:5"), ("dilated_5:1", "skip:0"))
    )
    for wrong in ("", "skip:0 / skip:0", none, beyond, twice):
        with pytest.raises(Ai4erError, match="is no genotype"):
            Genotype.parse(wrong)


def test_a_found_cell_is_the_searched_one_with_all_the_weight_on_its_edges() -> None:
    torch.manual_seed(0)
    searched = Cell((4, 4), 4, 1, False, False, OPERATIONS).eval()
    found = Cell((4, 4), 4, 1, False, False, OPERATIONS, PLAIN.normal).eval()
    weights = torch.zeros(len(EDGES), len(OPERATIONS))
    found.first, found.second = searched.first, searched.second
    for number, (name, source) in enumerate(PLAIN.normal):
        edge, which = EDGES.index((source, number // 2)), OPERATIONS.index(name)
        weights[edge, which] = 1
        found.operations[number] = searched.operations[edge].operations[which]
    a, b = sequence(), sequence() ** 2
    torch.testing.assert_close(found(a, b), searched(a, b, weights))


def test_cells_share_their_weights_by_kind_and_two_of_them_reduce() -> None:
    stack = CellStack(4, 3, 4, 1, OPERATIONS)
    assert stack.reducing == [False, True, True] and stack.normal.shape == stack.reduction.shape == (14, 8)
    assert stack(sequence()).shape == (3, stack.size, 4) and stack.size == 4 * 4 * 4
    assert CellStack(4, 8, 4, 1, OPERATIONS, PLAIN).reducing == [n in (2, 5) for n in range(8)]
    assert "normal" not in dict(CellStack(4, 3, 4, 1, OPERATIONS, PLAIN).named_parameters())


def test_whole_paths_are_dropped_in_training_but_no_skip_connection() -> None:
    torch.manual_seed(0)
    cell = Cell((4, 4), 4, 1, False, False, OPERATIONS, PLAIN.normal, path_dropout=0.5)
    x = torch.randn(200, 4, 8)
    dropped = ~cell._path(1, x, None).flatten(1).any(1)
    assert 0.4 < float(dropped.float().mean()) < 0.6
    assert torch.equal(cell._path(0, x, None), x)
    cell.eval()
    assert bool(cell._path(1, x, None).flatten(1).any(1).all())


def test_unrolled_gradients_are_those_through_one_step_of_the_weights() -> None:
    torch.manual_seed(0)
    w, a = nn.Parameter(torch.randn(3)), nn.Parameter(torch.randn(3))
    rate, before = 0.1, w.detach().clone()

    def train(weights: Tensor) -> Tensor:
        return (weights * a).sin().sum() + weights.square().sum()

    def valid(weights: Tensor) -> Tensor:
        return (weights.cos() * a).sum()

    found = unrolled_gradients(lambda: train(w), lambda: valid(w), [w], [a], rate)
    (slope,) = torch.autograd.grad(train(w), w, create_graph=True)
    (wanted,) = torch.autograd.grad(valid(w - rate * slope), a)
    torch.testing.assert_close(found[0], wanted, atol=1e-3, rtol=1e-2)
    assert torch.equal(w.detach(), before) and w.grad is None and a.grad is None


def test_a_task_of_distant_impulses_is_given_to_the_operation_that_sees_both() -> None:
    torch.manual_seed(0)
    names = ("skip", "separable_3", "dilated_5")
    alpha = nn.Parameter(torch.zeros(3))
    stem, mixed, head = nn.Conv1d(1, 8, 1), MixedOperation(names, 8, 1, 1), nn.Linear(8, 2)
    weights = [*stem.parameters(), *mixed.parameters(), *head.parameters()]
    by_weights, by_alpha = torch.optim.Adam(weights, 0.02), torch.optim.Adam([alpha], 0.05)
    for number in range(80):
        signs = torch.randint(0, 2, (64, 2)) * 2 - 1
        x = torch.zeros(64, 1, 16)
        places = torch.randint(0, 8, (64,))
        x[torch.arange(64), 0, places], x[torch.arange(64), 0, places + 8] = signs.T.float()
        optimiser = by_alpha if number % 2 else by_weights
        optimiser.zero_grad()
        out = head(mixed(stem(x), alpha.softmax(0)).relu().mean(2))
        nn.functional.cross_entropy(out, (signs.prod(1) > 0).long()).backward()
        optimiser.step()
    share = dict(zip(names, alpha.softmax(0).tolist()))
    assert share["dilated_5"] > share["skip"] and share["dilated_5"] > share["separable_3"]
