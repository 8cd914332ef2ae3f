"""The spectrogram is that of librosa under a Hamming window, and no item depends on its neighbours."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end

librosa = pytest.importorskip("librosa", reason="librosa is a development dependency")


def signals() -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    return [(0.1 * generator.standard_normal(size)).astype(np.float32) for size in (16000, 9001, 300, 1)]


@pytest.mark.parametrize(("window", "hop", "n_fft"), [(640, 160, 800), (400, 176, 400), (401, 100, 512)])
def test_magnitudes_and_decibels_are_those_of_librosa(window: int, hop: int, n_fft: int) -> None:
    spec = f"spectrogram:window={window},hop={hop},n_fft={n_fft},bins=100"
    both = [front_end(f"{spec},scale={scale}").extract(signals()) for scale in ("magnitude", "decibels")]
    hamming = np.pad(np.hamming(window + 1)[:-1], (0, n_fft - window))
    for samples, magnitude, decibels in zip(signals(), *both):
        padded = np.pad(samples, (window // 2, window // 2 + n_fft))
        frames = 1 + (len(samples) + 2 * (window // 2) - window) // hop
        expected = np.abs(librosa.stft(padded, n_fft=n_fft, hop_length=hop, window=hamming, center=False))
        expected = expected.T[:frames, :100]
        assert magnitude.dtype == np.float32 and magnitude.shape == expected.shape
        np.testing.assert_allclose(magnitude, expected, atol=1e-4)
        np.testing.assert_allclose(decibels, librosa.power_to_db(expected**2, top_db=None), atol=0.02)


def test_neighbours_change_nothing() -> None:
    extract = front_end("spectrogram").extract
    for item, together in zip(signals(), extract(signals())):
        np.testing.assert_array_equal(extract([item])[0], together)


def test_more_bins_than_there_are_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"at most n_fft // 2 \+ 1 = 201"):
        front_end("spectrogram:bins=202")
    with pytest.raises(Ai4erError, match="at least window"):
        front_end("spectrogram:n_fft=256")
