"""Where the emotion changes within a stretch of speech."""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.recognition.changes import cut_at_changes, likeliest_path, over_hops
from ai4er.recognition.voice_activity import SAMPLE_RATE, Span
from ai4er.records import Records


def by_level(space: str = "common4") -> Any:
    """Hears the first class where the mean of the samples is below 0, else the second."""

    def predict(records: Records) -> Any:
        share = np.array([np.mean(record.arrays["audio"] > 0) for record in records])
        return SimpleNamespace(scores=0.9 * np.stack([1 - share, share, 0 * share, 0 * share], 1) + 0.025)

    return SimpleNamespace(space=LABEL_SPACES[space], name="by_level", predict=predict)


def speech(*parts: tuple[float, float]) -> Span:
    return Span(1000, np.concatenate([np.full(round(s * SAMPLE_RATE), level, np.float32) for s, level in parts]))


def test_a_stretch_is_cut_where_the_emotion_changes() -> None:
    span = speech((4, -1), (3.5, 1), (4.5, -1))
    pieces = list(cut_at_changes([span], by_level()))
    np.testing.assert_allclose([len(one.samples) / SAMPLE_RATE for one in pieces], [4, 3.5, 4.5], atol=0.5)
    np.testing.assert_array_equal(np.concatenate([one.samples for one in pieces]), span.samples)
    assert pieces[0].start == span.start
    assert all(a.start + len(a.samples) == b.start for a, b in itertools.pairwise(pieces))


@pytest.mark.parametrize("parts", [[(10, 1)], [(1.9, -1), (1.9, 1)], [(5, 1), (0.4, -1), (5, 1)]])
def test_what_is_steady_short_or_changes_for_a_moment_stays_whole(parts: list[tuple[float, float]]) -> None:
    span = speech(*parts)
    assert [len(one.samples) for one in cut_at_changes([span], by_level())] == [len(span.samples)]


def test_several_emotions_at_once_have_no_changes() -> None:
    with pytest.raises(Ai4erError, match="one emotion at a time"):
        list(cut_at_changes([speech((5, 1))], by_level("semeval2018_ec11")))


def test_a_hop_has_the_mean_of_the_windows_that_hold_it() -> None:
    scores = np.random.default_rng(0).dirichlet(np.ones(3), 6)
    width, logarithms = 4, np.log(scores)
    found = over_hops(scores, width)
    for hop in range(len(scores) + width - 1):
        holding = [logarithms[start] for start in range(len(scores)) if start <= hop < start + width]
        np.testing.assert_allclose(found[hop], np.mean(holding, 0), atol=1e-12)


def test_the_path_is_the_likeliest_of_all() -> None:
    evidence = np.log(np.random.default_rng(1).dirichlet(np.ones(3), 6))

    def likelihood(path: tuple[int, ...]) -> float:
        moves = sum(np.log(0.7 if a == b else 0.15) for a, b in itertools.pairwise(path))
        return float(sum(evidence[step, one] for step, one in enumerate(path)) + moves)

    best = max(itertools.product(range(3), repeat=6), key=likelihood)
    assert tuple(likeliest_path(evidence, stay=0.7)) == best
