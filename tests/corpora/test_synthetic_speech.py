"""Generated speech can be told by sound alone on unseen speakers, and ratings say how sure one can be."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_speech import PLACES
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_speech:seed=1,size=160").read()


def _statistics(samples: np.ndarray) -> np.ndarray:
    """Length, level, and log spectrum in 24 bands."""
    spectrum = np.abs(np.fft.rfft(samples, 32768)) ** 2
    bands = np.add.reduceat(spectrum, np.geomspace(60, 16000, 25).astype(int)[:-1])
    return np.array([len(samples) / 16000, np.log(np.mean(samples**2)), *np.log(bands / bands.sum())])


def test_simple_statistics_tell_the_emotion_of_unseen_speakers(records: Records) -> None:
    x = np.stack([_statistics(r.arrays["audio"]) for r in records])
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=1000)).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.7


def test_utterances_last_from_0_6_to_1_6_seconds_at_16_khz(records: Records) -> None:
    seconds = [len(r.arrays["audio"]) / 16000 for r in records]
    assert 0.6 <= min(seconds) < max(seconds) <= 1.6
    assert {r.attributes["sample_rate"] for r in records} == {"16000"}


def test_three_to_five_raters_agree_on_the_class_and_their_mean_is_the_dimension(records: Records) -> None:
    for record in records:
        assert len(record.votes) == len(record.ratings) in (3, 4, 5)
        assert Counter(record.votes).most_common(1)[0][0] == record.label
        for name, value in record.dimensions.items():
            assert value == pytest.approx(np.mean([rating[name] for rating in record.ratings]))
            assert -1 <= value <= 1


def test_weak_emotions_divide_the_raters_more_than_strong_ones(records: Records) -> None:
    spread = [np.std([rating["arousal"] for rating in r.ratings]) for r in records]
    intensity = [float(r.attributes["intensity"]) for r in records]
    assert np.corrcoef(spread, intensity)[0, 1] < -0.3


def test_dimensions_are_around_the_place_of_the_class(records: Records) -> None:
    for label, place in PLACES.items():
        values = np.array([list(r.dimensions.values()) for r in records if r.label == label])
        assert values.mean(axis=0) == pytest.approx(np.array(place) * 0.9, abs=0.1)
