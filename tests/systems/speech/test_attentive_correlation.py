"""Attentive channel-wise correlations: what the sheet says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.systems.base import parameter_count
from ai4er.systems.speech.attentive_correlation import Config, FrameAttention, Network

SHAPE = (3, 10)


def network(seed: int = 0, **changes: Any) -> Network:
    torch.manual_seed(seed)
    return Network(Config(**{"features": 16} | changes), SHAPE, 4)


def frames(batch: int = 2, time: int = 9) -> tuple[Tensor, Tensor]:
    x = torch.randn(batch, time, *SHAPE, generator=torch.Generator().manual_seed(1))
    return x, torch.ones(batch, time, dtype=torch.bool)


def test_the_published_size_has_459_809_weights() -> None:
    published = Network(Config(), (25, 1024), 4)
    assert published.attention is not None
    assert parameter_count(published.projection) == 262_400
    assert parameter_count(published.attention) == 66_820
    assert parameter_count(published.classifier) == 130_564
    assert parameter_count(published) == 459_809


@pytest.mark.parametrize(("pooling", "size"), [("mean", 16), ("mean_deviation", 32), ("correlation", 120)])
def test_the_compared_kinds_of_pooling_have_their_sizes(pooling: str, size: int) -> None:
    made = network(pooling=pooling)
    assert made.classifier.in_features == size
    logits, pooled, weights = made.eval()(*frames())
    assert (logits.shape, pooled.shape) == ((2, 4), (2, size))
    torch.testing.assert_close(weights, torch.full((2, 9), 1 / 9))


def test_mean_and_deviation_are_those_over_time() -> None:
    made, (x, mask) = network(pooling="mean_deviation").eval(), frames()
    _, pooled, _ = made(x, mask)
    projected = made.projection(made.mix(x))
    wanted = torch.cat([projected.mean(1), projected.std(1, correction=0)], dim=1)
    torch.testing.assert_close(pooled, wanted)


def test_attention_is_the_softmax_of_the_heads_log_sum_exp() -> None:
    torch.manual_seed(0)
    attention, x = FrameAttention(5, 4), torch.randn(2, 7, 5)
    e = functional.linear(functional.linear(x, attention.hidden.weight, attention.hidden.bias).relu(),
                          attention.heads.weight, attention.heads.bias)  # fmt: skip
    scores = e.exp().sum(-1)
    found = attention(x, torch.ones(2, 7, dtype=torch.bool))
    torch.testing.assert_close(found, scores / scores.sum(1, keepdim=True))


def test_padded_frames_have_no_weight() -> None:
    made, (x, mask) = network().eval(), frames()
    longer = torch.cat([x, 50 * torch.ones(2, 3, *SHAPE)], dim=1)
    before, after = made(x, mask), made(longer, functional.pad(mask, (0, 3)))
    torch.testing.assert_close(after[1], before[1])
    assert not after[2][:, 9:].any()


def test_a_dropped_channel_is_dropped_for_the_whole_utterance_and_has_no_correlation() -> None:
    made, (x, mask) = network(channel_dropout=0.5).train(), frames(64, 5)
    torch.manual_seed(2)
    _, pooled, _ = made(x, mask)
    rows, columns = torch.triu_indices(16, 16, 1)
    gone = torch.stack([(pooled[:, (rows == c) | (columns == c)] == 0).all(1) for c in range(16)], dim=1)
    assert torch.isfinite(pooled).all()
    assert 0.4 < float(gone.double().mean()) < 0.6
    kept = ~gone
    both = kept[:, rows] & kept[:, columns]
    assert bool((pooled[both] != 0).all())


def test_the_classifier_reads_correlations_only() -> None:
    """A projection whose channels all have other levels and gains gives the same vector, for the same attention."""
    made, (x, mask) = network(pooling="correlation").eval(), frames()
    before = made(x, mask)[1]
    with torch.no_grad():
        gain = torch.rand(16) + 0.5
        made.projection.weight.mul_(gain.unsqueeze(1))
        made.projection.bias.add_(3.0)
    torch.testing.assert_close(made(x, mask)[1], before, atol=1e-5, rtol=1e-5)
