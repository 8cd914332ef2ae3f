"""A network that is cut says what its lower layers said, with the neurons that weigh most."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ai4er.encoders import pretrained
from ai4er.errors import Ai4erError
from ai4er.nn.cutting import cut

IDS = torch.tensor([[101, 2027, 2020, 9943, 102]])


def network(**sizes: int) -> Any:
    made = pretrained("tiny", "text")
    cut(made, **sizes)
    return made


@torch.no_grad()
def states(network: Any) -> tuple[torch.Tensor, ...]:
    return tuple(network(input_ids=IDS, output_hidden_states=True).hidden_states)


def test_it_says_what_the_lowest_layers_of_the_whole_say() -> None:
    whole, made = states(network()), states(network(layers=1))
    assert len(whole) == 3 and len(made) == 2
    assert torch.equal(made[-1], whole[1])


def test_all_layers_and_neurons_change_nothing() -> None:
    torch.testing.assert_close(states(network(layers=2, neurons=128))[-1], states(network())[-1])


def test_the_other_neurons_are_as_if_they_were_silent() -> None:
    whole = pretrained("tiny", "text")
    for layer in whole.encoder.layer:
        with torch.no_grad():
            layer.intermediate.dense.weight.mul_(torch.rand(128, 1, generator=torch.Generator().manual_seed(1)))
    made, silent = (type(whole)(whole.config).eval() for _ in range(2))
    for one in (made, silent):
        one.load_state_dict(whole.state_dict())
    cut(made, neurons=40)
    for layer in silent.encoder.layer:
        read, write = layer.intermediate.dense, layer.output.dense
        sizes = [float(read.weight[i].norm() * write.weight[:, i].norm()) for i in range(128)]
        weak = sorted(range(128), key=sizes.__getitem__)[:88]
        with torch.no_grad():
            write.weight[:, weak] = 0
    torch.testing.assert_close(states(made)[-1], states(silent)[-1])
    assert not torch.allclose(states(made)[-1], states(whole)[-1], atol=1e-3)


def test_the_configuration_says_so() -> None:
    config = network(layers=1, neurons=40).config
    assert (config.num_hidden_layers, config.intermediate_size) == (1, 40)


@pytest.mark.parametrize("sizes", [{"layers": 3}, {"layers": 0}, {"neurons": 129}])
def test_more_than_there_is_is_one_line(sizes: dict[str, int]) -> None:
    with pytest.raises(Ai4erError, match=r"(layers|neurons)=\d+: the network has \d+$"):
        network(**sizes)


def test_networks_that_are_built_otherwise_are_one_line() -> None:
    with pytest.raises(Ai4erError, match="a bart network cannot be cut"):
        cut(pretrained("tiny", "seq2seq"), layers=1)


def test_without_sizes_any_network_stays() -> None:
    made = pretrained("tiny", "seq2seq")
    before = [type(module) for module in made.modules()]
    cut(made)
    assert [type(module) for module in made.modules()] == before
