"""BertAdam: Adam without bias correction, its decay apart from the gradient."""

from __future__ import annotations

import copy

import pytest
import torch
from torch import nn

from ai4er.nn.bert_adam import BertAdam, decayed_groups


def test_the_first_step_has_no_bias_correction() -> None:
    weight = nn.Parameter(torch.tensor([2.0]))
    optimiser = BertAdam([weight], 0.1, weight_decay=0.01)
    weight.grad = torch.tensor([4.0])
    optimiser.step()
    mean, square = 0.1 * 4, 0.001 * 16
    assert weight.item() == pytest.approx(2 - 0.1 * (mean / (square**0.5 + 1e-6) + 0.01 * 2))


def test_it_follows_the_formula_over_steps() -> None:
    weight = nn.Parameter(torch.randn(3))
    w, m, v = weight.detach().clone(), torch.zeros(3), torch.zeros(3)
    optimiser = BertAdam([weight], 0.05, betas=(0.8, 0.9), epsilon=1e-3, weight_decay=0.1)
    for step in range(4):
        weight.grad = torch.full((3,), float(step)) + w
        m, v = 0.8 * m + 0.2 * weight.grad, 0.9 * v + 0.1 * weight.grad**2
        w = w - 0.05 * (m / (v.sqrt() + 1e-3) + 0.1 * w)
        optimiser.step()
        torch.testing.assert_close(weight.detach(), w)


def test_its_state_goes_on_after_loading() -> None:
    weights = [nn.Parameter(torch.ones(2)) for _ in range(2)]
    first, second = (BertAdam([weight], 0.1) for weight in weights)
    weights[0].grad = torch.ones(2)
    first.step()
    second.load_state_dict(copy.deepcopy(first.state_dict()))
    with torch.no_grad():
        weights[1].copy_(weights[0])
    for weight, optimiser in zip(weights, (first, second)):
        weight.grad = torch.ones(2)
        optimiser.step()
    assert torch.equal(weights[0], weights[1])


def test_biases_and_layer_norms_do_not_decay() -> None:
    module = nn.Sequential(nn.Linear(2, 3), nn.LayerNorm(3), nn.LSTM(3, 3), nn.Embedding(4, 3))
    decayed, free = decayed_groups(module)
    assert {p.dim() for p in decayed["params"]} == {2} and len(decayed["params"]) == 4
    assert {p.dim() for p in free["params"]} == {1} and free["weight_decay"] == 0
