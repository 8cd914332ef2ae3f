"""InfoNCE with named negatives, against its equation item by item."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from ai4er.losses.info_nce import info_nce


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def cosine(a: Tensor, b: Tensor) -> float:
    return float(a @ b / (a.norm() * b.norm()))


def test_it_is_its_equation() -> None:
    q, p, k = (random(4, 6, seed=seed) for seed in range(3))
    negative = torch.tensor([[1, 1, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1], [0, 0, 1, 0]], dtype=torch.bool)
    each = []
    for i in (0, 2, 3):
        own = math.exp(cosine(q[i], p[i]) / 0.1)
        others = sum(math.exp(cosine(q[i], k[j]) / 0.1) for j in range(4) if negative[i, j])
        each.append(-math.log(own / (own + others)))
    assert float(info_nce(q, p, k, negative, 0.1)) == pytest.approx(sum(each) / 3, rel=1e-4)


def test_without_negatives_it_is_zero_and_nothing_is_learnt() -> None:
    q = random(3, 5).requires_grad_()
    found = info_nce(q, random(3, 5, seed=1), q, torch.zeros(3, 3, dtype=torch.bool), 0.1)
    found.backward()
    assert float(found.detach()) == 0 and q.grad is not None and not q.grad.any()


def test_keys_that_are_no_negatives_have_no_influence() -> None:
    q, p, k, other = (random(3, 5, seed=seed) for seed in range(4))
    negative = torch.tensor([[True, False, False]] * 3)
    changed = torch.cat([k[:1], other[1:]])
    assert torch.equal(info_nce(q, p, k, negative, 0.1), info_nce(q, p, changed, negative, 0.1))
