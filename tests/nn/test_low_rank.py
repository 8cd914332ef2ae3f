"""Adapters start as nothing, are W + s B A when used, and are all that is learnt and stored."""

from __future__ import annotations

import copy

import torch
from torch import nn

from ai4er.nn.low_rank import LowRankLinear, adapt

GENERATOR = torch.Generator().manual_seed(0)
X = torch.randn(3, 5, 8, generator=GENERATOR)


class Network(nn.Module):
    """Layers of every kind that a language model has."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.Embedding(9, 8)
        self.layers = nn.Sequential(nn.Linear(8, 6), nn.GELU(), nn.Linear(6, 8, bias=False), nn.LayerNorm(8))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.layers(self.words(tokens))
        return found


TOKENS = torch.randint(9, (4, 7), generator=GENERATOR)


def learnt(layer: LowRankLinear) -> LowRankLinear:
    """The layer with an adapter that changes something."""
    with torch.no_grad():
        layer.up.normal_(generator=torch.Generator().manual_seed(1))
    return layer


def adapted() -> tuple[Network, Network]:
    """A network, and the same with adapters that have learnt something."""
    torch.manual_seed(0)
    plain = Network()
    network = copy.deepcopy(plain)
    adapt(network, rank=2, scale=0.5)
    for module in network.modules():
        if isinstance(module, LowRankLinear):
            learnt(module)
    return plain, network


def test_it_starts_as_the_layer_that_it_adapts() -> None:
    plain = nn.Linear(8, 4)
    made = LowRankLinear(plain, rank=3, scale=2.0)
    assert torch.equal(made(X), plain(X)) and torch.equal(made.eval()(X), plain(X))


def test_it_is_the_equation_of_the_paper() -> None:
    plain = nn.Linear(8, 4)
    made = learnt(LowRankLinear(plain, rank=3, scale=2.0))
    expected = X @ plain.weight.T + plain.bias + 2.0 * (X @ made.down.T @ made.up.T)
    torch.testing.assert_close(made(X), expected)
    assert made.down.shape == (3, 8) and made.up.shape == (4, 3)


def test_in_use_it_is_one_product_with_the_merged_weights() -> None:
    made = learnt(LowRankLinear(nn.Linear(8, 4), rank=3, scale=2.0)).eval()
    assert made.merged is not None
    torch.testing.assert_close(made.merged, made.weight + 2.0 * made.up @ made.down)
    with torch.no_grad():
        merged = made(X)
    torch.testing.assert_close(merged, made(X))  # with gradients it is not merged
    once = made.merged
    assert made.eval().merged is once  # not made again
    assert made.train().merged is None


def test_weights_that_are_loaded_in_use_are_merged_anew() -> None:
    made, other = (learnt(LowRankLinear(nn.Linear(8, 4), rank=3, scale=2.0)).eval() for _ in range(2))
    with torch.no_grad():
        other.up.mul_(3)
        before = made(X)
        made.load_state_dict(other.state_dict())
        assert not torch.allclose(made(X), before)
    torch.testing.assert_close(made.merged, made.weight + 2.0 * made.up @ made.down)


def test_only_adapters_learn_and_the_rest_stays_bit_for_bit() -> None:
    plain, network = adapted()
    assert {name.rsplit(".", 1)[-1] for name, _ in network.named_parameters()} == {"down", "up"}
    before = {name: value.clone() for name, value in network.named_buffers() if value is not None}
    optimiser = torch.optim.AdamW(network.parameters(), 0.1)
    for _ in range(3):
        optimiser.zero_grad()
        network(TOKENS)[..., 0].square().mean().backward()
        assert all(p.grad is not None and bool(p.grad.any()) for p in network.parameters())
        optimiser.step()
    assert all(torch.equal(value, before[name]) for name, value in network.named_buffers())
    assert torch.equal(network.words.weight, plain.words.weight)


def test_the_state_is_that_of_the_adapters_and_belongs_to_the_network_that_was_given() -> None:
    plain, network = adapted()
    state = network.state_dict()
    assert sum(value.numel() for value in state.values()) == 2 * (8 + 6) * 2
    again = copy.deepcopy(plain)
    adapt(again, rank=2, scale=0.5)
    assert torch.equal(again.eval()(TOKENS), plain.eval()(TOKENS))
    again.load_state_dict(state)
    torch.testing.assert_close(again(TOKENS), network.eval()(TOKENS))
