"""The likelihood is the sum over every path, the counts are their averages, and Baum-Welch never makes it worse."""

from __future__ import annotations

import itertools
import math

import pytest
import torch
from torch import Tensor

from ai4er.nn.hidden_markov import NEVER, HiddenMarkov, baum_welch, expected_counts

GENERATOR = torch.Generator().manual_seed(0)


def drawn(*shape: int) -> Tensor:
    return torch.rand(*shape, generator=GENERATOR, dtype=torch.float64) + 0.1


def models(number: int, states: int, features: int) -> HiddenMarkov:
    start, transition = drawn(number, states), drawn(number, states, states)
    return HiddenMarkov(
        start=(start / start.sum(-1, keepdim=True)).log(),
        transition=(transition / transition.sum(-1, keepdim=True)).log(),
        means=3 * drawn(number, states, features),
        variances=drawn(number, states, features),
    )


def paths(model: HiddenMarkov, number: int, x: Tensor) -> dict[tuple[int, ...], float]:
    """The probability of the sequence x (frames, features) along every path of states."""
    found = {}
    for path in itertools.product(range(model.start.shape[1]), repeat=len(x)):
        probability = math.exp(model.start[number, path[0]])
        for one, other in itertools.pairwise(path):
            probability *= math.exp(model.transition[number, one, other])
        for frame, state in zip(x, path):
            for value, mean, variance in zip(frame, model.means[number, state], model.variances[number, state]):
                probability *= math.exp(-((value - mean) ** 2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
        found[path] = probability
    return found


@pytest.mark.parametrize("frames", [1, 2, 3, 5, 6])
def test_the_likelihood_is_the_sum_over_every_path(frames: int) -> None:
    model, x = models(2, 3, 2), 3 * drawn(1, frames, 2)
    found = model.log_likelihood(x, torch.tensor([frames]))
    expected = [math.log(sum(paths(model, number, x[0]).values())) for number in range(2)]
    torch.testing.assert_close(found[0], torch.tensor(expected, dtype=torch.float64))


def test_padding_and_neighbours_change_nothing() -> None:
    model, lengths = models(3, 4, 2), torch.tensor([1, 7, 12, 2])
    x = 3 * drawn(4, 12, 2)
    together = model.log_likelihood(x, lengths)
    for i, length in enumerate(lengths):
        torch.testing.assert_close(together[i : i + 1], model.log_likelihood(x[i : i + 1, :length], length.view(1)))


def test_the_counts_are_averages_over_every_path() -> None:
    model, x = models(1, 2, 1), 3 * drawn(1, 5, 1)
    padded = torch.cat([x, torch.zeros(1, 3, 1, dtype=x.dtype)], dim=1)
    occupied, starts, moves = expected_counts(model, padded, torch.tensor([5]))
    known = paths(model, 0, x[0])
    whole = sum(known.values())
    states, first, steps = torch.zeros(8, 2).double(), torch.zeros(2).double(), torch.zeros(2, 2).double()
    for path, probability in known.items():
        first[path[0]] += probability / whole
        for time, state in enumerate(path):
            states[time, state] += probability / whole
        for one, other in itertools.pairwise(path):
            steps[one, other] += probability / whole
    torch.testing.assert_close(occupied[0], states)
    torch.testing.assert_close(starts, first)
    torch.testing.assert_close(moves, steps)


def test_one_step_of_baum_welch_takes_the_weighted_means_and_variances() -> None:
    model, x, lengths = models(1, 2, 2), 3 * drawn(3, 6, 2), torch.tensor([6, 4, 5])
    occupied, starts, moves = expected_counts(model, x, lengths)
    fitted = baum_welch(model, [(x[:2], lengths[:2]), (x[2:], lengths[2:])], 1, 1e-6)
    for state in range(2):
        weights = occupied[..., state, None]
        mean = (weights * x).sum((0, 1)) / weights.sum()
        torch.testing.assert_close(fitted.means[0, state], mean)
        variance = (weights * (x - mean).square()).sum((0, 1)) / weights.sum()
        torch.testing.assert_close(fitted.variances[0, state], variance)
    torch.testing.assert_close(fitted.start[0].exp(), starts / 3)
    torch.testing.assert_close(fitted.transition[0].exp(), moves / moves.sum(1, keepdim=True))


def test_the_likelihood_never_falls_and_a_way_that_is_closed_stays_closed() -> None:
    model, x, lengths = models(1, 3, 2), 3 * drawn(8, 20, 2), torch.full((8,), 20)
    closed = torch.tensor([[[0.6, 0.4, 0.0], [0.0, 0.6, 0.4], [0.0, 0.0, 1.0]]]).double()
    transition = torch.where(closed > 0, closed.log(), NEVER)
    model = HiddenMarkov(torch.tensor([[0.0, NEVER, NEVER]]).double(), transition, model.means, model.variances)
    before = -math.inf
    for _ in range(6):
        model = baum_welch(model, [(x, lengths)], 1, 1e-6)
        likelihood = float(model.log_likelihood(x, lengths).sum())
        assert likelihood >= before - 1e-6
        before = likelihood
    assert bool((model.transition.exp()[closed == 0] == 0).all())
    torch.testing.assert_close(model.start.exp(), torch.tensor([[1.0, 0, 0]]).double())
    torch.testing.assert_close(model.transition.exp().sum(-1), torch.ones(1, 3).double())


def test_a_state_that_nobody_visits_stays_finite() -> None:
    model, x = models(1, 2, 1), torch.zeros(2, 4, 1)
    model = HiddenMarkov(torch.tensor([[0.0, NEVER]]).double(), torch.tensor([[[0.0, NEVER], [0.0, NEVER]]]).double(),
                         model.means, model.variances)  # fmt: skip
    fitted = baum_welch(model, [(x, torch.tensor([4, 2]))], 3, 0.01)
    for part in (fitted.start, fitted.transition, fitted.means, fitted.variances):
        assert torch.isfinite(part).all()
    torch.testing.assert_close(fitted.means[0, 1], model.means[0, 1])
    assert float(fitted.variances[0, 0]) == pytest.approx(0.01)
