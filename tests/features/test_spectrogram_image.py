"""The spectrogram as an image: where a tone lies, what level means, and that length does not matter."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.features.base import front_end


def tone(hertz: float, seconds: float, level: float = 0.5) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(int(16000 * seconds)) / 16000)).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.01, 0.5, 4.0])
def test_a_tone_is_a_line_at_its_frequency_in_every_length(seconds: float) -> None:
    (image,) = front_end("spectrogram_image:size=64").extract([tone(4000, seconds)])
    assert image.shape == (1, 64, 64) and image.dtype == np.float32
    assert image.min() >= 0 and image.max() <= 1
    assert abs(int(image[0, :, 32].argmax()) - 32) <= 1


def test_level_and_neighbours_change_nothing_and_a_tenth_is_twenty_decibels() -> None:
    extract = front_end("spectrogram_image:size=32").extract
    loud, quiet, both = tone(1000, 0.5), tone(1000, 0.5, 0.05), tone(1000, 0.5) + tone(5000, 0.5, 0.05)
    (one,), (other,) = extract([loud]), extract([quiet])
    np.testing.assert_allclose(one, other, atol=1e-3)
    np.testing.assert_array_equal(extract([both, loud])[1], one)
    (mixed,) = extract([both])
    column = mixed[0, :, 16]
    assert column[18:23].max() == pytest.approx(column.max() - 20 / 80, abs=0.03)


def test_silence_is_one_level() -> None:
    (image,) = front_end("spectrogram_image:size=16").extract([np.zeros(1600, np.float32)])
    assert (image == 1).all()
