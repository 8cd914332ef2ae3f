"""The operator is its definition, and its bands hear what lies in them."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.features.teager_energy import EDGES, TeagerEnergy, gabor_bands, teager

RATE = 16000
TIME = np.arange(RATE) / RATE


def test_the_operator_is_its_definition() -> None:
    x = np.random.default_rng(0).standard_normal(50)
    found = teager(x)
    for n in range(1, 49):
        assert found[n] == pytest.approx(x[n] ** 2 - x[n - 1] * x[n + 1])
    assert teager(np.array([2.0])) == [4.0] and found.shape == x.shape


def test_a_tone_has_the_energy_of_its_amplitude_and_frequency() -> None:
    for amplitude, hertz in ((0.5, 200), (2.0, 1000), (0.1, 3000)):
        tone = amplitude * np.cos(2 * np.pi * hertz * TIME + 1)
        np.testing.assert_allclose(teager(tone), (amplitude * np.sin(2 * np.pi * hertz / RATE)) ** 2, rtol=1e-6)


def test_a_band_lets_its_middle_through_and_half_of_the_power_at_its_edges() -> None:
    edges = np.array([400, 510, 630])
    for hertz, power in ((455, 1.0), (510, 0.5), (400, 0.5)):
        tone = np.cos(2 * np.pi * hertz * TIME)
        inside = gabor_bands(tone, edges, RATE)[0, 2000:-2000]
        assert np.square(inside).mean() / np.square(tone).mean() == pytest.approx(power, abs=0.01)


def test_the_column_of_a_tone_is_its_band() -> None:
    tone = (0.1 * np.cos(2 * np.pi * 1600 * TIME)).astype(np.float32)
    found = TeagerEnergy(normalise_level=False).extract([tone])[0]
    assert found.shape == (101, 22)
    band = 1 + np.flatnonzero(np.array(EDGES) <= 1600)[-1]
    assert (found[5:-5, 1:].argmax(1) + 1 == band).all()
    assert found[50, band] == pytest.approx(20 * np.log10(0.1 * np.sin(2 * np.pi * 1600 / RATE)), abs=0.1)


def test_the_gain_changes_nothing_unless_asked_and_silence_is_finite() -> None:
    sound = np.random.default_rng(1).standard_normal(4000).astype(np.float32)
    loud, quiet = TeagerEnergy().extract([sound, 0.01 * sound])
    np.testing.assert_allclose(loud, quiet, atol=1e-3)
    for samples in (np.zeros(2000), np.zeros(1), np.ones(2), sound[:300]):
        assert np.isfinite(TeagerEnergy().extract([samples.astype(np.float32)])[0]).all()


def test_neighbours_and_the_length_behind_change_nothing() -> None:
    sound = np.random.default_rng(2).standard_normal(6000).astype(np.float32)
    alone = TeagerEnergy(normalise_level=False).extract([sound])[0]
    longer = TeagerEnergy(normalise_level=False).extract([sound[:500], np.concatenate([sound, sound])])[1]
    np.testing.assert_allclose(longer[:30], alone[:30], atol=1e-3)
