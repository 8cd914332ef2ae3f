"""`ai4er-small` gives the states of Whisper's lower layers, whatever is read beside or behind a recording."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from transformers import WhisperFeatureExtractor

from ai4er.encoders import front_end, is_available, pretrained
from ai4er.encoders._readers import levelled
from ai4er.encoders._small import LAYERS, SIZE, speech_states
from ai4er.encoders.speech_vector import statistics
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

RATE = 16_000
SOUND = np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32) * 0.1


def frames(spec: str, *sounds: np.ndarray) -> list[np.ndarray]:
    return front_end(spec).extract(sounds)


def test_a_state_each_20_milliseconds_of_each_layer_and_of_what_the_first_one_reads() -> None:
    (states,) = frames("speech_frames:encoder=ai4er-small,layer=states", SOUND)
    assert states.shape == (100, 1 + LAYERS, SIZE)
    (every,) = frames("speech_frames:encoder=ai4er-small,layer=all", SOUND)
    np.testing.assert_array_equal(every, states[:, 1:])
    for layer, place in (("-1", LAYERS), ("1", 1), ("0", 0)):
        found = frames(f"speech_frames:encoder=ai4er-small,layer={layer}", SOUND)[0]
        np.testing.assert_array_equal(found, states[:, place])


def test_it_reads_the_log_mel_of_whisper() -> None:
    """The published one mirrors the sound at its ends, and sees half a minute: frames apart from the ends are alike."""
    sound = torch.from_numpy(levelled(SOUND))
    found = speech_states().log_mel(sound[None], torch.tensor([len(sound)]))[0]
    expected = WhisperFeatureExtractor()(sound.numpy(), sampling_rate=RATE, return_tensors="pt").input_features[0].T
    assert found.shape == (200, 80)
    torch.testing.assert_close(found[2:-2].cpu(), expected[2:198], atol=1e-3, rtol=0)


def test_neighbours_and_level_change_nothing() -> None:
    spec = "speech_frames:encoder=ai4er-small,layer=all"
    alone = frames(spec, SOUND)[0]
    np.testing.assert_array_equal(frames(spec, SOUND[: RATE // 2], SOUND)[1], alone)
    np.testing.assert_allclose(frames(spec, SOUND * 0.03)[0], alone, atol=2e-2)


def test_a_long_recording_is_heard_in_pieces_that_overlap() -> None:
    long = np.random.default_rng(1).standard_normal(40 * RATE).astype(np.float32) * 0.1
    found = frames("speech_frames:encoder=ai4er-small", long)[0]
    assert found.shape == (2000, SIZE)
    steps = np.abs(np.diff(found, axis=0)).mean(1)
    seam = 30 * 50 - 2 * 125  # of half a minute, two and a half seconds at each end are not kept
    assert steps[seam - 1] < 3 * np.median(steps)


def test_no_sound_and_silence_are_answered() -> None:
    for sound in (np.zeros(0, np.float32), np.zeros(RATE, np.float32), np.ones(1, np.float32)):
        (found,) = frames("speech_vector", sound)
        assert found.shape == (2 * LAYERS * SIZE,)
        assert np.isfinite(found).all()


def test_a_vector_holds_mean_and_deviation_of_each_layer() -> None:
    (every,), (vector,) = frames("speech_frames:encoder=ai4er-small,layer=all", SOUND), frames("speech_vector", SOUND)
    np.testing.assert_allclose(vector.reshape(2, LAYERS, SIZE)[0], every.mean(0), atol=1e-5)
    np.testing.assert_allclose(vector, statistics(every), atol=1e-6)


def test_the_weights_come_with_the_library() -> None:
    assert is_available("ai4er-small", "speech")
    assert not is_available("ai4er-small", "text")
    assert sum(weight.numel() for weight in speech_states().parameters()) == 3_672_960


@pytest.mark.parametrize("layer", ["3", "-2"])
def test_layers_that_there_are_not(layer: str) -> None:
    with pytest.raises(Ai4erError, match=r"has layers 1 to 2; also 0 \(their input\), -1 \(the last\), all and states"):
        frames(f"speech_frames:encoder=ai4er-small,layer={layer}", SOUND)


def test_it_is_no_network_of_transformers() -> None:
    with pytest.raises(Ai4erError, match="no speech network of transformers: it reads log-mel"):
        pretrained("ai4er-small", "speech")


def test_it_reads_records() -> None:
    record = Record(id="a", corpus="made", arrays={"audio": SOUND}, attributes={"sample_rate": "16000"})
    extractor = front_end("speech_vector")
    assert extractor.extract([extractor.load(Records([record])[0])])[0].shape == (2 * LAYERS * SIZE,)
