"""Hidden Markov models with Gaussian emissions: likelihood of sequences, and Baum-Welch, without a loop over time.

log p(x) is the product of one matrix a frame, M_t[i, j] = p(j | i) p(x_t | j), in the semiring of log-sum-exp. The
product is associative, so neighbours are multiplied in pairs until one matrix is left. Its derivatives by the
logarithms of emissions, transitions and start are the expected counts that Baum-Welch needs (Eisner, "Inside-Outside
and Forward-Backward Algorithms Are Just Backprop", 2016). Equations: Rabiner, "A Tutorial on Hidden Markov Models and
Selected Applications in Speech Recognition", Proceedings of the IEEE 77(2), 1989, section III.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

NEVER = -1e30
"""The logarithm of zero, finite so that its derivatives are numbers."""
_LEAST = 1e-8
"""Expected frames below which nothing is known of a state."""


@dataclass(frozen=True)
class HiddenMarkov:
    """Parameters of several models at once; probabilities as logarithms, all tensors in double precision.

    start (models, states), transition (models, states, states) from row to column, means and variances
    (models, states, features).
    """

    start: Tensor
    transition: Tensor
    means: Tensor
    variances: Tensor

    def emissions(self, x: Tensor) -> Tensor:
        """log p(x_t | state): x (batch, frames, features) -> (batch, models, frames, states)."""
        precision = 1 / self.variances
        constant = (self.means.square() * precision + (2 * math.pi * self.variances).log()).sum(-1)
        square = torch.einsum("btf,msf->bmts", x.square(), precision)
        product = torch.einsum("btf,msf->bmts", x, self.means * precision)
        return product - 0.5 * (square + constant.unsqueeze(1))

    def log_likelihood(self, x: Tensor, lengths: Tensor) -> Tensor:
        """log p(x): x (batch, frames, features), lengths (batch,) from 1 on -> (batch, models)."""
        return forward_algorithm(self.start, self.transition, self.emissions(x.double()), lengths)


def forward_algorithm(start: Tensor, transition: Tensor, emissions: Tensor, lengths: Tensor) -> Tensor:
    """The log-likelihood of whole sequences.

    start (models, states), transition (models, states, states), emissions (batch, models, frames, states), lengths
    (batch,) -> (batch, models).
    """
    states = start.shape[-1]
    nothing = torch.full((states, states), NEVER, dtype=start.dtype, device=start.device).fill_diagonal_(0.0)
    real = torch.arange(1, emissions.shape[2], device=lengths.device) < lengths.unsqueeze(1)
    steps = transition.unsqueeze(1) + emissions[:, :, 1:].unsqueeze(-2)
    steps = torch.where(real[:, None, :, None, None], steps, nothing)
    while (frames := steps.shape[2]) > 1:
        pairs = (steps[:, :, : frames - 1 : 2].unsqueeze(-1) + steps[:, :, 1::2].unsqueeze(-3)).logsumexp(-2)
        steps = pairs if frames % 2 == 0 else torch.cat([pairs, steps[:, :, -1:]], dim=2)
    first = start + emissions[:, :, 0]
    return (first.unsqueeze(-1) + steps[:, :, 0] if frames else first.unsqueeze(-1)).flatten(2).logsumexp(-1)


def baum_welch(
    model: HiddenMarkov, batches: Sequence[tuple[Tensor, Tensor]], iterations: int, floor: float
) -> HiddenMarkov:
    """Expectation maximisation of one model on batches of x (sequences, frames, features) and lengths (sequences,).

    `floor` is the least variance. What is impossible at the beginning (a transition backwards) stays so, and a state
    that no frame belongs to stays where it is.
    """
    for _ in range(iterations):
        total, sums, squares, starts, moves = (sum(parts) for parts in zip(*(_sums(model, *one) for one in batches)))
        means = sums / total.clamp(min=_LEAST)
        variances = (squares / total.clamp(min=_LEAST) - means.square()).clamp(min=floor)
        model = HiddenMarkov(
            start=_normalised(starts, model.start[0]).unsqueeze(0),
            transition=_normalised(moves, model.transition[0]).unsqueeze(0),
            means=torch.where(total > _LEAST, means, model.means[0]).unsqueeze(0),
            variances=torch.where(total > _LEAST, variances, model.variances[0]).unsqueeze(0),
        )
    return model


def _sums(model: HiddenMarkov, x: Tensor, lengths: Tensor) -> tuple[Tensor, ...]:
    """Expected frames of each state (states, 1), their sums and sums of squares (states, features), starts, moves."""
    occupied, starts, moves = expected_counts(model, x, lengths)
    weights, rows = occupied.flatten(0, 1).T, x.double().flatten(0, 1)
    return weights.sum(1, keepdim=True), weights @ rows, weights @ rows.square(), starts, moves


def expected_counts(model: HiddenMarkov, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """How often one model is in each state and takes each step, given the sequences.

    x (sequences, frames, features), lengths (sequences,) -> probabilities of the states (sequences, frames, states),
    sums over sequences of the first states (states,) and of the transitions (states, states).
    """
    with torch.enable_grad():
        emissions = model.emissions(x.double()).detach().requires_grad_()
        start, transition = (part.detach().requires_grad_() for part in (model.start, model.transition))
        total = forward_algorithm(start, transition, emissions, lengths).sum()
        occupied, starts, moves = torch.autograd.grad(total, (emissions, start, transition), materialize_grads=True)
    return occupied[:, 0], starts[0], moves[0]


def _normalised(counts: Tensor, before: Tensor) -> Tensor:
    """Logarithms of the shares along the last axis; `before` where nothing was counted."""
    total = counts.sum(-1, keepdim=True)
    shares = torch.where(counts > 0, (counts / total.clamp(min=1e-300)).clamp(min=1e-300).log(), NEVER)
    return torch.where(total > _LEAST, shares, before)
