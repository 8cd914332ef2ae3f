"""A learned graph stays a graph: symmetric, bounded, and started from where electrodes are."""

from __future__ import annotations

import torch

from ai4er.nn.electrodes import SEED_CHANNELS
from ai4er.nn.learned_adjacency import MUSE_CHANNELS, electrode_prior, symmetric_normalisation


def test_the_normalised_adjacency_is_symmetric_with_eigenvalues_in_the_unit_interval() -> None:
    torch.manual_seed(0)
    edges = torch.randn(20, 9, 9)
    a_hat = symmetric_normalisation(edges + edges.transpose(1, 2))
    torch.testing.assert_close(a_hat, a_hat.transpose(1, 2))
    values = torch.linalg.eigvalsh(a_hat)
    assert values.min() >= -1 - 1e-5
    torch.testing.assert_close(values[:, -1], torch.ones(20))


def test_without_positive_edges_it_is_the_identity() -> None:
    assert torch.equal(symmetric_normalisation(-torch.rand(5, 5)), torch.eye(5))


def test_the_nearest_electrodes_are_the_nearest_neighbours_of_the_graph() -> None:
    prior = electrode_prior(62)
    assert torch.equal(prior, prior.T)
    assert torch.equal(prior.diagonal(), torch.ones(62))
    assert (prior > 0).all()
    cz = prior[SEED_CHANNELS.index("CZ")]
    neighbours = {SEED_CHANNELS[i] for i in cz.topk(5).indices}
    assert neighbours == {"CZ", "C1", "C2", "FCZ", "CPZ"}
    assert cz[SEED_CHANNELS.index("O1")] == prior.min()


def test_a_headband_joins_electrodes_of_one_side_and_of_the_forehead() -> None:
    prior = electrode_prior(4)
    one = {name: i for i, name in enumerate(MUSE_CHANNELS)}
    assert prior[one["TP9"], one["AF7"]] > prior[one["TP9"], one["AF8"]]
    assert prior[one["AF7"], one["AF8"]] > prior[one["TP9"], one["TP10"]]
    torch.testing.assert_close(prior[one["TP9"], one["AF7"]], prior[one["TP10"], one["AF8"]])
