"""Classes that differ only in the order of their frames are told apart, and by whole likelihoods."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.baseline.hidden_markov_model import Config, HiddenMarkovModel
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]


def items(number: int, seed: int = 0, classes: tuple[int, ...] = (0, 1)) -> list[Item]:
    """Two levels of equal share: class 0 stays at one for half of the time, class 1 changes at every frame."""
    generator = np.random.default_rng(seed)
    made = []
    for i in range(number):
        label = classes[i % len(classes)]
        frames = 2 * generator.integers(6, 12)
        level = np.arange(frames) >= frames // 2 if label == 0 else np.arange(frames) % 2
        x = 50 + 10 * (2 * level[:, None] + 0.5 * generator.standard_normal((frames, 2)))
        record = Record(id=str(i), corpus="made", label=SPACE.names[label])
        made.append(Item(record, {"frames": x.astype(np.float32)}, np.int64(label)))  # type: ignore[arg-type]
    return made


def solved(training: list[Item], **settings: object) -> HiddenMarkovModel:
    made = HiddenMarkovModel(Config().override({"states": 2, **settings}), SPACE, {"frames": (2,)}, {"frames": True})
    made.solve(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made.eval()


@pytest.mark.parametrize("topology", ["ergodic", "left_to_right"])
def test_it_hears_the_order_of_the_frames(topology: str) -> None:
    made, test = solved(items(40), topology=topology), items(20, seed=1)
    found = made(made.collate(test)).logits.argmax(1)
    assert found.tolist() == [int(item.target) for item in test]  # type: ignore[arg-type]


def test_a_left_to_right_model_begins_in_its_first_state_and_never_goes_back() -> None:
    made = solved(items(40), topology="left_to_right", states=3)
    start, transition = made.get_buffer("start").exp(), made.get_buffer("transition").exp()
    assert start[:2].tolist() == [[1, 0, 0]] * 2
    assert torch.equal(transition[:2].tril(-1), torch.zeros(2, 3, 3)) and float(transition[:2, 0, 2].max()) == 0


def test_the_score_of_an_utterance_is_the_sum_over_all_paths_a_frame() -> None:
    made = solved(items(40))
    item = items(1, seed=3)[0]
    item = Item(item.record, {"frames": item.inputs["frames"][:5]})  # type: ignore[index]
    x = made.frames(made.collate([item])).data[0].double()
    start, transition, means, variances = (
        made.get_buffer(name)[1].double() for name in ("start", "transition", "means", "variances")
    )
    total = 0.0
    for path in itertools.product(range(2), repeat=5):
        density = torch.distributions.Normal(means[list(path)], variances[list(path)].sqrt()).log_prob(x).sum()
        steps = sum(transition[one, other] for one, other in itertools.pairwise(path))
        total += math.exp(start[path[0]] + steps + density)
    assert float(made(made.collate([item])).logits[0, 1]) == pytest.approx(math.log(total) / 5, abs=1e-5)


def test_a_class_that_was_not_there_is_never_the_answer_and_one_class_is_an_error() -> None:
    made = solved(items(20, classes=(0, 2)))
    assert set(made(made.collate(items(12))).logits.argmax(1).tolist()) <= {0, 2}
    with pytest.raises(Ai4erError, match="hidden_markov_model needs training data of two classes"):
        solved(items(20, classes=(1,)))


def test_a_vector_without_time_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"reads one input with a time axis, and is given frames \(no time axis\)"):
        HiddenMarkovModel(Config(), SPACE, {"frames": (2,)}, {"frames": False})
