"""Deep evidential regression is what its sheet says."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.evidential_regression import Config, EvidentialRegression

SPACE = label_space("valence_arousal_dominance")


def system(shape: tuple[int, ...] = (12, 16), timed: bool = True, **changes: object) -> EvidentialRegression:
    torch.manual_seed(0)
    config = Config.small().override({"dropout": 0.0, **changes})
    return EvidentialRegression(config, SPACE, {"speech": shape}, {"speech": timed})


def item(name: str, frames: int, ratings: list[list[float]], shape: tuple[int, ...] = (12, 16)) -> Item:
    generator = np.random.default_rng(frames)
    rated = np.array(ratings, np.float32)
    x = generator.standard_normal((frames, *shape)).astype(np.float32)
    return Item(Record(id=name, corpus="made"), {"speech": x}, rated.mean(0), rated)


THREE = [[0.1, 0.2, 0.3], [0.3, 0.2, 0.1], [0.5, -0.2, 0.0]]


def test_the_trainable_size_is_the_published_one() -> None:
    made = EvidentialRegression(Config(), SPACE, {"speech": (12, 768)}, {"speech": True})
    assert parameter_count(made) == 299_160


def test_the_layer_mix_starts_as_the_plain_mean() -> None:
    made = system()
    assert made.network.mix is not None
    torch.testing.assert_close(made.network.mix.shares, torch.full((12,), 1 / 12))


def test_frames_without_layers_have_no_mix() -> None:
    assert system((16,)).network.mix is None


def test_total_variance_is_the_sum_and_the_answer_is_gamma() -> None:
    made = system().eval()
    outputs = made(made.collate([item("a", 9, THREE)]))
    extras = outputs.extras
    torch.testing.assert_close(outputs.uncertainty**2, extras["aleatoric"] + extras["epistemic"])
    torch.testing.assert_close(outputs.values, extras["evidence"].gamma)


def test_a_longer_neighbour_and_more_raters_change_nothing() -> None:
    made = system().eval()
    short, long = item("a", 5, THREE[:2]), item("b", 30, THREE)
    alone, both = made.collate([short]), made.collate([short, long])
    torch.testing.assert_close(made(both).values[:1], made(alone).values)
    separate = [made.loss(made(b), b) for b in (alone, made.collate([long]))]
    together = made.loss(made(both), both)
    for name, value in together.items():
        torch.testing.assert_close(value, separate[0][name] + separate[1][name])


def test_training_on_the_mean_sees_no_disagreement() -> None:
    apart = item("a", 6, [[0.0, 0, 0], [0.4, 0.4, 0.4]])
    agreed = item("a", 6, [[0.2, 0.2, 0.2], [0.2, 0.2, 0.2]])
    for train_on, same in (("mean", True), ("raters", False)):
        made = system(train_on=train_on).eval()
        losses = [made.loss(made(b), b)["likelihood"] for b in (made.collate([apart]), made.collate([agreed]))]
        assert torch.allclose(*losses) is same


def test_an_item_without_ratings_is_rated_by_its_target() -> None:
    made = system().eval()
    rated = item("a", 6, [THREE[0]])
    unrated = Item(rated.record, rated.inputs, rated.target)
    one, other = made.collate([rated]), made.collate([unrated])
    for name, value in made.loss(made(one), one).items():
        torch.testing.assert_close(value, made.loss(made(other), other)[name])


def test_no_frame_behind_the_limit_is_read() -> None:
    made = system(frames=10).eval()
    long = item("a", 14, THREE)
    cut = Item(long.record, {"speech": long.inputs["speech"][:10]}, long.target, long.ratings)  # type: ignore[index]
    torch.testing.assert_close(made(made.collate([long])).values, made(made.collate([cut])).values)


def test_the_rate_falls_linearly_to_its_last_value() -> None:
    made = system()
    plan = made.stages()[0].optimise(10)[0]
    rates = []
    for _ in range(10):
        rates.append(plan.optimiser.param_groups[0]["lr"])
        plan.optimiser.step()
        plan.schedule.step()
    np.testing.assert_allclose(np.diff(rates), -5e-5, rtol=1e-5)
    assert np.isclose(plan.optimiser.param_groups[0]["lr"], 5e-4)


def test_features_without_time_are_one_step() -> None:
    made = system((7,), timed=False).eval()
    record = Record(id="a", corpus="made")
    units = [Item(record, {"speech": np.arange(7, dtype=np.float32)}, np.zeros(3, np.float32))]
    assert made(made.collate(units)).values.shape == (1, 3)
