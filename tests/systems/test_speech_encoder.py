"""What the heads of speech systems read: states of networks, or frames as they are given."""

from __future__ import annotations

import torch

from ai4er.encoders import pretrained
from ai4er.nn.log_mel_encoder import LogMelEncoder
from ai4er.systems._speech_encoder import GivenFrames, SpeechNetwork, speech_encoder


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
