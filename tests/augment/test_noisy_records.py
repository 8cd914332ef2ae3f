"""Noisy records: any front end reads them, and the cache tells them apart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.augment.mixing import rms
from ai4er.augment.noisy_records import Babble, Generated, noisy, recorded
from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.cache import content_key
from ai4er.features.media import audio_of
from ai4er.records import Record

RATE = 44100


def voice(speaker: str, number: int) -> Record:
    samples = 0.1 * np.random.default_rng(number).standard_normal(8000)
    samples *= np.sin(np.arange(8000) * (number + 1) / 3000)
    return Record(f"{speaker}{number}", "here", speaker=speaker, arrays={"audio": samples.astype(np.float32)})


@pytest.fixture
def spoken(tmp_path: Path) -> Record:
    soundfile.write(tmp_path / "a.wav", 0.1 * np.random.default_rng(9).standard_normal(RATE), RATE)
    return Record("a", "here", speaker="s", audio=str(tmp_path / "a.wav"))


def ratio(record: Record, changed: Record, rate: int) -> float:
    clean, mixture = audio_of(record, rate), audio_of(changed, rate)
    return float(20 * np.log10(rms(clean) / rms(mixture - clean)))


@pytest.mark.parametrize("level", [10, 0])
def test_the_level_is_right_at_the_recordings_own_rate(spoken: Record, level: float) -> None:
    changed = noisy(spoken, Generated("pink"), level, seed=0)
    assert changed.attributes["sample_rate"] == str(RATE)
    assert ratio(spoken, changed, RATE) == pytest.approx(level, abs=0.01)


def test_noise_belongs_to_the_item_and_the_seed_and_is_part_of_the_key_of_the_cache(spoken: Record) -> None:
    front, source = front_end("log_mel"), Generated("white")
    same = [content_key(front, noisy(spoken, source, 10, seed=0)) for _ in range(2)]
    other = [
        content_key(front, one)
        for one in (
            spoken,
            noisy(spoken, source, 5, seed=0),
            noisy(spoken, source, 10, seed=1),
            noisy(spoken, Generated("pink"), 10, seed=0),
            noisy(spoken.replace(id="b"), source, 10, seed=0),
        )
    ]
    assert same[0] == same[1]
    assert len({same[0], *other}) == 6


def test_babble_is_made_of_other_speakers_only() -> None:
    mine, others = [voice("s", i) for i in range(3)], [voice("t", i) for i in range(3, 5)]
    babble = Babble((*mine, *others), talkers=6)
    changed = audio_of(noisy(mine[0], babble, 0, seed=0), 16000) - audio_of(mine[0], 16000)
    basis = np.stack([audio_of(one, 16000) for one in others], axis=1)
    explained = basis @ np.linalg.lstsq(basis, changed, rcond=None)[0]
    np.testing.assert_allclose(explained, changed, atol=1e-4)
    with pytest.raises(Ai4erError, match="s0: no recording of another speaker"):
        audio_of(noisy(mine[0], Babble(tuple(mine)), 0, seed=0), 16000)


def test_recorded_noise_comes_from_a_folder(tmp_path: Path, spoken: Record) -> None:
    (tmp_path / "noise" / "rain").mkdir(parents=True)
    with pytest.raises(Ai4erError, match="no recording of noise there"):
        recorded(tmp_path / "noise")
    hum = np.sin(np.arange(16000) / 20)
    soundfile.write(tmp_path / "noise" / "rain" / "1.wav", hum, 16000, subtype="FLOAT")
    changed = noisy(spoken, recorded(tmp_path / "noise"), 5, seed=0)
    added = audio_of(changed, RATE) - audio_of(spoken, RATE)
    spectrum = np.abs(np.fft.rfft(added))
    assert np.argmax(spectrum) * RATE / len(added) == pytest.approx(16000 / 20 / 2 / np.pi, abs=2)


def test_other_arrays_of_the_record_stay(spoken: Record) -> None:
    face = spoken.replace(arrays={"face": np.ones(3, np.float32)})
    assert noisy(face, Generated("white"), 5, seed=0).arrays["face"].tolist() == [1, 1, 1]
