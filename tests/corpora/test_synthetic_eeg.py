"""Generated EEG: band powers tell the state of unseen subjects, and rhythms are where they belong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import welch
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ai4er.corpora import open_corpus
from ai4er.nn.electrodes import SEED_CHANNELS, positions
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_eeg:seed=1").read()


@pytest.fixture(scope="module")
def powers(records: Records) -> np.ndarray:
    """Log power in theta, alpha, beta and gamma, (items, 62, 4)."""
    eeg = np.stack([r.arrays["eeg"] for r in records])
    frequencies, spectrum = welch(eeg, 200, nperseg=200, axis=1)
    edges = ((4, 8), (8, 14), (14, 31), (31, 50))
    bands = [spectrum[:, (frequencies >= low) & (frequencies < high)].mean(axis=1) for low, high in edges]
    return np.log(np.stack(bands, axis=-1))


def test_band_powers_tell_the_state_of_unseen_subjects(records: Records, powers: np.ndarray) -> None:
    y, test = records.column("label").astype(str), records.column("split") == "test"
    x = powers.reshape(len(y), -1)
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.01, max_iter=1000)).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.8


def test_eye_features_tell_the_state_of_unseen_subjects(records: Records) -> None:
    x = np.stack([r.arrays["eye"] for r in records])
    y, test = records.column("label").astype(str), records.column("split") == "test"
    assert x.shape[1] == 33
    assert LogisticRegression(C=0.1, max_iter=1000).fit(x[~test], y[~test]).score(x[test], y[test]) > 0.8


def test_alpha_is_at_the_back_in_relaxation_and_theta_at_the_front_in_concentration(
    records: Records, powers: np.ndarray
) -> None:
    labels = records.column("label")
    change = powers[labels == "relaxed"].mean(axis=0) - powers[labels == "concentrating"].mean(axis=0)
    back, front = positions()[:, 1] < -0.25, positions()[:, 1] > 0.25
    assert change[back, 1].mean() > max(0, change[front, 1].mean() + 0.5)
    assert change[front, 0].mean() < change[back, 0].mean()
    assert SEED_CHANNELS[int(change[:, 1].argmax())] in ("POZ", "PO3", "PO4", "PZ", "OZ", "O1", "O2", "P1", "P2")


def test_trials_are_microvolts_of_62_channels_at_200_hz(records: Records) -> None:
    for record in records:
        assert record.arrays["eeg"].shape == (800, 62)
        assert 3 < record.arrays["eeg"].std() < 30
    assert {r.session for r in records} == {"session0", "session1", "session2"}
    assert open_corpus("synthetic_eeg:size=2,seconds=1.5").read()[0].arrays["eeg"].shape == (300, 62)


def test_neighbouring_electrodes_see_the_same(records: Records) -> None:
    correlation = np.mean([np.corrcoef(r.arrays["eeg"].T) for r in records], axis=0)
    near = correlation[SEED_CHANNELS.index("CZ"), SEED_CHANNELS.index("C1")]
    assert near > correlation[SEED_CHANNELS.index("CZ"), SEED_CHANNELS.index("T7")] + 0.2
