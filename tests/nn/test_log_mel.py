"""The torch log-mel spectrogram is the front end's, and padding never counts."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.features.log_mel import LogMel as FrontEnd
from ai4er.nn.log_mel import LogMel
from ai4er.systems.batch import pad


def signals() -> list[np.ndarray]:
    generator = np.random.default_rng(0)
    loud = 0.3 * generator.standard_normal(16000) * np.linspace(0, 1, 16000) ** 4
    tone = 0.5 * np.sin(2 * np.pi * 440 * np.arange(5003) / 16000)
    return [x.astype(np.float32) for x in (loud, tone, generator.standard_normal(100), np.zeros(2000))]


@pytest.mark.parametrize(("n_fft", "hop", "bands"), [(400, 160, 64), (512, 256, 32)])
def test_its_values_are_those_of_the_front_end(n_fft: int, hop: int, bands: int) -> None:
    batch = pad(signals())
    values, frames = LogMel(16000, bands, n_fft, hop)(batch.data, batch.lengths)
    wanted = FrontEnd(n_fft=n_fft, hop=hop, bands=bands, normalise="utterance").extract(signals())
    assert frames.tolist() == [len(one) for one in wanted]
    for row, one in zip(values, wanted):
        np.testing.assert_allclose(row[: len(one)].numpy(), one, atol=2e-3)
        assert not row[len(one) :].any()


def test_padding_changes_nothing() -> None:
    batch = pad(signals())
    extractor = LogMel(16000, 64, 400, 160)
    together, frames = extractor(batch.data, batch.lengths)
    for row, count, one in zip(together, frames, signals()):
        alone = extractor(torch.from_numpy(one).unsqueeze(0), torch.tensor([len(one)]))[0][0]
        torch.testing.assert_close(row[:count], alone, atol=1e-5, rtol=1e-5)
