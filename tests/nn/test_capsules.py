"""Capsules: lengths below 1, directions kept, and routing as its equations say."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai4er.nn.capsules import RoutedCapsules, squash


def said(made: RoutedCapsules, u: Tensor) -> np.ndarray:
    """What every input capsule says of every output capsule, (inputs, outputs, size), of the first item."""
    weight = made.weight.detach().numpy().reshape(made.outputs, -1, u.shape[2])
    return np.einsum("osf,if->ios", weight, u[0].numpy())


def routed(u_hat: np.ndarray, iterations: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by loops over pairs of capsules: (outputs, size), coefficients (inputs, outputs)."""
    inputs, outputs, _ = u_hat.shape
    b = np.zeros((inputs, outputs))
    for iteration in range(iterations):
        c = np.exp(b) / np.exp(b).sum(1, keepdims=True)
        o = [sum(c[i, j] * u_hat[i, j] for i in range(inputs)) for j in range(outputs)]
        if iteration < iterations - 1:
            b = np.array([[o[j] @ u_hat[i, j] / np.linalg.norm(o[j]) for j in range(outputs)] for i in range(inputs)])
    return np.array([(s @ s) / (1 + s @ s) * s / np.sqrt(s @ s + 1e-7) for s in o]), c


def layer(iterations: int) -> tuple[RoutedCapsules, Tensor]:
    torch.manual_seed(0)
    return RoutedCapsules(5, 3, 4, iterations), 2 * torch.randn(2, 7, 5)


def test_squash_keeps_the_direction_and_brings_every_length_below_one() -> None:
    s = torch.randn(50, 6) * torch.logspace(-2, 3, 50).unsqueeze(1)
    v = squash(s)
    assert bool((v.norm(dim=1) < 1 + 1e-6).all())
    torch.testing.assert_close(torch.cosine_similarity(v, s), torch.ones(50))
    assert not squash(torch.zeros(1, 6)).any()


def test_routing_is_that_of_its_equations() -> None:
    for iterations in (1, 2, 3):
        made, u = layer(iterations)
        wanted, coefficients = routed(said(made, u), iterations)
        found, c = made(u)
        np.testing.assert_allclose(found[0].detach().numpy(), wanted, atol=1e-5)
        np.testing.assert_allclose(c[0].detach().numpy(), coefficients, atol=1e-5)


def test_coefficients_share_every_input_capsule_among_the_outputs() -> None:
    made, u = layer(3)
    torch.testing.assert_close(made(u)[1].sum(2), torch.ones(2, 7))
    once, u = layer(1)
    torch.testing.assert_close(once(u)[1], torch.full((2, 7, 3), 1 / 3))


def test_agreement_is_that_with_the_last_outputs_and_does_not_add_up() -> None:
    """From the second iteration on, coefficients follow from the outputs before alone: b = u_hat . o / |o|."""
    made, u = layer(2)
    u_hat = torch.from_numpy(said(made, u))
    o = u_hat.mean(0)
    wanted = (u_hat * o / o.norm(dim=1, keepdim=True)).sum(2).softmax(1)
    torch.testing.assert_close(made(u)[1][0], wanted)
    third = RoutedCapsules(5, 3, 4, 3)
    third.load_state_dict(made.state_dict())
    o = (made(u)[1][0].unsqueeze(2) * u_hat).sum(0)
    torch.testing.assert_close(third(u)[1][0], (u_hat * o / o.norm(dim=1, keepdim=True)).sum(2).softmax(1))


def test_a_zero_capsule_adds_nothing() -> None:
    made, u = layer(3)
    torch.testing.assert_close(made(torch.cat([u, torch.zeros(2, 4, 5)], dim=1))[0], made(u)[0])
