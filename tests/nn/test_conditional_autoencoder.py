"""What a conditional autoencoder minimises, and what it can draw."""

from __future__ import annotations

import torch
from torch.distributions import Normal, kl_divergence

from ai4er.nn.conditional_autoencoder import ConditionalAutoencoder, evidence_bound


def test_the_bound_is_the_squared_error_and_the_divergence_from_a_standard_normal() -> None:
    torch.manual_seed(0)
    x, rebuilt, mean, log_variance = torch.randn(4, 7, 3)
    terms = evidence_bound(x, rebuilt, mean, log_variance)
    torch.testing.assert_close(terms["reconstruction"], (x - rebuilt).square().sum(1).mean())
    divergence = kl_divergence(Normal(mean, (log_variance / 2).exp()), Normal(0, 1)).sum(1).mean()
    torch.testing.assert_close(terms["divergence"], divergence)


def test_what_is_drawn_follows_the_condition_also_one_that_was_never_seen() -> None:
    """The mean of x is (c, 2 c); conditions near 0 are left out of training."""
    torch.manual_seed(0)
    network = ConditionalAutoencoder(2, 1, 32, 4)
    optimiser = torch.optim.Adam(network.parameters(), 1e-2)
    condition = torch.cat([torch.linspace(-1, -0.4, 100), torch.linspace(0.4, 1, 100)]).unsqueeze(1)
    x = torch.cat([condition, 2 * condition], dim=1) + 0.1 * torch.randn(200, 2)
    for _ in range(150):
        optimiser.zero_grad()
        torch.stack(list(evidence_bound(x, *network(x, condition)).values())).sum().backward()
        optimiser.step()
    wanted = torch.tensor([-0.7, 0.0, 0.7])
    with torch.no_grad():
        drawn = network.draw(wanted.repeat_interleave(200).unsqueeze(1)).unflatten(0, (3, 200)).mean(1)
    torch.testing.assert_close(drawn, torch.stack([wanted, 2 * wanted], dim=1), atol=0.25, rtol=0)


def test_each_part_has_one_hidden_layer() -> None:
    network = ConditionalAutoencoder(88, 300, 256, 64)
    encoder = (88 + 300) * 256 + 256 + 256 * 128 + 128
    decoder = (64 + 300) * 256 + 256 + 256 * 88 + 88
    assert sum(p.numel() for p in network.parameters()) == encoder + decoder
