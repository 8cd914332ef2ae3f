"""What the heads of speech systems read: states of networks, or frames as they are given."""

from __future__ import annotations

import pytest
import torch

from ai4er.encoders import front_end, pretrained
from ai4er.nn.log_mel_encoder import LogMelEncoder
from ai4er.systems._speech_encoder import GivenFrames, SmallNetwork, SpeechNetwork, speech_encoder


def test_frames_stay_as_they_are() -> None:
    x = torch.randn(2, 5, 3, 4)
    layered, plain = speech_encoder("tiny", (3, 4)), speech_encoder("tiny", (4,))
    assert isinstance(layered, GivenFrames) and (layered.states_number, plain.states_number) == (3, 1)
    assert torch.equal(layered.hidden(x, torch.tensor([5, 5])).x, x)
    assert plain.hidden(x[:, :, 0], torch.tensor([5, 5])).x.shape == (2, 5, 1, 4)


def test_samples_without_a_pretrained_network_go_through_a_small_one() -> None:
    assert isinstance(speech_encoder("", ()), LogMelEncoder)


def test_the_states_are_those_of_the_network_itself() -> None:
    made = speech_encoder("tiny", ()).eval()
    assert isinstance(made, SpeechNetwork)
    x = torch.randn(1, 4000)
    wanted = pretrained("tiny", "speech")(x, output_hidden_states=True)
    found = made.hidden(x, torch.tensor([4000])).x
    for place in range(made.states_number - 1):
        torch.testing.assert_close(found[:, :, place], wanted.hidden_states[place])
    torch.testing.assert_close(found[:, :, -1], wanted.last_hidden_state)


def test_what_is_frozen_has_no_gradient_and_layers_are_cut_from_above() -> None:
    made = speech_encoder("tiny", (), frozen=("feature_extractor",), layers=1)
    assert made.states_number == 2
    learnt = {name.split(".")[1] for name, p in made.named_parameters() if p.requires_grad}
    assert learnt == {"feature_projection", "encoder"}


def test_ai4er_small_has_the_states_of_its_front_end_and_learns() -> None:
    made = speech_encoder("ai4er-small", (), frozen=("feature_extractor",), closing_norm=False)
    assert isinstance(made, SmallNetwork)
    long, short = torch.randn(16_000) * 0.1, torch.randn(5_000) * 0.02
    samples = torch.stack([long, torch.cat([short, torch.zeros(11_000)])])
    found = made.hidden(samples, torch.tensor([16_000, 5_000]))
    assert found.lengths.tolist() == [50, 16] and found.x.shape == (2, 50, made.states_number, made.hidden_size)
    wanted = front_end("speech_frames:encoder=ai4er-small,layer=states").extract([long.numpy(), short.numpy()])
    for i, states in enumerate(wanted):
        torch.testing.assert_close(found.x[i, : len(states)].detach(), torch.from_numpy(states), atol=2e-3, rtol=1e-3)
    found.x[found.mask].square().sum().backward()
    assert all((weight.grad is not None) == weight.requires_grad for weight in made.parameters())
    assert {name.split(".")[2] for name, weight in made.named_parameters() if weight.requires_grad} == {"layers"}


@pytest.mark.parametrize("layers", [1, 2])
def test_ai4er_small_closes_with_a_norm_and_is_cut_from_above(layers: int) -> None:
    made, x, lengths = speech_encoder("ai4er-small", (), layers=layers), torch.randn(1, 4000), torch.tensor([4000])
    states = made.hidden(x, lengths).x
    assert made.states_number == states.shape[2] == layers + 1
    torch.testing.assert_close(states[..., -1, :].mean(2), torch.zeros(1, 13), atol=1e-5, rtol=0)
    torch.testing.assert_close(made.hidden(x, lengths, depth=layers - 1).x, states[:, :, :layers])
    hidden = made.hidden(x, lengths, masking=lambda steps, frames: steps * 0).x
    assert not torch.allclose(hidden[:, :, 0], states[:, :, 0])
