"""Regressor chains: strict order in each direction, and what is left without the reading of outputs."""

from __future__ import annotations

import pytest
import torch

from ai4er.nn.regressor_chain import BidirectionalRegressorChain, IndependentRegressors, RegressorChain


def test_every_output_is_a_sigmoid_of_the_features_and_the_outputs_before_it() -> None:
    torch.manual_seed(0)
    chain, f = RegressorChain(5, 4), torch.randn(3, 5)
    found = torch.zeros(3, 4)
    for i, one in enumerate(chain.regressors):
        read = torch.cat([f, found[:, :i]], dim=1)
        found[:, i] = (read @ one.weight[0] + one.bias).sigmoid()
    torch.testing.assert_close(chain(f), found)


@pytest.mark.parametrize("backwards", [False, True])
def test_an_output_moves_only_those_behind_it_in_its_direction(backwards: bool) -> None:
    torch.manual_seed(0)
    both, f = BidirectionalRegressorChain(5, 4), torch.randn(3, 5)
    with torch.no_grad():
        both.mixing.copy_(torch.tensor([[-1e4, 1e4] if backwards else [1e4, -1e4]] * 4))
    chain = both.backwards if backwards else both.forwards
    before = both(f)
    for place, one in enumerate(chain.regressors):
        hook = one.register_forward_hook(lambda _, given, out: out + 1)
        moved = (both(f) != before).any(0)
        hook.remove()
        order = list(range(4))[:: -1 if backwards else 1]
        assert [bool(moved[i]) for i in order] == [i >= place for i in range(4)]


def test_at_the_start_the_answer_is_the_mean_of_both_directions() -> None:
    both, f = BidirectionalRegressorChain(5, 4), torch.randn(3, 5)
    torch.testing.assert_close(both(f), (both.forwards(f) + both.backwards(f).flip(1)) / 2)


def test_without_the_chain_columns_the_regressors_are_independent() -> None:
    chain, f = RegressorChain(5, 4), torch.randn(3, 5)
    plain = IndependentRegressors(5, 4)
    with torch.no_grad():
        for one in chain.regressors:
            one.weight[:, 5:] = 0
        plain.linear.weight.copy_(torch.cat([one.weight[:, :5] for one in chain.regressors]))
        plain.linear.bias.copy_(torch.cat([one.bias for one in chain.regressors]))
    torch.testing.assert_close(chain(f), plain(f))
