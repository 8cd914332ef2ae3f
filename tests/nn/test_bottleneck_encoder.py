"""Narrow, slow codes."""

from __future__ import annotations

import torch

from ai4er.nn.bottleneck_encoder import BottleneckEncoder, repeated, resampled_codes


def test_a_code_is_the_forward_state_at_its_last_and_the_backward_state_at_its_first_frame() -> None:
    torch.manual_seed(0)
    encoder = BottleneckEncoder(5, 8, 2, 1, 3).eval()
    x, lengths = torch.randn(2, 20, 8), torch.tensor([20, 13])
    codes, count = encoder.codes(x, lengths)
    assert count.tolist() == [3, 2] and codes.shape == (2, 3, 6)
    for row, length in enumerate((20, 13)):
        states = encoder.lstm.lstm(x[row : row + 1, :length])[0][0]
        for code in range(int(count[row])):
            last = min(8 * code + 7, length - 1)
            torch.testing.assert_close(codes[row, code], torch.cat([states[last, :3], states[8 * code, 3:]]))
    assert not codes[1, 2:].any()


def test_padding_changes_no_code() -> None:
    torch.manual_seed(0)
    encoder = BottleneckEncoder(5, 8, 2, 2, 3).eval()
    x = torch.randn(1, 24, 5)
    short, _ = encoder(x[:, :17], torch.tensor([17]))
    long, count = encoder(x, torch.tensor([17]))
    torch.testing.assert_close(long[:, : int(count)], short, atol=1e-6, rtol=1e-5)


def test_codes_that_share_a_tempo_have_as_many_steps() -> None:
    torch.manual_seed(0)
    encoders = [BottleneckEncoder(5, 8, 2, 3, units) for units in (2, 4)]
    codes, count = resampled_codes(encoders, [torch.randn(3, 96, 5)] * 2, torch.tensor([64, 40, 30]))
    assert [one.shape[-1] for one in codes] == [4, 8]
    assert codes[0].shape[1] == codes[1].shape[1] == 12 and (count >= 1).all() and (count <= 12).all()


def test_codes_are_repeated_to_the_frames_they_stand_for() -> None:
    codes = torch.arange(1.0, 4).view(1, 3, 1)
    assert repeated(codes, 2).flatten().tolist() == [1, 1, 2, 2, 3, 3]
    assert repeated(codes, 2, 5).flatten().tolist() == [1, 1, 2, 2, 3]
    assert repeated(codes, 2, 7).flatten().tolist() == [1, 1, 2, 2, 3, 3, 0]
