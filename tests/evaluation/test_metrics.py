"""The metrics agree with scikit-learn and scipy, and with what their names promise."""

from __future__ import annotations

import dataclasses
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ai4er.errors import Ai4erError
from ai4er.evaluation import metrics as m
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LABEL_SPACES, LabelSpace

QUICK = settings(max_examples=60, deadline=None)


def pairs(elements: st.SearchStrategy) -> st.SearchStrategy:
    return st.integers(1, 40).flatmap(
        lambda n: st.tuples(*(arrays.arrays(np.float64, n, elements=elements) for _ in range(2)))
    )


CLASS_PAIRS = pairs(st.integers(0, 4)).map(lambda both: tuple(a.astype(int) for a in both))
VALUES = st.floats(-3, 3, width=16)
VALUE_PAIRS = pairs(VALUES)
SETS = st.integers(1, 20).flatmap(
    lambda n: st.tuples(*(arrays.arrays(np.int8, (n, 4), elements=st.integers(0, 1)) for _ in range(2)))
)


@QUICK
@given(CLASS_PAIRS)
def test_class_metrics_are_those_of_scikit_learn(both: tuple[np.ndarray, np.ndarray]) -> None:
    import sklearn.metrics as sk

    t, p = both
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert m.unweighted_average_recall(t, p) == pytest.approx(sk.balanced_accuracy_score(t, p))
        assert m.weighted_accuracy(t, p) == pytest.approx(sk.accuracy_score(t, p))
        for ours, average in ((m.macro_f1, "macro"), (m.weighted_f1, "weighted"), (m.micro_f1, "micro")):
            assert ours(t, p) == pytest.approx(sk.f1_score(t, p, average=average, zero_division=0))
        without = sk.f1_score(t, p, labels=[0, 1, 3, 4], average="micro", zero_division=0)
    assert m.micro_f1_without(t, p, 2) == pytest.approx(without)
    assert (m.confusion_matrix(t, p, 5) == sk.confusion_matrix(t, p, labels=range(5))).all()


@QUICK
@given(SETS)
def test_set_metrics_are_those_of_scikit_learn(both: tuple[np.ndarray, np.ndarray]) -> None:
    import sklearn.metrics as sk

    t, p = both
    assert m.jaccard(t, p) == pytest.approx(sk.jaccard_score(t, p, average="samples", zero_division=1))
    assert m.micro_f1(t, p) == pytest.approx(sk.f1_score(t, p, average="micro", zero_division=0))
    seen = np.flatnonzero((t | p).any(0))
    if len(seen):
        macro = sk.f1_score(t, p, labels=seen, average="macro", zero_division=0)
        assert m.macro_f1(t, p) == pytest.approx(macro)


@QUICK
@given(st.data())
def test_average_precision_is_that_of_scikit_learn_with_tied_scores(data: st.DataObject) -> None:
    import sklearn.metrics as sk

    n = data.draw(st.integers(2, 30))
    t = data.draw(arrays.arrays(bool, (n, 3)))
    s = data.draw(arrays.arrays(np.float64, (n, 3), elements=st.sampled_from([0.0, 0.25, 0.5, 0.75, 1.0])))
    if not t.any():
        with pytest.raises(Ai4erError, match="at least one item with a label"):
            m.mean_average_precision(t, s)
        return
    expected = np.mean([sk.average_precision_score(t[:, k], s[:, k]) for k in np.flatnonzero(t.any(0))])
    assert m.mean_average_precision(t, s) == pytest.approx(expected)


@QUICK
@given(VALUE_PAIRS)
def test_value_metrics_are_those_of_scipy_and_scikit_learn(both: tuple[np.ndarray, np.ndarray]) -> None:
    import scipy.stats
    import sklearn.metrics as sk

    t, p = both
    assert m.mean_absolute_error(t, p) == pytest.approx(sk.mean_absolute_error(t, p))
    assert m.root_mean_squared_error(t, p) == pytest.approx(np.sqrt(sk.mean_squared_error(t, p)))
    if len(t) > 1 and np.ptp(t) > 1e-3 and np.ptp(p) > 1e-3:
        assert m.pearson(t, p) == pytest.approx(scipy.stats.pearsonr(t, p).statistic, abs=1e-9)
        assert m.kendall_tau(t, p) == pytest.approx(scipy.stats.kendalltau(t, p).statistic, abs=1e-9)
    lin = 2 * np.cov(t, p, bias=True)[0, 1]
    bottom = t.var() + p.var() + (t.mean() - p.mean()) ** 2
    if bottom > 1e-9:  # below, rounding decides
        assert m.concordance_correlation(t, p) == pytest.approx(lin / bottom, abs=1e-6)


@QUICK
@given(VALUE_PAIRS, st.floats(0.1, 5), st.floats(-100, 100))
def test_a_shift_of_both_changes_no_agreement(both: tuple[np.ndarray, np.ndarray], scale: float, shift: float) -> None:
    t, p = both
    for agreement in (m.concordance_correlation, m.pearson):
        assert agreement(scale * t + shift, scale * p + shift) == pytest.approx(agreement(t, p), abs=1e-5)


def test_concordance_punishes_a_wrong_level_where_correlation_does_not() -> None:
    t = np.linspace(-1, 1, 50)
    assert m.pearson(t, t / 2 + 1) == pytest.approx(1)
    assert m.concordance_correlation(t, t / 2 + 1) < 0.4
    assert m.concordance_correlation(t, t) == pytest.approx(1)
    assert m.concordance_correlation(t, np.full(50, 0.3)) == 0 == m.pearson(t, np.full(50, 0.3))


def test_kendall_tau_of_many_items_with_ties_is_that_of_scipy() -> None:
    import scipy.stats

    generator = np.random.default_rng(0)
    t, p = generator.integers(0, 300, 5000), generator.normal(size=5000).round(2)
    assert m.kendall_tau(t, p + t / 300) == pytest.approx(scipy.stats.kendalltau(t, p + t / 300).statistic, abs=1e-12)


def test_calibration_error_sees_overconfidence_and_none_in_calibrated_scores() -> None:
    generator = np.random.default_rng(0)
    confidence = generator.uniform(0.5, 1, 200_000)
    t = (generator.uniform(size=len(confidence)) > confidence).astype(int)
    honest = np.stack([confidence, 1 - confidence], 1)
    assert m.expected_calibration_error(t, honest) < 0.01
    sure = np.tile([1.0, 0.0], (len(t), 1))
    assert m.expected_calibration_error(t, sure) == pytest.approx(t.mean())


def test_of_several_labels_the_calibration_is_that_of_the_likeliest() -> None:
    space = LABEL_SPACES["mosei6"]
    scores = np.array([[0.75, 0.6, 0.2, 0.1, 0.0, 0.0]] * 4)
    targets = np.array([[1, 0, 0, 0, 0, 1]] * 3 + [[0, 1, 1, 0, 0, 0]])
    assert m.METRICS["ece"](Predictions(list("abcd"), targets, scores, space)) == pytest.approx(0)
    targets[0, 0] = 0
    assert m.METRICS["ece"](Predictions(list("abcd"), targets, scores, space)) == pytest.approx(0.25)


def test_log_likelihood_is_that_of_scikit_learn_and_least_for_the_true_shares() -> None:
    import sklearn.metrics as sk

    generator = np.random.default_rng(1)
    p = generator.dirichlet(np.ones(3), 50)
    t = generator.integers(0, 3, 50)
    assert m.negative_log_likelihood(t, p) == pytest.approx(sk.log_loss(t, p, labels=range(3)))
    shares = generator.dirichlet(np.ones(3), 50)
    assert m.negative_log_likelihood(shares, shares) < m.negative_log_likelihood(shares, p)


def test_the_sentiment_conventions_differ_exactly_at_zero() -> None:
    t, p = np.array([0.0, 0.0, 1.0, -1.0]), np.array([0.1, -0.1, 1.0, 1.0])
    assert m.accuracy_2(t, p) == 0.5
    assert m.accuracy_2_nonzero(t, p) == 0.5
    assert m.accuracy_2(t[:3], p[:3]) == pytest.approx(2 / 3) and m.accuracy_2_nonzero(t[:3], p[:3]) == 1
    assert m.accuracy_7(np.array([2.5, 3.0, -9.0]), np.array([2.4, 7.0, -3.0])) == 1


def random_predictions(space: LabelSpace, n: int = 60, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    scores = generator.normal(size=(n, space.size))
    targets = generator.normal(size=(n, space.size)) + scores
    if space.kind in ("single", "distribution"):
        scores = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
        targets = generator.integers(0, space.size, n)
        if space.kind == "distribution":
            targets = generator.dirichlet(np.ones(space.size), n)
    if space.kind == "multi":
        targets, scores = targets > 0.5, 1 / (1 + np.exp(-scores))
    return Predictions(np.arange(n), targets, scores, space, speakers=np.arange(n) % 6)


DISTRIBUTION = LABEL_SPACES["common4"].override({"kind": "distribution", "name": "votes"})


@pytest.mark.parametrize("space", [*LABEL_SPACES.values(), DISTRIBUTION], ids=lambda space: space.name)
def test_every_label_space_has_metrics_that_can_be_computed(space: LabelSpace) -> None:
    values = m.measure(random_predictions(space))
    assert list(values) == list(m.default_metrics(space))
    assert np.isfinite(list(values.values())).all()


def test_named_metrics_are_the_plain_functions_on_the_arrays() -> None:
    single = random_predictions(LABEL_SPACES["meld7"])
    t, c, s = single.targets, single.classes, single.scores
    assert m.METRICS["ua"](single) == m.unweighted_average_recall(t, c)
    assert m.METRICS["wa"](single) == m.weighted_accuracy(t, c)
    assert m.METRICS["weighted_f1"](single) == m.weighted_f1(t, c)
    assert m.METRICS["micro_f1_without_neutral"](single) == m.micro_f1_without(t, c, single.space.index("neutral"))
    assert m.METRICS["ece"](single) == pytest.approx(m.expected_calibration_error(t, s))
    multi = random_predictions(LABEL_SPACES["mosei6"])
    assert m.METRICS["jaccard"](multi) == m.jaccard(multi.targets, multi.classes)
    score = random_predictions(LABEL_SPACES["mosi_score"])
    t, s = score.targets[:, 0], score.scores[:, 0]
    assert m.METRICS["acc7"](score) == m.accuracy_7(t, s) and m.METRICS["acc2"](score) == m.accuracy_2(t, s)
    assert m.METRICS["acc2_nonzero"](score) == m.accuracy_2_nonzero(t, s)


def test_dimensions_are_measured_each_and_together() -> None:
    space = LABEL_SPACES["valence_arousal_dominance"]
    predictions = random_predictions(space)
    values = m.measure(predictions)
    for k, name in enumerate(space.names):
        each = m.concordance_correlation(predictions.targets[:, k], predictions.scores[:, k])
        assert values[f"ccc_{name}"] == pytest.approx(each, abs=1e-6)
    assert values["ccc"] == pytest.approx(np.mean([values[f"ccc_{name}"] for name in space.names]))


PARTIAL = LABEL_SPACES["valence_arousal"].override({"partial": True})


def half_known() -> tuple[Predictions, Predictions]:
    """Predictions of sixty items, and the same without a third of the targets of each dimension."""
    whole = dataclasses.replace(random_predictions(PARTIAL), uncertainty=np.full((60, 2), 0.5))
    targets = whole.targets.copy()
    targets[:20, 0] = targets[40:, 1] = np.nan
    return whole, dataclasses.replace(whole, targets=targets)


@pytest.mark.parametrize("name", ["ccc", "pearson", "mae", "rmse", "kendall_tau", "precision_at_20"])
def test_what_is_not_annotated_counts_in_no_metric(name: str) -> None:
    whole, partial = half_known()
    one = LabelSpace(name="one", kind="dimensions", names=("one",))
    each = [
        m.metric(name, one)(Predictions(np.arange(40), whole.targets[rows, k, None], whole.scores[rows, k, None], one))
        for k, rows in enumerate((slice(20, 60), slice(0, 40)))
    ]
    assert m.metric(name, PARTIAL)(partial) == pytest.approx(np.mean(each), abs=1e-6)


def test_the_likelihood_of_an_item_is_the_mean_over_what_is_annotated() -> None:
    whole, partial = half_known()
    each = 0.5 * ((whole.targets - whole.scores) / 0.5) ** 2 + 0.5 * np.log(2 * np.pi * 0.25)
    each[:20, 0] = each[:20, 1]
    each[40:, 1] = each[40:, 0]
    assert m.metric("gaussian_nll", PARTIAL)(partial) == pytest.approx(each.mean(), abs=1e-5)


def test_a_dimension_that_no_item_has_is_left_out_of_the_mean() -> None:
    whole, _ = half_known()
    targets = whole.targets.copy()
    targets[:, 0] = np.nan
    values = m.measure(dataclasses.replace(whole, targets=targets))
    assert values["ccc"] == values["ccc_arousal"] != 0 == values["ccc_valence"]


def test_a_metric_of_another_kind_or_name_is_refused_with_what_fits() -> None:
    with pytest.raises(Ai4erError, match="common4 is single: use ua, wa"):
        m.METRICS["ccc"](random_predictions(LABEL_SPACES["common4"]))
    with pytest.raises(Ai4erError, match="did you mean 'weighted_f1'"):
        m.metric("weigthed_f1")
    with pytest.raises(Ai4erError, match="did you mean 'ccc_valence'"):
        m.metric("ccc_valance", LABEL_SPACES["valence_arousal"])
    with pytest.raises(Ai4erError, match="no neutral class"):
        m.METRICS["micro_f1_without_neutral"](random_predictions(LABEL_SPACES["wesad3"]))
    with pytest.raises(Ai4erError, match="equal ones"):
        m.weighted_accuracy(np.array([0, 1]), np.array([0]))
    with pytest.raises(Ai4erError, match="no items"):
        m.macro_f1(np.array([], int), np.array([], int))


def test_precision_of_a_perfect_ranking_is_one_and_of_a_reversed_one_nothing() -> None:
    values = np.random.default_rng(0).normal(size=40)
    for share in (0.1, 0.5, 1.0):
        assert m.precision_at(values, np.exp(values), share) == 1
        assert m.precision_at(values, -values, share) == 0
    swapped = np.argsort(np.argsort(values)).astype(float)
    swapped[[values.argmax(), values.argmin()]] = swapped[[values.argmin(), values.argmax()]]
    assert m.precision_at(values, swapped, 0.1) == 0.5
