"""`ai4er-small` gives the states of the published recurrent network, whatever is read beside or behind a recording."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.encoders import front_end, is_available, pretrained
from ai4er.encoders._speaker_states import _CHUNK, SpeakerStates, speaker_frames, speaker_states
from ai4er.encoders.speech_vector import statistics
from ai4er.errors import Ai4erError
from ai4er.features._spectrum import mel_power
from ai4er.records import Record, Records

RATE = 16_000
SOUND = np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32) * 0.1


def frames(spec: str, *sounds: np.ndarray) -> list[np.ndarray]:
    return front_end(spec).extract(sounds)


def test_a_state_each_20_milliseconds_of_each_layer() -> None:
    (every,), (last,) = (
        frames("speech_frames:encoder=ai4er-small,layer=all", SOUND),
        frames("speech_frames:encoder=ai4er-small", SOUND),
    )
    assert every.shape == (101, 3, 256)
    np.testing.assert_allclose(last, every[:, 2], atol=1e-6)
    np.testing.assert_allclose(frames("speech_frames:encoder=ai4er-small,layer=1", SOUND)[0], every[:, 0], atol=1e-6)


def test_the_states_are_those_of_one_stacked_lstm_on_the_power_of_40_mel_bands() -> None:
    network, stacked = speaker_states(), torch.nn.LSTM(40, 256, 3, batch_first=True)
    for layer in range(3):
        for name, weight in network.layers[layer].named_parameters():
            getattr(stacked, name.replace("l0", f"l{layer}")).data.copy_(weight)
    level = SOUND * np.float32(10 ** (-30 / 20) / np.sqrt(np.mean(SOUND.astype(np.float64) ** 2)))
    mel, _ = mel_power([level], RATE, 400, 160, 40)
    with torch.no_grad():
        expected = stacked(torch.from_numpy(mel)[None])[0][0]
    pairs = expected[:200].unflatten(0, (100, 2)).mean(1)
    np.testing.assert_allclose(speaker_frames([SOUND], slice(2, 3))[0][:100, 0], pairs, atol=1e-5)


def test_neighbours_and_level_change_nothing() -> None:
    alone = speaker_frames([SOUND], slice(None))[0]
    beside = speaker_frames([SOUND[: RATE // 2], SOUND], slice(None))[1]
    np.testing.assert_allclose(beside, alone, atol=1e-5)
    np.testing.assert_allclose(speaker_frames([SOUND * 0.03], slice(None))[0], alone, atol=1e-4)


def test_a_long_recording_has_no_seam() -> None:
    long = np.random.default_rng(1).standard_normal((_CHUNK + 200) * 160).astype(np.float32) * 0.1
    found = speaker_frames([long], slice(2, 3))[0][:, 0]
    assert found.shape == (-(-(_CHUNK + 201) // 2), 256)
    steps = np.abs(np.diff(found, axis=0)).mean(1)
    seam = _CHUNK // 2 - 1
    assert steps[seam] < 3 * np.median(steps)


def test_no_sound_and_silence_are_answered() -> None:
    for sound in (np.zeros(0, np.float32), np.zeros(RATE, np.float32), np.ones(1, np.float32)):
        (found,) = frames("speech_vector", sound)
        assert found.shape == (3840,)
        assert np.isfinite(found).all()


def test_a_vector_holds_five_statistics_of_each_layer() -> None:
    (every,), (vector,) = frames("speech_frames:encoder=ai4er-small,layer=all", SOUND), frames("speech_vector", SOUND)
    np.testing.assert_allclose(vector.reshape(5, 3, 256)[0], every.mean(0), atol=1e-5)
    np.testing.assert_allclose(vector, statistics(every), atol=1e-6)


def test_the_published_weights_come_with_the_library() -> None:
    assert is_available("ai4er-small", "speech")
    assert not is_available("ai4er-small", "text")
    assert sum(weight.numel() for weight in speaker_states().parameters()) == 1_357_824
    assert SpeakerStates().state_dict().keys() == speaker_states().state_dict().keys()


@pytest.mark.parametrize("layer", ["0", "4", "states"])
def test_layers_that_there_are_not(layer: str) -> None:
    with pytest.raises(Ai4erError, match=r"has layers 1 to 3; also -1 \(the last\) and all"):
        frames(f"speech_frames:encoder=ai4er-small,layer={layer}", SOUND)


def test_it_is_no_network_to_train() -> None:
    with pytest.raises(Ai4erError, match="no speech network to train: it gives frames"):
        pretrained("ai4er-small", "speech")


def test_it_reads_records() -> None:
    record = Record(id="a", corpus="made", arrays={"audio": SOUND}, attributes={"sample_rate": "16000"})
    extractor = front_end("speech_vector")
    assert extractor.extract([extractor.load(Records([record])[0])])[0].shape == (3840,)
