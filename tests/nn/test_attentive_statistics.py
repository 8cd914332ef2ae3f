"""Statistics over real frames."""

from __future__ import annotations

import torch

from ai4er.nn.attentive_statistics import AttentiveStatistics, statistics


def test_statistics_are_mean_and_deviation_of_the_real_frames() -> None:
    x, mask = torch.randn(2, 8, 3), torch.arange(8) < torch.tensor([[8], [5]])
    found = statistics(x, mask)
    for row, length in enumerate((8, 5)):
        real = x[row, :length]
        expected = torch.cat([real.mean(0), real.std(0, correction=0)])
        torch.testing.assert_close(found[row], expected, atol=1e-4, rtol=1e-4)


def test_attention_weighs_the_moments_as_in_the_paper() -> None:
    torch.manual_seed(0)
    pooling, x, mask = AttentiveStatistics(4, 5), torch.randn(2, 7, 4), torch.arange(7) < torch.tensor([[7], [4]])
    found = pooling(x, mask)
    scores = torch.tanh(x @ pooling.hidden.weight.T + pooling.hidden.bias) @ pooling.score.weight[0]
    for row, length in enumerate((7, 4)):
        a, real = scores[row, :length].softmax(0).unsqueeze(1), x[row, :length]
        mean = (a * real).sum(0)
        deviation = ((a * real**2).sum(0) - mean**2 + 1e-6).sqrt()
        torch.testing.assert_close(found[row], torch.cat([mean, deviation]), atol=1e-5, rtol=1e-5)


def test_equal_attention_gives_plain_statistics() -> None:
    pooling, x, mask = AttentiveStatistics(4, 5), torch.randn(1, 6, 4), torch.ones(1, 6, dtype=torch.bool)
    torch.nn.init.zeros_(pooling.score.weight)
    torch.testing.assert_close(pooling(x, mask), statistics(x, mask))
