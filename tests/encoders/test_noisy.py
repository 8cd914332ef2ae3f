"""A front end on a noisy copy: at the level that is said, the same copy always, and the inner front end's features."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.records import Record

RATE = 16000


def speech(name: str) -> Record:
    samples = (0.1 * np.sin(np.arange(RATE) / 5)).astype(np.float32)
    return Record(id=name, corpus="here", arrays={"audio": samples}, attributes={"sample_rate": str(RATE)})


def test_the_copy_has_noise_at_one_of_the_levels_and_is_always_the_same() -> None:
    reader = front_end("noisy:front_end=waveform,levels=20+5")
    measured = []
    for number in range(12):
        record = speech(str(number))
        noise = reader.load(record) - audio_of(record, RATE)
        measured.append(10 * np.log10(np.mean(audio_of(record, RATE) ** 2) / np.mean(noise**2)))
        assert (reader.load(record) == reader.load(record)).all()
    assert {round(level, 1) for level in measured} == {20.0, 5.0}
    assert measured == pytest.approx(np.round(measured), abs=0.1)


def test_it_gives_what_the_inner_front_end_gives() -> None:
    outer, inner = front_end("noisy:front_end=log_mel;bands=20;hop=320"), front_end("log_mel:bands=20,hop=320")
    (features,) = outer.extract([outer.load(speech("a"))])
    assert features.shape == inner.extract([inner.load(speech("a"))])[0].shape == (51, 20)
    assert outer.is_timed(features) and outer.has(speech("a")) and not outer.has(Record(id="b", corpus="here"))
    assert outer.digest() != front_end("noisy:front_end=log_mel;bands=20;hop=160").digest()


def test_only_sound_can_be_noisy() -> None:
    with pytest.raises(Ai4erError, match="only sound can be noisy"):
        front_end("noisy:front_end=text_vector").load(speech("a"))
