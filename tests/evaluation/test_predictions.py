"""Predictions fit together, are kept whole, and know what their groups are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]


def four(**changes: object) -> Predictions:
    given = {"ids": list("abcd"), "targets": [0, 1, 2, 3], "scores": np.eye(4), "space": SPACE}
    return Predictions(**{**given, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["common4", "mosei6", "valence_arousal", "mosi_score"])
def test_what_is_saved_is_loaded_bit_for_bit(name: str, tmp_path: Path) -> None:
    space = LABEL_SPACES[name]
    generator = np.random.default_rng(0)
    scores, sets = generator.normal(size=(5, space.size)), space.kind == "multi"
    before = Predictions(
        ids=[f"c/ä{i}" for i in range(5)], targets=generator.integers(0, 2, 5) if name == "common4" else scores > 0,
        scores=scores, space=space, speakers=["c/1"] * 5, uncertainty=np.abs(scores),
        threshold=np.linspace(0.2, 0.4, space.size),
    )  # fmt: skip
    before.save(tmp_path / "predictions.parquet")
    after = Predictions.load(tmp_path / "predictions.parquet")
    assert after.space == space
    for field in ("ids", "targets", "scores", "speakers", "dialogues", "uncertainty", *(["threshold"] * sets)):
        one, other = getattr(before, field), getattr(after, field)
        assert one.dtype.kind == other.dtype.kind and (one == other).all()
    assert [path.name for path in tmp_path.iterdir()] == ["predictions.parquet"]


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no predictions file"):
        Predictions.load(tmp_path / "absent.parquet")
    (tmp_path / "text").write_text("hello")
    Records([Record(id="a", corpus="c")]).save(tmp_path / "records.parquet")
    for name in ("text", "records.parquet"):
        with pytest.raises(Ai4erError, match="is no predictions file"):
            Predictions.load(tmp_path / name)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"scores": np.eye(3)}, r"scores have the shape \(3, 3\); common4 needs \(4, 4\)"),
        ({"targets": [0, 1, 2, -100]}, "class indices from 0 to 3"),
        ({"scores": np.where(np.eye(4) > 0, np.nan, 0.0)}, "4 of 4 items have scores that are not finite, a first"),
        ({"ids": list("abca")}, "predicted twice"),
        ({"ids": [], "targets": [], "scores": np.zeros((0, 4))}, "no predictions"),
        ({"speakers": ["x"]}, r"speakers have the shape \(1,\)"),
    ],
)
def test_what_does_not_fit_together_is_refused(changes: dict[str, object], said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        four(**changes)


def test_groups_are_speakers_then_dialogues_then_items() -> None:
    by_speaker = four(speakers=list("xyxy"), dialogues=list("1122"))
    assert by_speaker.unit == "speakers" and by_speaker.groups.tolist() == [0, 1, 0, 1]
    one_speaker = four(speakers=list("xxxx"), dialogues=list("1122"))
    assert one_speaker.unit == "dialogues" and one_speaker.groups.tolist() == [0, 0, 1, 1]
    some_unknown = four(speakers=["x", "y", "", "y"])
    assert some_unknown.unit == "items" and some_unknown.groups.tolist() == [0, 1, 2, 3]


def test_records_without_a_target_are_left_out_with_their_scores() -> None:
    records = Records(
        Record(id=str(i), corpus="c", speaker="s", label=label) for i, label in enumerate(["anger", None, "sadness"])
    )
    predictions = Predictions.of(records, np.eye(4)[:3], SPACE)
    assert predictions.ids.tolist() == ["c/0", "c/2"] and predictions.speakers.tolist() == ["c/s", "c/s"]
    assert predictions.targets.tolist() == [0, 3] and predictions.classes.tolist() == [0, 2]


def test_folds_are_pooled_once_each() -> None:
    whole = four(speakers=list("xyxy"))
    again = Predictions.pool([whole.take([0, 1]), whole.take([2, 3])])
    assert (again.scores == whole.scores).all() and again.unit == "speakers"
    with pytest.raises(Ai4erError, match="predicted twice"):
        Predictions.pool([whole, whole.take([0])])


def test_the_threshold_decides_what_a_set_holds() -> None:
    space = LABEL_SPACES["mosei6"]
    scores = np.array([[0.4, 0.6, 0.1, 0.9, 0.3, 0.0]])
    sets = [Predictions(["a"], scores > 0.5, scores, space, threshold=at).classes.sum() for at in (0.5, 0.3)]
    assert sets == [2, 4]
    own = Predictions(["a"], scores > 0.5, scores, space, threshold=np.array([0.4, 0.7, 0.1, 0.1, 0.9, 0.5]))
    assert own.classes[0].tolist() == [True, False, True, True, False, False]


def test_folds_with_thresholds_of_their_own_are_pooled() -> None:
    space = LABEL_SPACES["mosei6"]
    scores = np.full((1, 6), 0.4)
    folds = [Predictions([name], scores > 0.5, scores, space, threshold=at) for name, at in (("a", 0.5), ("b", 0.3))]
    whole = Predictions.pool(folds)
    assert whole.classes.all(1).tolist() == [False, True]
    assert whole.take([1]).classes.all()


def test_values_have_no_classes() -> None:
    with pytest.raises(Ai4erError, match="has no classes"):
        _ = Predictions(["a"], [[1.0]], [[1.0]], LABEL_SPACES["mosi_score"]).classes
