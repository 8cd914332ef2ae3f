"""MSTR: what the sheet says."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.nn.transformer_block import MixerBlock
from ai4er.systems.base import parameter_count
from ai4er.systems.speech.multi_scale_temporal_transformer import (
    Config,
    FractalAttention,
    averaged,
    windowed_attention,
)

FEATURES, HEADS = 8, 2


def block(scales: int = 3, factor: int = 2, window: int = 2) -> MixerBlock:
    torch.manual_seed(0)
    return MixerBlock(FractalAttention(FEATURES, HEADS, factor, scales, window), FEATURES, 16).eval()


def everywhere(time: int, batch: int = 1) -> Tensor:
    return torch.ones(batch, time, dtype=torch.bool)


def coupled(time: int, **sizes: int) -> Tensor:
    """Which input frames (columns) reach which output frames (rows) of one block."""
    part = block(**sizes)

    def run(x: Tensor) -> Tensor:
        return part(x, everywhere(time))

    found = torch.autograd.functional.jacobian(run, torch.randn(1, time, FEATURES))
    return found[0, :, :, 0].abs().amax((1, 3)) > 0


@pytest.mark.parametrize(("scales", "factor", "window"), [(1, 3, 3), (2, 3, 3), (3, 2, 2), (2, 2, 3), (3, 2, 1)])
def test_frames_meet_in_aligned_segments_of_w_times_p_to_the_l_minus_one(scales: int, factor: int, window: int) -> None:
    segment = torch.arange(24) // (window * factor ** (scales - 1))
    assert torch.equal(coupled(24, scales=scales, factor=factor, window=window), segment[:, None] == segment)


def test_the_defaults_reach_81_frames() -> None:
    config = Config()
    assert config.window * config.factor ** (config.scales - 1) == 81


def test_a_scale_adds_no_weight() -> None:
    assert len({parameter_count(block(scales=scales)) for scales in (1, 2, 3)}) == 1
    assert parameter_count(FractalAttention(1024, 8, 3, 4, 3)) == 4 * 1024**2 + 1024


def test_scales_are_plain_means_of_the_original_frames() -> None:
    x, count = torch.randn(2, 27, FEATURES), torch.ones(2, 27)
    wanted = functional.avg_pool1d(x.transpose(1, 2), 9).transpose(1, 2)
    found, counts = averaged(*averaged(x, count, 3), 3)
    torch.testing.assert_close(found, wanted)
    assert bool((counts == 9).all())


def test_means_at_the_end_are_over_real_frames() -> None:
    x = torch.randn(1, 7, FEATURES)
    count = (torch.arange(7) < 5).float()[None]
    found, counts = averaged(*averaged(x, count, 2), 2)
    assert counts[0].tolist() == [4, 1]
    torch.testing.assert_close(found[0, 0], x[0, :4].mean(0))
    torch.testing.assert_close(found[0, 1], x[0, 4])


def test_a_constant_input_is_the_same_at_all_scales() -> None:
    part = block().mixer
    x = torch.randn(1, 1, FEATURES).expand(1, 16, FEATURES)
    first, *others = part.scale(x, everywhere(16))
    for other in others:
        torch.testing.assert_close(other, first[:, : other.shape[1]])


def test_attention_is_torchs_inside_each_window() -> None:
    x = torch.randn(2, 11, 3 * FEATURES)
    found = windowed_attention(x, everywhere(11, 2), 4, HEADS)
    for first in (0, 4, 8):
        query, key, value = (
            part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in x[:, first : first + 4].chunk(3, dim=-1)
        )
        wanted = functional.scaled_dot_product_attention(query, key, value)
        torch.testing.assert_close(found[:, first : first + 4], wanted.transpose(1, 2).flatten(2))


def test_no_score_is_computed_across_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def counting(scores: Tensor, mask: Tensor) -> Tensor:
        sizes.append(scores.numel())
        return scores.softmax(-1) * mask

    module = "ai4er.systems.speech.multi_scale_temporal_transformer.masked_softmax"
    monkeypatch.setattr(module, counting)
    block(scales=3, factor=2, window=3).mixer(torch.randn(1, 22, FEATURES), everywhere(22))
    assert sum(sizes) == HEADS * sum(-(-22 // (3 * 2**k)) * 9 for k in range(3))


def test_windows_of_one_frame_mix_the_averaged_values() -> None:
    part, x = block(window=1).mixer, torch.randn(1, 8, FEATURES)
    value = (x @ part.projection.weight.T)[..., 2 * FEATURES :]
    total = sum(
        functional.gelu(functional.avg_pool1d(value.transpose(1, 2), 2**k)).repeat_interleave(2**k, 2).transpose(1, 2)
        for k in range(3)
    )
    torch.testing.assert_close(part(x, everywhere(8)), part.output(total))


def test_a_shift_by_a_whole_segment_shifts_the_output_and_one_by_a_frame_does_not() -> None:
    part, x = block(), torch.randn(1, 16, FEATURES)
    out = part(x, everywhere(16))
    shifted = part(x.roll(8, 1), everywhere(16))
    torch.testing.assert_close(shifted, out.roll(8, 1))
    assert not torch.allclose(part(x.roll(1, 1), everywhere(16)), out.roll(1, 1), atol=1e-3)


@pytest.mark.parametrize("length", [1, 3, 8, 13])
def test_padding_changes_no_real_frame(length: int) -> None:
    part, x = block(), torch.randn(1, 20, FEATURES)
    valid = torch.arange(20)[None] < length
    torch.testing.assert_close(part(x, valid)[:, :length], part(x[:, :length], everywhere(length)))
