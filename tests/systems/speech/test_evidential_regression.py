"""Deep evidential regression is what its sheet says."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.labels import label_space
from ai4er.losses.evidential import evidential_nll
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.evidential_regression import Config, EvidentialHead, EvidentialRegression

SPACE = label_space("valence_arousal_dominance")
THREE = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.5, -0.2, 0.0]]


def system(shape: tuple[int, ...] = (12, 16), timed: bool = True, **changes: object) -> EvidentialRegression:
    torch.manual_seed(0)
    config = Config.small().override({"dropout": 0.0, **changes})
    return EvidentialRegression(config, SPACE, {"speech": shape}, {"speech": timed}).eval()


def item(name: str, frames: int, ratings: list[list[float]], shape: tuple[int, ...] = (12, 16)) -> Item:
    rated = np.array(ratings, np.float32)
    x = np.random.default_rng(frames).standard_normal((frames, *shape)).astype(np.float32)
    return Item(Record(id=name, corpus="made"), {"speech": x}, rated.mean(0), rated)


def losses(made: EvidentialRegression, *items: Item) -> dict[str, Tensor]:
    batch = made.collate(items)
    return made.loss(made(batch), batch)


def test_the_trainable_size_is_the_published_one() -> None:
    made = EvidentialRegression(Config(), SPACE, {"speech": (12, 768)}, {"speech": True})
    assert parameter_count(made) == 299_160


def test_frames_without_layers_have_no_mix() -> None:
    assert not any(name.startswith("network.mix") for name, _ in system((16,)).named_parameters())
    layers = EvidentialRegression(Config(), SPACE, {"speech": (768,)}, {"speech": True})
    assert parameter_count(layers) == 299_160 - 12


@pytest.mark.parametrize("size", [0.0, 40.0, -40.0, -500.0])
def test_any_output_of_the_head_is_a_distribution(size: float) -> None:
    head = EvidentialHead(1, 3)
    torch.nn.init.constant_(head.linear.weight, size)
    found = head(torch.ones(2, 1))
    assert (found.upsilon > 0).all() and (found.alpha > 1).all() and (found.beta > 0).all()
    for variance in (found.aleatoric, found.epistemic, found.variance):
        assert torch.isfinite(variance).all() and (variance > 0).all()


def test_the_head_gives_four_blocks_in_the_order_of_the_attributes() -> None:
    head = EvidentialHead(2, 3)
    x = torch.randn(4, 2)
    raw = head.linear(x)
    found = head(x)
    torch.testing.assert_close(found.gamma, raw[:, :3])
    torch.testing.assert_close(found.upsilon, torch.nn.functional.softplus(raw[:, 3:6]), atol=2e-6, rtol=0)
    torch.testing.assert_close(found.alpha, 1 + torch.nn.functional.softplus(raw[:, 6:9]), atol=2e-6, rtol=0)
    torch.testing.assert_close(found.beta, torch.nn.functional.softplus(raw[:, 9:]), atol=2e-6, rtol=0)


def test_the_uncertainty_is_the_total_deviation_and_the_value_is_gamma() -> None:
    made = system()
    outputs = made(made.collate([item("a", 9, THREE)]))
    torch.testing.assert_close(outputs.uncertainty**2, outputs.extras["aleatoric"] + outputs.extras["epistemic"])
    assert torch.equal(outputs.values, outputs.extras["distribution"].gamma)


def test_one_rater_gives_the_likelihood_of_the_label() -> None:
    made, only = system(), item("a", 6, THREE[:1])
    found = made(made.collate([only])).extras["distribution"]
    torch.testing.assert_close(
        losses(made, only)["likelihood"], evidential_nll(torch.tensor(THREE[0]), found).sum()
    )  # fmt: skip


def test_every_rater_twice_is_the_same_likelihood() -> None:
    made = system()
    once, twice = (losses(made, item("a", 6, ratings))["likelihood"] for ratings in (THREE, THREE + THREE))
    torch.testing.assert_close(once, twice)


def test_only_the_mean_variant_is_blind_to_disagreement() -> None:
    apart, agreed = item("a", 6, [[0.0] * 3, [0.4] * 3]), item("a", 6, [[0.2] * 3])
    for train_on, same in (("mean", True), ("raters", False)):
        made = system(train_on=train_on)
        found = [losses(made, one)["likelihood"] for one in (apart, agreed)]
        gradients = [torch.autograd.grad(value, made.network.head.linear.bias)[0] for value in found]
        assert torch.allclose(*found) is same
        assert torch.allclose(*gradients) is same


def test_longer_neighbours_and_padded_raters_change_nothing() -> None:
    made = system()
    short, long = item("a", 5, THREE[:2]), item("b", 30, THREE)
    torch.testing.assert_close(made(made.collate([short, long])).values[:1], made(made.collate([short])).values)
    alone = [losses(made, one) for one in (short, long)]
    for name, value in losses(made, short, long).items():
        torch.testing.assert_close(value, alone[0][name] + alone[1][name])


def test_an_item_without_ratings_is_rated_by_its_target() -> None:
    made, rated, other = system(), item("a", 6, THREE[:1]), item("b", 9, THREE)
    unrated = Item(rated.record, rated.inputs, rated.target)
    for name, value in losses(made, rated, other).items():
        torch.testing.assert_close(value, losses(made, unrated, other)[name])


def test_an_unlabelled_item_adds_nothing() -> None:
    made, rated = system(), item("b", 9, THREE)
    unknown = Item(rated.record, rated.inputs)
    for name, value in losses(made, rated, unknown).items():
        torch.testing.assert_close(value, losses(made, rated)[name])


def test_no_frame_behind_the_last_position_is_read() -> None:
    made, long = system(frames=10), item("a", 14, THREE)
    x = long.inputs["speech"]
    assert x is not None
    cut = Item(long.record, {"speech": x[:10]}, long.target, long.ratings)
    torch.testing.assert_close(made(made.collate([long])).values, made(made.collate([cut])).values)


def test_features_without_time_are_one_frame() -> None:
    made, x = system((16,), timed=False), np.ones(16, np.float32)
    timed = system((16,))
    vector, frame = (Item(Record(id="a", corpus="made"), {"speech": array}) for array in (x, x[None]))
    assert torch.equal(made(made.collate([vector])).values, timed(timed.collate([frame])).values)


def test_the_learning_rate_falls_in_a_line_to_its_last_value() -> None:
    made = EvidentialRegression(Config(), SPACE, {"speech": (12, 768)}, {"speech": True})
    plan = made.stages()[0].optimise(1000)[0]
    rates = []
    for _ in range(made.config.epochs):
        rates.append(plan.optimiser.param_groups[0]["lr"])
        plan.optimiser.step()
        plan.schedule.step()
    np.testing.assert_allclose(rates, np.linspace(1e-3, 5e-4, 40))
    assert plan.every == "epoch"
