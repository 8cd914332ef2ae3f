"""Two-stream pooling attention and channel weighting are what the sheet says."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Padded
from ai4er.systems.speech.two_stream_pooling import Config, MfccBranch, Network


def branch(**changes: Any) -> MfccBranch:
    torch.manual_seed(0)
    return MfccBranch(Config(**changes), 40).eval()


def frames(batch: int = 2, count: int = 300, size: int = 40) -> tuple[Tensor, Tensor]:
    x = torch.randn(batch, count, size, generator=torch.Generator().manual_seed(1))
    return x, torch.full((batch,), count)


def test_three_seconds_become_75_steps_of_128_channels() -> None:
    f, lengths = branch().encode(*frames())
    assert f.shape == (2, 75, 128) and lengths.tolist() == [75, 75]


def test_a_channel_has_one_weight_for_all_times_and_is_added_to_itself() -> None:
    made = branch()
    f, _ = made.encode(*frames())
    mask = torch.ones(2, 75, dtype=torch.bool)
    weighted, w = made.weigh(f, mask)
    assert w.shape == (2, 128) and bool(((w > 0) & (w < 1)).all())
    torch.testing.assert_close(weighted, f * (1 + w).unsqueeze(1))


def test_with_silent_convolutions_features_count_one_and_a_half_times() -> None:
    made = branch()
    assert made.attention is not None
    for parameter in made.attention.parameters():
        torch.nn.init.zeros_(parameter)
    f = torch.randn(2, 9, 128)
    torch.testing.assert_close(made.weigh(f, torch.ones(2, 9, dtype=torch.bool))[0], 1.5 * f)


def test_the_order_of_frames_counts_by_the_recurrence_alone() -> None:
    made, (x, lengths) = branch(), frames()
    f, _ = made.encode(x, lengths)
    mask = torch.ones(2, 75, dtype=torch.bool)
    torch.testing.assert_close(made.weigh(f.flip(1), mask)[1], made.weigh(f, mask)[1])
    assert not torch.allclose(made(x.flip(1), lengths)[0], made(x, lengths)[0])


def test_the_attention_adds_twelve_weights_and_can_be_left_out() -> None:
    assert parameter_count(branch()) - parameter_count(branch(attention=False)) == 12
    f = torch.randn(2, 9, 128)
    assert branch(attention=False).weigh(f, torch.ones(2, 9, dtype=torch.bool))[0] is f


def test_frames_behind_the_end_of_a_short_utterance_do_not_count() -> None:
    made, (x, _) = branch(), frames(1)
    x[:, 100:] = 0
    longer, _ = made(x, torch.tensor([100]))
    shorter, _ = made(x[:, :200], torch.tensor([100]))
    torch.testing.assert_close(longer, shorter)


def test_both_views_are_read() -> None:
    torch.manual_seed(0)
    made = Network(Config(), 40, 768, 4).eval()
    views = [Padded(*frames(2, 300, 40)), Padded(*frames(2, 150, 768))]
    before = made(*views)[0]
    for k in range(2):
        blank = list(views)
        blank[k] = Padded(0 * views[k].data, views[k].lengths)
        assert not torch.allclose(made(*blank)[0], before)
    assert made.fusion.in_features == 256


def test_an_odd_number_of_channels_is_refused() -> None:
    with pytest.raises(Ai4erError, match="even"):
        Config(channels=(4, 4, 5))
