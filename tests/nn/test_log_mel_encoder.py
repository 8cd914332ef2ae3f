"""The small network for spectra: its states, and that padding changes none of them."""

from __future__ import annotations

import torch
from torch.nn import functional

from ai4er.nn.log_mel_encoder import LogMelEncoder


def test_there_is_one_state_more_than_layers_and_padding_changes_none() -> None:
    torch.manual_seed(0)
    made = LogMelEncoder(layers=3).eval()
    x = 0.1 * torch.randn(2, 6000)
    alone = made.hidden(x[:1, :4000], torch.tensor([4000]))
    longer = torch.stack([functional.pad(x[0, :4000], (0, 2000)), x[1]])
    together = made.hidden(longer, torch.tensor([4000, 6000]))
    assert alone.x.shape == (1, int(alone.lengths), 4, made.hidden_size) and made.states_number == 4
    assert int(together.lengths[0]) == int(alone.lengths)
    torch.testing.assert_close(together.x[:1, : alone.x.shape[1]], alone.x, atol=1e-5, rtol=1e-5)


def test_only_the_last_state_goes_through_the_closing_norm() -> None:
    torch.manual_seed(0)
    plain, normed = LogMelEncoder(closing_norm=False).eval(), LogMelEncoder().eval()
    normed.load_state_dict({**normed.state_dict(), **plain.state_dict()})
    x, lengths = 0.1 * torch.randn(1, 4000), torch.tensor([4000])
    before, after = plain.hidden(x, lengths).x, normed.hidden(x, lengths).x
    assert torch.equal(before[:, :, :-1], after[:, :, :-1])
    torch.testing.assert_close(functional.layer_norm(before[:, :, -1], (96,)), after[:, :, -1])


def test_without_convolutions_two_frames_are_one_step_of_40_ms() -> None:
    torch.manual_seed(0)
    made = LogMelEncoder(channels=()).eval()
    x = 0.1 * torch.randn(1, 16_000)
    whole = made.hidden(x, torch.tensor([16_000]))
    assert made.hop == 640 and int(whole.lengths) == whole.x.shape[1] == 26
    padded = made.hidden(functional.pad(x, (0, 8000)), torch.tensor([16_000]))
    torch.testing.assert_close(padded.x[:, :26], whole.x, atol=1e-5, rtol=1e-5)
