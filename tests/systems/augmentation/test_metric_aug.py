"""MetricAug: grading, weights, epochs and classifier as the sheet has them."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.augment.mixing import rms
from ai4er.augment.noise import at_ratio, white
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems import system_class
from ai4er.systems.augmentation._distortion_levels import Grading, graded, level_weights
from ai4er.systems.augmentation._noisy_copies import Copies, noise_source
from ai4er.systems.augmentation.metric_aug import Config, MetricAug, Network
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Item
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("common4")
MEL = "log_mel:bands=8,hop=320"
SMALL = Config.small().override({"inputs": {"speech": MEL}, "epochs": 1})


def recordings(count: int, seed: int = 0) -> list[Item]:
    """Noise that comes and goes, of 0.2 s and more."""
    generator = np.random.default_rng(seed)
    made = []
    for i in range(count):
        time = np.arange(3200 + 160 * i) / 16_000
        audio = (generator.standard_normal(len(time)) * np.sin(25 * time) ** 2).astype(np.float32)
        frames = generator.standard_normal((len(time) // 320, 8)).astype(np.float32)
        record = Record(id=f"{seed}-{i}", corpus="made", arrays={"audio": audio})
        made.append(Item(record, {"speech": frames}, np.int64(i % 4)))  # type: ignore[arg-type]
    return made


def system(config: Config = SMALL) -> MetricAug:
    torch.manual_seed(0)
    return MetricAug(config, SPACE, {"speech": (8,)}, {"speech": True})


def ready(config: Config = SMALL) -> tuple[MetricAug, list[Item]]:
    made, units = system(config), recordings(12)
    roles = {"train": units, "valid": recordings(8, 1)}
    made.grade(StageData(roles, made.collate, 0, torch.device("cpu")))
    return made, units


def epoch(made: MetricAug, units: list[Item], seed: int) -> list[list[Item]]:
    batches = made.draw(units, 8, np.random.default_rng(seed))
    return [list(made.transform([units[i] for i in places], units, np.random.default_rng(0))) for places in batches]


def test_the_example_of_the_update() -> None:
    gaps = 0.60 - np.array([0.55, 0.50, 0.40, 0.30, 0.20])
    np.testing.assert_allclose(level_weights(gaps, 0.05), [0.05, 0.095, 0.19, 0.285, 0.38])


def test_a_level_that_scores_above_clean_has_the_floor_and_equal_gaps_equal_shares() -> None:
    shares = level_weights(np.array([-0.1, 0.1, 0.2, 0.2, 0.1]), 0.05)
    assert shares[0] == 0.05 and shares.sum() == pytest.approx(1)
    np.testing.assert_allclose(level_weights(np.full(5, 0.3), 0.05), 0.2)


def test_the_update_ends_where_the_released_loop_never_does() -> None:
    for gaps in (np.zeros(5), -np.ones(5), np.array([0.01, 0.01, 0.01, 0.01, -0.9])):
        np.testing.assert_allclose(level_weights(gaps, 0.05), 0.2)


def test_shares_sum_to_one_never_fall_below_the_floor_and_keep_the_order_of_the_gaps() -> None:
    for gaps in np.random.default_rng(0).normal(0.1, 0.2, (500, 5)):
        shares = level_weights(gaps, 0.05)
        assert shares.sum() == pytest.approx(1) and shares.min() >= 0.05 - 1e-12
        assert (np.diff(shares[np.argsort(gaps)]) > -1e-12).all()


@pytest.mark.parametrize("grading", ["gmm", "rank"])
def test_level_0_is_the_least_distorted_and_the_means_fall(grading: Grading) -> None:
    values = np.random.default_rng(0).beta(4, 1, 300)
    levels = graded(values, 5, grading)(values)
    means = [values[levels == level].mean() for level in np.unique(levels)]
    assert len(means) > 2 and (np.diff(means) < 0).all()


def test_other_items_are_graded_by_what_was_fitted_on_training() -> None:
    values, others = np.linspace(0.5, 1, 50), np.linspace(0.9, 1, 20)
    gradings: tuple[Grading, ...] = ("gmm", "rank")
    for grading in gradings:
        grade = graded(values, 5, grading)
        np.testing.assert_array_equal(grade(others), np.concatenate([grade(others[:1]), grade(others[1:])]))
        assert (grade(others) != graded(others, 5, grading)(others)).any()


def test_ranks_make_levels_of_one_size_with_the_remainder_inside() -> None:
    values = np.random.default_rng(0).permutation(23).astype(float)
    assert sorted(np.bincount(graded(values, 5, "rank")(values))) == [4, 4, 5, 5, 5]


def test_an_epoch_is_all_clean_items_and_its_shares_of_the_levels_without_repetition() -> None:
    made, units = ready()
    made.shares.copy_(torch.tensor([0.25, 0.25, 0.5]))
    found = [item for batch in epoch(made, units, 0) for item in batch]
    clean = {id(item) for item in units}
    assert clean <= {id(item) for item in found} and len({id(item) for item in found}) == len(found)
    counts = [sum(any(item is one for one in pool) for item in found) for pool in made.pools]
    assert counts == [min(len(pool), int(12 * share)) for pool, share in zip(made.pools, (0.25, 0.25, 0.5))]
    assert len(found) == 12 + sum(counts)


def test_two_epochs_of_the_same_shares_hear_different_copies_in_as_many_batches() -> None:
    made, units = ready()
    clean = {id(item) for item in units}
    one, other = (epoch(made, units, seed) for seed in (0, 1))
    heard = [{id(item) for batch in drawn for item in batch} - clean for drawn in (one, other)]
    assert heard[0] != heard[1] and len(one) == len(other) == 3


def test_batches_hold_items_of_similar_length() -> None:
    made, units = ready()
    lengths = sorted([len(item.inputs["speech"]) for item in batch] for batch in epoch(made, units, 0))  # type: ignore[arg-type]
    assert all(max(shorter) <= min(longer) for shorter, longer in itertools.pairwise(lengths))


def test_noise_of_the_same_ratio_has_the_same_share_of_the_power() -> None:
    clean, noise = recordings(1)[0].record.arrays["audio"], white(3200, np.random.default_rng(5))
    for decibels, ratio in ((0, 1), (20, 100)):
        added = at_ratio(clean.astype(np.float64), noise.astype(np.float64), decibels) - clean
        assert (rms(clean) / rms(added)) ** 2 == pytest.approx(ratio, rel=1e-5)


def test_a_recording_has_a_copy_in_each_bin_of_each_noise() -> None:
    (item,) = recordings(1)
    copies = Copies(("white", "pink"), (0.0, 30.0), 3, "fwsnrseg", 0)
    made = [copies._copy(item.record, number) for number in range(6)]
    clean = audio_of(item.record, 16_000)
    ratios = [20 * np.log10(rms(clean) / rms(one.arrays["audio"] - clean)) for one in made]
    assert [int(ratio // 10) for ratio in ratios] == [0, 1, 2, 0, 1, 2]
    again = copies._copy(item.record, 4).arrays["audio"]
    np.testing.assert_array_equal(again, made[4].arrays["audio"])
    assert len(copies.of([item], {"speech": MEL})) == 6


def test_copies_that_the_metric_cannot_judge_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from ai4er.augment.distortion_metrics import METRICS

    verdicts = iter([0.9, 1e-5, 0.7])
    monkeypatch.setitem(METRICS, "stoi", lambda *_: next(verdicts))
    copies = Copies(("white",), (0.0, 30.0), 3, "stoi", 0)
    assert [one.value for one in copies.of(recordings(1), {"speech": MEL})] == [0.9, 0.7]


def test_the_shares_follow_the_validation_gaps() -> None:
    """Answers that are right for clean items and for two levels, and always one class at the third."""
    made, _ = ready()
    hardest = {id(item) for item in made.validation[2]}

    def answers(items: Any) -> Batch:
        batch = Batch([], {}, {"speech": torch.ones(len(items))}, torch.tensor([int(i.target) for i in items]))
        wrong = torch.tensor([id(item) in hardest for item in items])
        batch.extras["answers"] = torch.where(wrong, 3, batch.targets)
        return batch

    made.collate = answers  # type: ignore[method-assign]
    made.forward = lambda batch: type("Given", (), {"logits": torch.eye(4)[batch.extras["answers"]]})()  # type: ignore[assignment, method-assign]
    before = made.shares.clone()
    score = made.graded_f1([answers(recordings(8, 1))])
    torch.testing.assert_close(made.shares, torch.tensor([0.05, 0.05, 0.9]))
    assert 0 < score < 1 and before.tolist() == pytest.approx([1 / 3] * 3)


def test_without_the_adjustment_all_levels_keep_their_share() -> None:
    made, units = ready(SMALL.override({"adjusted": False}))
    made.eval().graded_f1([made.collate(units)])
    torch.testing.assert_close(made.shares, torch.full((3,), 1 / 3))


def test_the_classifier_has_11_636_parameters_and_padding_changes_nothing() -> None:
    torch.manual_seed(0)
    network = Network(Config(), 512, 4).eval()
    assert sum(p.numel() for p in network.parameters()) == 11_636
    x = torch.randn(2, 9, 512)
    mask = torch.arange(9) < torch.tensor([[9], [5]])
    alone = network(x[1:, :5], mask[1:, :5])[0]
    torch.testing.assert_close(network(x, mask)[0][1:], alone, atol=1e-5, rtol=1e-4)


def test_the_order_of_frames_is_read_though_there_are_no_positions() -> None:
    torch.manual_seed(0)
    network = Network(SMALL, 8, 4).eval()
    x, mask = torch.randn(1, 9, 8), torch.ones(1, 9, dtype=torch.bool)
    assert not torch.allclose(network(x, mask)[0], network(x.flip(1), mask)[0], atol=1e-4)


def test_another_system_learns_from_the_same_epochs() -> None:
    base = system_class("dwformer")
    settings = {**base.config_class.small().model_dump(), "inputs": {"speech": MEL}, "epochs": 1}
    changes = {"base": "dwformer", "base_settings": settings}
    made = system(Config(**{**SMALL.model_dump(), **changes}))
    before = {name: value.clone() for name, value in made.state_dict().items()}
    fit(made, {"train": recordings(12), "valid": recordings(8, 1)}, Options(device="cpu"))
    assert sum(map(len, made.pools)) == 24
    assert any(not torch.equal(value, before[name]) for name, value in made.state_dict().items() if "base" in name)


def test_what_cannot_be_graded_or_found_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="5 levels"):
        graded(np.ones(4), 5, "gmm")
    with pytest.raises(Ai4erError, match="no such folder"):
        noise_source("no_such_noise")
    with pytest.raises(Ai4erError, match="rest of 1"):
        Config(floor=0.2)
    two = {"encoder": "tiny", "method": "tapt"}
    with pytest.raises(Ai4erError, match="one stage"):
        system(Config(**{**SMALL.model_dump(), "base": "ft_wav2vec2", "base_settings": two}))
