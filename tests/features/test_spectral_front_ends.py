"""MFCC and log-mel have librosa's values, and no item's values depend on its neighbours or its padding."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import FrontEnd, front_end
from ai4er.records import Record

librosa = pytest.importorskip("librosa", reason="librosa is a development dependency")
REFLECTED = "log_mel:n_fft=320,reference=maximum,edges=reflected"


def signals() -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    time = np.arange(24000) / 16000
    speech_like = np.sin(2 * np.pi * 150 * time)[:, None] ** np.arange(1, 9, 2) @ generator.normal(size=4) / 4
    chirp = 0.8 * np.sin(2 * np.pi * (50 * time + 2000 * time**2))
    impulse = np.zeros(5000)
    impulse[2500] = 1
    loud_then_quiet = np.concatenate([np.full(4000, 0.9), np.full(4000, 1e-7)]) * generator.normal(size=8000)
    noise = generator.normal(size=16001) * 0.1
    kinds = [speech_like, chirp, impulse, loud_then_quiet, noise, np.zeros(3000), noise[:1], noise[:300], chirp[:1023]]
    return [kind.astype(np.float32) for kind in kinds]


@pytest.mark.parametrize(
    ("rate", "coefficients", "n_fft", "hop", "bands"),
    [(22050, 39, 2048, 512, 128), (16000, 13, 512, 256, 128), (16000, 40, 400, 160, 40), (16000, 20, 401, 100, 64)],
)
def test_mfcc_is_that_of_librosa(rate: int, coefficients: int, n_fft: int, hop: int, bands: int) -> None:
    mfcc = front_end(f"mfcc:sample_rate={rate},coefficients={coefficients},n_fft={n_fft},hop={hop},bands={bands}")
    for samples, found in zip(signals(), mfcc.extract(signals())):
        expected = librosa.feature.mfcc(
            y=samples, sr=rate, n_mfcc=coefficients, n_fft=n_fft, hop_length=hop, n_mels=bands
        ).T
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_mfcc_on_the_mel_scale_of_htk_is_that_of_librosa() -> None:
    mfcc = front_end("mfcc:sample_rate=16000,coefficients=40,n_fft=640,hop=160,scale=htk")
    for samples, found in zip(signals(), mfcc.extract(signals())):
        expected = librosa.feature.mfcc(y=samples, sr=16000, n_mfcc=40, n_fft=640, hop_length=160, htk=True).T
        np.testing.assert_allclose(found, expected, atol=1e-3)


@pytest.mark.parametrize(("bands", "n_fft", "hop"), [(64, 400, 160), (80, 400, 160), (128, 1024, 320)])
def test_log_mel_is_that_of_librosa(bands: int, n_fft: int, hop: int) -> None:
    log_mel = front_end(f"log_mel:bands={bands},n_fft={n_fft},hop={hop}")
    for samples, found in zip(signals(), log_mel.extract(signals())):
        power = librosa.feature.melspectrogram(y=samples, sr=16000, n_fft=n_fft, hop_length=hop, n_mels=bands)
        np.testing.assert_allclose(found, librosa.power_to_db(power).T, atol=1e-3)


def test_log_mel_below_its_maximum_with_reflected_edges_is_that_of_librosa() -> None:
    log_mel = front_end(REFLECTED)
    for samples, found in zip(signals(), log_mel.extract(signals())):
        power = librosa.feature.melspectrogram(
            y=samples, sr=16000, n_fft=320, hop_length=160, n_mels=64, pad_mode="reflect"
        )
        np.testing.assert_allclose(found, librosa.power_to_db(power, ref=np.max).T, atol=3e-3)
        assert found.max() == 0 and found.min() >= -80


@pytest.mark.parametrize("spec", ["mfcc", "mfcc:samples=9001", "log_mel", "log_mel:normalise=utterance", REFLECTED])
def test_neighbours_change_nothing(spec: str) -> None:
    extractor = front_end(spec)
    items = signals()
    together = extractor.extract(items)
    for alone, found in zip((extractor.extract([item])[0] for item in items), together):
        np.testing.assert_array_equal(found, alone)
    for alone, found in zip(together, reversed(extractor.extract(items[::-1]))):
        np.testing.assert_array_equal(found, alone)


def test_utterance_normalisation_has_mean_zero_and_variance_one_over_frames_and_bands() -> None:
    for samples, found in zip(signals(), front_end("log_mel:normalise=utterance").extract(signals())):
        if not samples.any():
            np.testing.assert_array_equal(found, 0)
            continue
        assert found.mean() == pytest.approx(0, abs=1e-4)
        assert found.std() == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize(("length", "wished"), [(10, 15), (10, 14), (15, 10), (14, 10), (10, 10)])
def test_a_fixed_number_of_samples_is_padded_and_cut_around_the_centre(length: int, wished: int) -> None:
    samples = np.arange(1, length + 1, dtype=np.float32)
    before = abs(wished - length) // 2
    expected = np.zeros(wished, np.float32)
    if wished >= length:
        expected[before : before + length] = samples
    else:
        expected = samples[before : before + wished]
    fixed, whole = front_end(f"mfcc:samples={wished},n_fft=16,hop=4,bands=2,coefficients=2"), front_end("mfcc")
    whole = whole.override({"n_fft": 16, "hop": 4, "bands": 2, "coefficients": 2})
    np.testing.assert_array_equal(fixed.extract([samples])[0], whole.extract([expected])[0])


def test_the_frames_of_tim_net() -> None:
    mfcc = front_end("mfcc:sample_rate=22050,coefficients=39,samples=96000")
    assert {found.shape for found in mfcc.extract(signals())} == {(1 + 96000 // 512, 39)}


def test_waveform_is_resampled_and_keeps_the_first_seconds() -> None:
    samples = signals()[0]
    record = Record(id="a", corpus="c", arrays={"audio": samples}, attributes={"sample_rate": "8000"})
    waveform = front_end("waveform:sample_rate=16000")
    assert waveform.load(record).shape == (2 * len(samples),)
    assert waveform.is_timed(samples)
    first = front_end("waveform:seconds=0.5").extract([samples, samples[:100]])
    np.testing.assert_array_equal(first[0], samples[:8000])
    np.testing.assert_array_equal(first[1], samples[:100])


@pytest.mark.parametrize("spec", ["waveform", "mfcc", "log_mel", "functionals"])
def test_sound_may_come_from_an_array_a_file_or_a_video(spec: str) -> None:
    extractor: FrontEnd = front_end(spec)
    assert extractor.needs == "audio"
    assert extractor.has(Record(id="a", corpus="c", audio="a.wav"))
    assert extractor.has(Record(id="a", corpus="c", video="a.mp4"))
    assert extractor.has(Record(id="a", corpus="c", arrays={"audio": np.ones(9, np.float32)}))
    assert not extractor.has(Record(id="a", corpus="c", text="hello"))


@pytest.mark.parametrize(
    "spec",
    ["mfcc:coefficients=41,bands=40", "mfcc:hop=0", "log_mel:normalise=corpus", "waveform:seconds=-1", "mfcc:n_mels=3"],
)
def test_impossible_settings_are_errors(spec: str) -> None:
    with pytest.raises(Ai4erError):
        front_end(spec)
