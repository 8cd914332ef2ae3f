"""Generated ECG: as many beats as it says, and rate and variability tell the emotion of unseen subjects."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import find_peaks
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ai4er.corpora import open_corpus
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_ecg:seed=1,size=200").read()


def _peaks(ecg: np.ndarray) -> np.ndarray:
    return find_peaks(ecg, height=0.5, distance=75)[0]


def test_the_beats_can_be_counted(records: Records) -> None:
    for record in records:
        peaks = _peaks(record.arrays["ecg"])
        rate = 60 * 250 * (len(peaks) - 1) / (peaks[-1] - peaks[0])
        assert rate == pytest.approx(float(record.attributes["beats_per_minute"]), rel=0.05)


def test_beats_tell_the_emotion_of_unseen_subjects(records: Records) -> None:
    def features(ecg: np.ndarray) -> list[float]:
        intervals = np.diff(_peaks(ecg)) / 250
        after = np.mean([ecg[p + 30 : p + 120].max() for p in _peaks(ecg) if p + 120 < len(ecg)])
        return [intervals.mean(), intervals.std(), np.abs(np.diff(intervals)).mean(), float(after)]

    x = np.array([features(r.arrays["ecg"]) for r in records])
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.7


def test_a_beat_has_the_five_waves_in_their_order() -> None:
    ecg = open_corpus("synthetic_ecg:size=1,noise=0").read()[0].arrays["ecg"]
    r, following = _peaks(ecg)[2:4]
    length = following - r
    q, s = ecg[r - 25 : r].argmin() - 25, ecg[r : r + 25].argmin()
    t = ecg[r + 25 : r + length // 2].argmax() + 25
    p = ecg[r - length // 3 : r - 12].argmax() - length // 3
    assert p < q < 0 < s < t
    assert ecg[r + q] < 0 < ecg[r + p] < ecg[r + t] < ecg[r]
    assert ecg[r + s] < 0


def test_the_settings_give_length_and_noise() -> None:
    quiet, noisy = (open_corpus(f"synthetic_ecg:size=1,seconds=4,noise={n}").read()[0].arrays["ecg"] for n in (0, 0.1))
    assert quiet.shape == noisy.shape == (1000,)
    assert np.std(noisy - quiet) == pytest.approx(0.1, rel=0.1)
