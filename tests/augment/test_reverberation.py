"""Rooms: sound falls by 60 decibels in the reverberation time, the level stays, an item always has the same room."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.augment.mixing import rms
from ai4er.augment.reverberation import impulse_response, reverberant, reverberate
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.records import Record

RATE = 16000


def speech(name: str = "a") -> Record:
    samples = np.random.default_rng(1).standard_normal(RATE).astype(np.float32) * 0.1
    return Record(id=name, corpus="here", arrays={"audio": samples}, attributes={"sample_rate": str(RATE)})


@pytest.mark.parametrize("seconds", [0.3, 1.0])
def test_sound_falls_by_60_decibels_in_the_reverberation_time(seconds: float) -> None:
    response = impulse_response(seconds, RATE, np.random.default_rng(0))
    left = np.cumsum(np.square(response[1:])[::-1])[::-1]  # Schroeder's backward integration
    time = np.arange(1, len(response)) / RATE
    inside = (left / left[0] < 10**-0.5) & (left / left[0] > 10**-2.5)
    slope = np.polyfit(time[inside], 10 * np.log10(left[inside]), 1)[0]
    assert -60 / slope == pytest.approx(seconds, rel=0.1)


def test_the_direct_sound_is_as_loud_as_all_that_follows() -> None:
    response = impulse_response(0.5, RATE, np.random.default_rng(0))
    assert response[0] == 1 and np.square(response[1:]).sum() == pytest.approx(1)
    drier = impulse_response(0.5, RATE, np.random.default_rng(0), direct_to_reverberant=10)
    assert np.square(drier[1:]).sum() == pytest.approx(0.1)


def test_length_and_level_stay_and_silence_is_silent() -> None:
    samples, response = audio_of(speech(), RATE), impulse_response(0.6, RATE, np.random.default_rng(0))
    heard = reverberate(samples, response)
    assert heard.shape == samples.shape and rms(heard) == pytest.approx(rms(samples), rel=1e-4)
    assert not np.allclose(heard, samples, atol=0.01)
    assert not reverberate(np.zeros(100, np.float32), response).any()
    np.testing.assert_allclose(reverberate(samples, np.array([1.0])), samples, atol=1e-6)


def test_an_item_always_has_the_same_room_and_another_item_another_one() -> None:
    record = speech()
    one, same, other = (audio_of(reverberant(r, 0.6, 0), RATE) for r in (record, record, speech("b")))
    assert (one == same).all() and not np.allclose(one, other)
    with pytest.raises(Ai4erError, match="has no audio"):
        reverberant(Record(id="c", corpus="here"), 0.6, 0)
