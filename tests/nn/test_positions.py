"""Sinusoidal positions."""

from __future__ import annotations

import math

import torch

from ai4er.nn.positions import sinusoidal_positions


def test_every_pair_of_channels_is_a_sine_and_its_cosine() -> None:
    found = sinusoidal_positions(50, 8)
    for step in (0, 1, 49):
        for pair in range(4):
            angle = step / 10000 ** (2 * pair / 8)
            assert math.isclose(found[step, 2 * pair], math.sin(angle), abs_tol=1e-5)
            assert math.isclose(found[step, 2 * pair + 1], math.cos(angle), abs_tol=1e-5)


def test_a_longer_table_begins_with_the_shorter() -> None:
    assert torch.equal(sinusoidal_positions(30, 6)[:7], sinusoidal_positions(7, 6))


def test_the_similarity_of_two_steps_depends_on_their_distance() -> None:
    found = sinusoidal_positions(40, 16)
    similar = found @ found.T
    torch.testing.assert_close(similar[3, 8], similar[20, 25])
