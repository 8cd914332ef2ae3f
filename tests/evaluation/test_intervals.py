"""Intervals cover the truth, tests hold their level, and whole speakers are resampled."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.intervals import compare, corrected_t_test, interval
from ai4er.evaluation.metrics import METRICS, default_metrics
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LABEL_SPACES, LabelSpace

SPACE = LABEL_SPACES["sentiment3"]


def spoken(generator: np.random.Generator, speakers: int = 40, each: int = 25, spread: float = 1.0) -> Predictions:
    """Two of three classes; each speaker is recognised with a rate of its own, one half on average."""
    rate = 1 / (1 + np.exp(-generator.normal(0, spread, speakers)))
    right = generator.random((speakers, each)) < rate[:, None]
    targets = generator.integers(0, 2, right.size)
    return answers(targets, right.ravel(), np.repeat(np.arange(speakers), each))


def answers(targets: np.ndarray, right: np.ndarray, speakers: np.ndarray | None = None) -> Predictions:
    given = np.where(right, targets, 1 - targets)
    return Predictions(np.arange(len(targets)), targets, np.eye(3)[given], SPACE, speakers=speakers)


def test_the_interval_covers_the_truth_about_95_times_in_100() -> None:
    generator = np.random.default_rng(0)
    hits = by_item = 0
    for seed in range(300):
        predictions = spoken(generator)
        found = interval(predictions, "wa", seed=seed, resamples=400)
        hits += found.low <= 0.5 <= found.high
        if seed < 60:
            items = Predictions(predictions.ids, predictions.targets, predictions.scores, SPACE)
            naive = interval(items, "wa", seed=seed, resamples=200)
            by_item += naive.low <= 0.5 <= naive.high
    assert 0.91 <= hits / 300 <= 0.98
    assert by_item / 60 < 0.75


def test_the_paired_test_rejects_equal_systems_about_5_times_in_100_and_finds_a_better_one() -> None:
    generator = np.random.default_rng(1)
    rejected = missed = 0
    for seed in range(200):
        rate = generator.beta(4, 2, 12)
        targets, speakers = generator.integers(0, 2, 240), np.repeat(np.arange(12), 20)
        one, same, worse = (generator.random(240) < rate[speakers] - gap for gap in (0, 0, 0.3))
        a = answers(targets, one, speakers)
        rejected += compare(a, answers(targets, same, speakers), "wa", seed=seed, resamples=400).p_value <= 0.05
        missed += compare(a, answers(targets, worse, speakers), "wa", seed=seed, resamples=400).p_value > 0.05
    assert 0.01 <= rejected / 200 <= 0.09
    assert missed / 200 < 0.05


def test_every_item_alone_is_the_textbook_bootstrap_of_a_proportion() -> None:
    generator = np.random.default_rng(0)
    right = generator.random(2000) < 0.7
    found = interval(answers(generator.integers(0, 2, 2000), right), "wa", resamples=4000)
    half = 1.96 * np.sqrt(right.mean() * (1 - right.mean()) / 2000)
    assert found.unit == "items" and found.groups == 2000
    assert found.low == pytest.approx(right.mean() - half, abs=0.003)
    assert found.high == pytest.approx(right.mean() + half, abs=0.003)


def by_hand(predictions: Predictions, name: str, drawn: np.ndarray) -> float:
    copies = Predictions(
        np.arange(len(drawn)), predictions.targets[drawn], predictions.scores[drawn], predictions.space
    )
    return METRICS[name](copies)


@pytest.mark.parametrize("space", ["meld7", "mosei6", "valence_arousal", "mosi_score", "sentiment_preference"])
def test_resampling_by_sums_is_resampling_the_items(space: str) -> None:
    from ai4er.evaluation.intervals import _resampler, _weights

    labels = LABEL_SPACES[space]
    generator = np.random.default_rng(0)
    scores = generator.random((50, labels.size))
    targets = (
        generator.integers(0, labels.size, 50)
        if labels.kind == "single"
        else scores + generator.normal(size=scores.shape)
    )
    if labels.kind == "multi":
        targets = targets > 0.5
    predictions = Predictions(np.arange(50), targets, scores, labels, speakers=np.arange(50) % 7)
    (weights,) = _weights(7, 20, 0)
    assert (weights.sum(1) == 7).all()
    for name in default_metrics(labels):
        if name not in METRICS:
            continue
        expected = [by_hand(predictions, name, np.repeat(np.arange(50), w[predictions.groups])) for w in weights]
        assert _resampler(METRICS[name], predictions)(weights) == pytest.approx(np.array(expected), abs=1e-6)


def test_few_speakers_give_the_exact_permutation_test() -> None:
    targets, speakers = np.zeros(60, int), np.repeat(np.arange(6), 10)
    always, never = answers(targets, np.ones(60, bool), speakers), answers(targets, np.zeros(60, bool), speakers)
    found = compare(always, never, "wa")
    assert found.difference == 1 and found.low == 1 and found.unit == "speakers"
    assert found.p_value == 2 / 2**6
    assert compare(always, always, "wa").p_value == 1


def test_a_ranking_metric_is_compared_by_swapping_too() -> None:
    space = LABEL_SPACES["mosei6"]
    generator = np.random.default_rng(0)
    targets = generator.random((80, 6)) < 0.3
    good, bad = targets + generator.normal(0, 0.5, (80, 6)), generator.random((80, 6))
    a, b = (Predictions(np.arange(80), targets, s, space, speakers=np.arange(80) // 10) for s in (good, bad))
    found = compare(a, b, "map", resamples=256)
    assert found.p_value == pytest.approx(2 / 2**8) and found.low > 0.2


def test_what_is_not_annotated_is_the_same_in_both_and_resampled_with_its_speaker() -> None:
    space = LabelSpace(name="part", kind="dimensions", names=("valence", "arousal"), partial=True)
    generator = np.random.default_rng(0)
    targets = generator.normal(size=(40, 2))
    targets[:15, 0] = targets[30:, 1] = np.nan
    scores = np.nan_to_num(targets) + 0.1 * generator.normal(size=(40, 2))
    good = Predictions(np.arange(40), targets, scores, space, speakers=np.arange(40) // 4)
    bad = dataclasses.replace(good, scores=generator.normal(size=(40, 2)))
    found = compare(good, bad, "ccc", resamples=200)
    assert found.difference > 0.5 and 0 < found.low < found.difference < found.high


def test_the_order_of_the_items_does_not_matter_and_their_identity_does() -> None:
    predictions = spoken(np.random.default_rng(0), 10)
    shuffled = predictions.take(np.random.default_rng(1).permutation(len(predictions)))
    found = compare(predictions, shuffled)
    assert found.difference == found.low == found.high == 0
    with pytest.raises(Ai4erError, match="tested on different items"):
        compare(predictions, predictions.take(np.arange(20)))
    other = Predictions(predictions.ids, 1 - predictions.targets, predictions.scores, SPACE)
    with pytest.raises(Ai4erError, match="two targets"):
        compare(predictions, other)


def test_the_same_seed_gives_the_same_interval_and_it_says_what_was_resampled() -> None:
    predictions = spoken(np.random.default_rng(0), 10)
    assert interval(predictions, seed=3) == interval(predictions, seed=3) != interval(predictions, seed=4)
    assert str(interval(predictions)).startswith("ua 0.") and "95 % over 10 speakers" in str(interval(predictions))


def test_the_corrected_t_test_is_the_plain_one_without_overlap_and_wider_with_it() -> None:
    import scipy.stats

    differences = [0.02, 0.01, 0.05, 0.03, -0.01]
    plain = scipy.stats.ttest_1samp(differences, 0)
    almost = corrected_t_test(differences, train_size=1e12, test_size=1)
    assert almost.statistic == pytest.approx(plain.statistic) and almost.p_value == pytest.approx(plain.pvalue)
    ten_folds = corrected_t_test(differences, train_size=9, test_size=1)
    assert ten_folds.statistic == pytest.approx(plain.statistic * np.sqrt((1 / 5) / (1 / 5 + 1 / 9)))
    assert ten_folds.degrees == 4 and ten_folds.p_value > plain.pvalue
    assert corrected_t_test([0.0, 0.0], 9, 1).p_value == 1 and corrected_t_test([0.1, 0.1], 9, 1).p_value == 0
    with pytest.raises(Ai4erError, match="two or more folds"):
        corrected_t_test([0.1], 9, 1)


def test_an_interval_over_fifty_thousand_items_takes_seconds() -> None:
    generator = np.random.default_rng(0)
    space = LABEL_SPACES["goemotions27"]
    targets = generator.integers(0, 27, 50_000)
    predictions = Predictions(np.arange(50_000), targets, generator.random((50_000, 27)), space)
    start = time.perf_counter()
    interval(predictions, resamples=200)
    assert time.perf_counter() - start < 20


def _of_seed(seed: int, rate: float) -> Predictions:
    """Answers of one seed to the same 60 items of six speakers, in an order of its own."""
    generator = np.random.default_rng(seed)
    given = answers(np.arange(60) % 2, generator.random(60) < rate, np.arange(60) // 10)
    return given.take(generator.permutation(60))


def test_of_several_seeds_the_metric_is_the_mean_of_theirs() -> None:
    ours, theirs = ([_of_seed(seed, rate) for seed in range(3)] for rate in (0.9, 0.5))
    each = [interval(one, "wa") for one in ours]
    found = interval(ours, "wa")
    assert found.value == pytest.approx(np.mean([one.value for one in each]))
    assert found.low < found.value < found.high
    assert found.high - found.low < max(one.high - one.low for one in each)
    difference = compare(ours, theirs, "wa")
    assert difference.difference == pytest.approx(found.value - interval(theirs, "wa").value)

    def right(seeds: list[Predictions]) -> np.ndarray:
        """The share of right answers by speaker, over the seeds; all speakers have ten items."""
        found = [[(one.classes == one.targets)[one.groups == s].mean() for s in range(6)] for one in seeds]
        return np.mean(found, axis=0)

    gaps = right(ours) - right(theirs)
    swaps = np.array([[1 - 2 * (number >> place & 1) for place in range(6)] for number in range(64)])
    expected = (np.abs(swaps @ gaps) >= abs(gaps.sum()) - 1e-9).mean()
    assert difference.p_value == pytest.approx(expected)


def test_the_same_seed_thrice_is_that_seed_and_other_numbers_of_seeds_are_not_compared() -> None:
    one, other = _of_seed(0, 0.9), _of_seed(1, 0.5)
    assert str(interval([one] * 3, "ua")) == str(interval(one, "ua"))
    assert compare([one] * 3, [other] * 3, "ua").p_value == compare(one, other, "ua").p_value
    with pytest.raises(Ai4erError, match="3 seeds and of 1"):
        compare([one] * 3, other)
