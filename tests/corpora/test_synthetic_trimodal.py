"""Generated frame sequences: each modality shows a side of the emotion, all together the most."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from ai4er.corpora import open_corpus
from ai4er.corpora.synthetic_trimodal import SIZES
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_trimodal:seed=1,size=300").read()


def _means(records: Records, *names: str) -> np.ndarray:
    return np.stack([np.concatenate([r.arrays[name].mean(axis=0) for name in names]) for r in records])


def _score(records: Records, target: np.ndarray, *names: str) -> float:
    x, test = _means(records, *names), records.column("split") == "test"
    kind = LogisticRegression(C=0.01, max_iter=1000) if target.dtype.kind == "U" else Ridge(100.0)
    return float(make_pipeline(StandardScaler(), kind).fit(x[~test], target[~test]).score(x[test], target[test]))


def test_every_modality_tells_more_than_chance_and_all_together_more(records: Records) -> None:
    y = records.column("label").astype(str)
    alone = [_score(records, y, name) for name in SIZES]
    assert min(alone) > 0.5
    assert _score(records, y, *SIZES) > 0.85


def test_audio_shows_arousal_and_text_shows_valence(records: Records) -> None:
    valence, arousal = (np.array([r.dimensions[name] for r in records]) for name in ("valence", "arousal"))
    assert _score(records, arousal, "audio_frames") > _score(records, arousal, "text_frames")
    assert _score(records, valence, "text_frames") > _score(records, valence, "audio_frames")


def test_the_three_sequences_of_an_item_have_the_same_length(records: Records) -> None:
    for record in records:
        shapes = {name: record.arrays[name].shape for name in SIZES}
        assert {name: shape[1] for name, shape in shapes.items()} == SIZES
        assert len({shape[0] for shape in shapes.values()}) == 1
        assert 20 <= shapes["audio_frames"][0] <= 60


def test_the_event_is_at_the_same_time_in_all_modalities(records: Records) -> None:
    for name in SIZES:
        inside, outside = [], []
        for record in records:
            frames = record.arrays[name]
            near = np.abs(np.arange(len(frames)) - float(record.attributes["event"])) < 0.2 * len(frames)
            inside.append(np.square(frames[near]).mean())
            outside.append(np.square(frames[~near]).mean())
        assert np.mean(inside) > 2 * np.mean(outside)


def test_scores_and_labels_follow_from_valence(records: Records) -> None:
    for record in records:
        assert record.score == pytest.approx(3 * record.dimensions["valence"])
        assert -3 <= record.score <= 3
        assert record.labels is not None
        assert ("happy" in record.labels) == (record.dimensions["valence"] > 0.3)
    assert {name for r in records for name in r.labels or ()} == {
        "happy", "sad", "anger", "surprise", "disgust", "fear",
    }  # fmt: skip
