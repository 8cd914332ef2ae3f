"""Every diagnostic of the suite: a corpus like any other, with a range between its reference solvers."""

from __future__ import annotations

import functools
import importlib
from collections import Counter

import numpy as np
import pytest

from ai4er.diagnostics.suite._solvers import factors, fitted, pooled
from ai4er.diagnostics.suite.base import DIFFICULTY, PACKAGE, Mechanism, mechanism, mechanisms
from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Record, Records
from ai4er.registry import places

NAMES = sorted(places(PACKAGE))
SEEDS = (0, 1, 2)
EASY, HARD = 0.1, 0.9
OWN = sorted(set(places("ai4er.diagnostics")) - set(NAMES))
"""The corpora that were each made for one system's ablation."""


@functools.cache
def scene(name: str, seed: int, difficulty: float = DIFFICULTY) -> Records:
    return mechanism(name).records(seed, difficulty)


def reached(name: str, which: str, seed: int, difficulty: float) -> float:
    """The test score of one reference solver, larger being better."""
    one, records = mechanism(name), scene(name, seed, difficulty)
    measure = metric(one.metric, one.space)
    test = records.where(lambda record: record.split == "test")
    scores = np.asarray(getattr(one, which)(records), np.float32)
    return (1 if measure.higher_is_better else -1) * measure(Predictions.of(test, scores, one.space))


def content(record: Record) -> tuple[object, ...]:
    arrays = tuple((name, array.tobytes()) for name, array in record.arrays.items())
    return record.id, record.label, record.labels, record.votes, str(record.dimensions), record.speaker, arrays


def test_the_suite_is_whole() -> None:
    assert len(mechanisms()) == 29
    assert len(OWN) >= 11, "the corpora of the systems' own ablations keep their names"


@pytest.mark.parametrize("name", NAMES)
def test_a_seed_makes_the_same_scene_and_another_seed_another(name: str) -> None:
    again = [content(record) for record in mechanism(name).records(0)]
    assert [content(record) for record in scene(name, 0)] == again
    assert [content(record) for record in scene(name, 1)] != again


@pytest.mark.parametrize("name", NAMES)
def test_a_scene_is_a_corpus_without_leaks(name: str) -> None:
    records, space = scene(name, 0), mechanism(name).space
    protocol = parse_protocol("official")
    fold = protocol.folds(records, space, 0)[0]
    audit(fold, records, protocol)
    assert not fold.notes
    sizes = Counter(records.column("split"))
    assert min(sizes["train"], sizes["valid"], sizes["test"]) >= 8
    assert len(fold.roles.get("unlabelled", ())) == sizes["unlabelled"]
    assert all(space.target(record) is None for record in records if record.split == "unlabelled")
    arrays = [array for record in records for array in record.arrays.values()]
    assert len({array.shape for array in arrays}) == 1 and all(array.dtype == np.float32 for array in arrays)
    assert all(np.isfinite(array).all() for array in arrays)


@pytest.mark.parametrize("name", NAMES)
def test_every_class_is_tested(name: str) -> None:
    space = mechanism(name).space
    targets = [space.target(record) for record in scene(name, 0) if record.split == "test"]
    known = np.array([target for target in targets if target is not None], dtype=float)
    if space.kind == "single":
        assert set(known.astype(int)) == set(range(space.size))
    else:
        assert (known.std(0) > 0).all()


@pytest.mark.parametrize("name", NAMES)
def test_the_oracle_beats_the_blind_solver_by_the_stated_gap(name: str) -> None:
    gaps = [reached(name, "oracle", s, DIFFICULTY) - reached(name, "blind", s, DIFFICULTY) for s in SEEDS]
    assert np.mean(gaps) >= mechanism(name).gap
    assert min(gaps) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_higher_difficulty_is_harder(name: str) -> None:
    which = mechanism(name).harder
    assert reached(name, which, 0, HARD) < reached(name, which, 0, EASY)


@pytest.mark.parametrize("name", NAMES)
def test_its_file_says_what_decides_and_what_is_hard(name: str) -> None:
    text = importlib.import_module(places(PACKAGE)[name]).__doc__ or ""
    assert "difficulty" in text and len(text.split()) > 50
    assert isinstance(mechanism(name), Mechanism)


def test_what_cannot_be_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="from 0"):
        mechanism("time_order").records(0, 1.5)
    with pytest.raises(Ai4erError, match="did you mean 'time_order'"):
        mechanism("time_ordre")


@pytest.mark.parametrize("name", ["time_order", "local_cue", "phoneme_bound_emotion", "graph_connectivity"])
def test_mean_and_spread_of_every_factor_are_at_chance(name: str) -> None:
    one = mechanism(name)
    scores = fitted(scene(name, 0), one.space, pooled)
    test = scene(name, 0).where(lambda record: record.split == "test")
    found = metric("ua", one.space)(Predictions.of(test, scores, one.space))
    assert found < 1 / one.space.size + 0.12


@pytest.mark.parametrize("seed", SEEDS)
def test_the_shape_of_the_levels_does_not_tell_noise_from_talk(seed: int) -> None:
    one, records = mechanism("noise_and_reverberation"), scene("noise_and_reverberation", seed)

    def moments(given: Records) -> np.ndarray:
        shown = factors(given)
        return np.concatenate([pooled(given), ((shown - shown.mean(1, keepdims=True)) ** 3).mean(1)], axis=1)

    test = records.where(lambda record: record.split == "test")
    scores = fitted(records, one.space, moments).astype(np.float32)
    blind, oracle = (reached("noise_and_reverberation", which, seed, DIFFICULTY) for which in ("blind", "oracle"))
    found = metric(one.metric, one.space)(Predictions.of(test, scores, one.space))
    assert found < blind + 0.5 * (oracle - blind)


def test_a_bag_of_frames_knows_nothing_of_order() -> None:
    records = scene("time_order", 0)
    turned = Records(r.replace(arrays={"scene": r.arrays["scene"][::-1]}) for r in records)
    np.testing.assert_array_equal(pooled(records), pooled(turned))
