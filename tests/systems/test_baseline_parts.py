"""What the baselines share: any inputs as one vector, one input as frames, and a loss for each kind of label."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.nn.convolutional_transformer import MaskedConvolutions
from ai4er.records import Record
from ai4er.systems import baselines, system_class
from ai4er.systems.base import Outputs, StageData
from ai4er.systems.baseline._frames import Frames
from ai4er.systems.baseline._vectors import Vectors
from ai4er.systems.baseline.multilayer_perceptron import Config, MultilayerPerceptron
from ai4er.systems.batch import Batch, Item, collate_items

SPACES = {name: LABEL_SPACES[name] for name in ("common4", "semeval2018_ec11", "valence_arousal")}


def batch(arrays: dict[str, list[np.ndarray]], timed: dict[str, bool]) -> Batch:
    rows = [dict(zip(arrays, values)) for values in zip(*arrays.values())]
    return collate_items([Item(Record(id=str(i), corpus="made"), row) for i, row in enumerate(rows)], timed)


def drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(shape).standard_normal(shape).astype(np.float32)


def test_an_input_with_time_counts_as_its_mean_and_deviation_and_inputs_are_joined() -> None:
    timed = {"signal": True, "face": False}
    arrays = {"signal": [drawn(5, 3, 2), drawn(2, 3, 2)], "face": [drawn(4), 2 * drawn(4)]}
    made = Vectors({"signal": (3, 2), "face": (4,)}, timed)
    found = made.raw(batch(arrays, timed)).numpy()
    assert found.shape == (2, 4 + 2 * 6) and made.size == 16
    for i in range(2):
        frames = arrays["signal"][i].reshape(-1, 6)
        np.testing.assert_allclose(found[i], [*arrays["face"][i], *frames.mean(0), *frames.std(0)], atol=1e-5)


def test_vectors_are_in_units_of_the_training_part() -> None:
    made, arrays = (
        Vectors({"face": (4,)}, {"face": False}),
        {"face": [7 + 3 * drawn(1, i, 4)[0, 0] for i in range(1, 30)]},
    )
    found = made.measure([batch(arrays, {"face": False})])
    torch.testing.assert_close(found.mean(0), torch.zeros(4), atol=1e-4, rtol=0)
    torch.testing.assert_close(found.std(0, correction=0), torch.ones(4), atol=1e-4, rtol=0)


def test_frames_are_standardised_over_real_frames_and_zero_behind_the_end() -> None:
    timed = {"x": True}
    given = batch({"x": [5 + drawn(4, 2, 3), 5 + drawn(9, 2, 3)]}, timed)
    made = Frames("lstm", {"x": (2, 3)}, timed)
    made.measure([given])
    frames = made(given)
    x = frames.data
    assert x.shape == (2, 9, 6) and frames.lengths.tolist() == [4, 9] and not x[0, 4:].any()
    torch.testing.assert_close(torch.cat([x[0, :4], x[1]]).mean(0), torch.zeros(6), atol=1e-5, rtol=0)


@pytest.mark.parametrize("slug", ["lstm", "convolutional_network", "convolutional_recurrent_network"])
def test_inputs_that_are_not_one_sequence_are_a_clear_error(slug: str) -> None:
    kind = system_class(slug)
    shapes, timed = {"a": (3,), "b": (2,)}, {"a": True, "b": False}
    with pytest.raises(
        Ai4erError, match=rf"{slug} reads one input with a time axis, and is given a, b \(no time axis\)"
    ):
        kind(kind.config_class(), SPACES["common4"], shapes, timed)


def test_every_block_of_convolutions_halves_time_and_features() -> None:
    made = MaskedConvolutions(10, (3, 5)).eval()
    x, mask = made(torch.randn(2, 13, 10), torch.arange(13) < torch.tensor([[13], [6]]))
    assert x.shape == (2, 4, made.size) and made.size == 5 * 3 and mask.sum(1).tolist() == [4, 2]


def perceptron(space: LabelSpace, targets: np.ndarray) -> tuple[MultilayerPerceptron, Batch]:
    torch.manual_seed(0)
    made = MultilayerPerceptron(Config(hidden=(8,)), space, {"features": (3,)}, {"features": False})
    items = [Item(Record(id=str(i), corpus="made"), {"features": drawn(i + 1, 3)[i]}, t) for i, t in enumerate(targets)]
    made.prepare(StageData({"train": items}, made.collate, 0, torch.device("cpu")))
    return made.eval(), made.collate(items)


def test_one_label_is_a_cross_entropy_in_which_every_class_weighs_the_same() -> None:
    made, given = perceptron(SPACES["common4"], np.array([0, 0, 0, 1, 2, 2], np.int64))
    found = made(given)
    each = functional.cross_entropy(found.logits, given.targets, reduction="none")
    expected = (each[:3].mean() + each[3] + each[4:].mean()) / 3
    torch.testing.assert_close(made.loss(found, given)["cross_entropy"], expected)


def test_several_labels_are_as_many_questions() -> None:
    made, given = perceptron(SPACES["semeval2018_ec11"], np.eye(11, dtype=np.float32)[:5])
    share = made(given).logits.sigmoid()
    expected = -(given.targets * share.log() + (1 - given.targets) * (1 - share).log()).mean()
    torch.testing.assert_close(made.loss(made(given), given)["binary_cross_entropy"], expected)


def test_values_are_learnt_in_units_of_their_deviation_and_told_in_their_own() -> None:
    targets = np.array([[1.0, 5.0], [3.0, 5.5], [5.0, 6.0]], np.float32)
    made, given = perceptron(SPACES["valence_arousal"], targets)
    torch.nn.init.zeros_(made.output.weight)
    torch.nn.init.zeros_(made.output.bias)
    found: Outputs = made(given)
    torch.testing.assert_close(found.values, torch.tensor([[3.0, 5.5]]).expand(3, 2))
    torch.testing.assert_close(made.loss(found, given)["squared_error"], torch.tensor(1.0))


def test_every_baseline_is_known_as_one() -> None:
    assert {"support_vector_machine", "bag_of_words", "lstm", "hidden_markov_model"} <= set(baselines())
    assert "tim_net" not in baselines()
