"""Any subset of the inputs gives an answer, weighed so that on unseen training speakers more are never worse."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.prediction.items import withhold
from ai4er.prediction.predict import predict
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.baseline.late_fusion import Config, LateFusion, pool_weights, speaker_groups
from ai4er.systems.batch import Item

SPACE = label_space("sentiment3")
NAMES = ("face", "speech", "words")
NOISE = {"face": 3.0, "speech": 1.0, "words": 1.5}
SIZE = 6


def items(number: int = 180, seed: int = 0, copied: bool = False) -> list[Item]:
    """Vectors around the place of their class; `copied`, the words are the speech once more."""
    generator = np.random.default_rng(seed)
    places = np.random.default_rng(9).standard_normal((3, SIZE))
    made = []
    for i in range(number):
        label = int(generator.integers(3))
        inputs = {n: places[label] + NOISE[n] * generator.standard_normal(SIZE) for n in NAMES}
        if copied:
            inputs["words"] = inputs["speech"]
        record = Record(str(i), "c", speaker=str(i % 9), label=SPACE.names[label])
        made.append(Item(record, {n: x.astype(np.float32) for n, x in inputs.items()}, np.int64(label)))  # type: ignore[arg-type]
    return made


def solved(training: list[Item]) -> LateFusion:
    made = LateFusion(Config(), SPACE, dict.fromkeys(NAMES, (SIZE,)), dict.fromkeys(NAMES, False))
    made.solve(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made.eval()


def entropy(made: LateFusion, of: list[Item], absent: tuple[str, ...]) -> float:
    scores = predict(made, withhold(of, absent)).scores
    return float(-np.log([row[int(item.target)] for row, item in zip(scores, of)]).mean())  # type: ignore[arg-type]


def test_more_inputs_know_more_and_the_best_alone_is_the_worst_case() -> None:
    made, unseen = solved(items()), items(600, seed=1)
    alone = {n: entropy(made, unseen, tuple(set(NAMES) - {n})) for n in NAMES}
    assert alone["speech"] < alone["words"] < alone["face"] < np.log(3)
    assert entropy(made, unseen, ("face",)) < alone["speech"]
    assert entropy(made, unseen, ()) < alone["speech"]


def test_an_opinion_that_is_heard_twice_does_not_count_twice() -> None:
    made, unseen = solved(items(copied=True)), items(600, seed=1, copied=True)
    once, twice = entropy(made, unseen, ("face", "words")), entropy(made, unseen, ("face",))
    assert twice == pytest.approx(once, abs=0.01)


def test_no_input_at_all_gives_even_probabilities() -> None:
    made = solved(items())
    assert np.allclose(predict(made, withhold(items(4), NAMES)).scores, 1 / 3)


def test_it_learns_where_training_items_lack_inputs_too() -> None:
    training = items()
    partly = [withhold([item], [NAMES[i % 3]])[0] for i, item in enumerate(training)]
    assert entropy(solved(partly), items(600, seed=1), ()) < np.log(3) - 0.3
    never = withhold(training, ["face"])
    made = solved(never)
    assert entropy(made, items(600, seed=1), ("face",)) < np.log(3) - 0.3
    assert np.isfinite(predict(made, items(4)).scores).all()


def opinions(seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    labels = torch.randint(3, (400,), generator=generator)
    shares = torch.eye(3, dtype=torch.float64)[labels]
    logits = torch.stack([shares * strength for strength in (2.0, 0.5, 0.0)], 1)
    return (logits + torch.randn(400, 3, 3, generator=generator, dtype=torch.float64)).log_softmax(2), shares


def test_the_weights_of_the_pool_are_the_minimum_and_none_is_negative() -> None:
    said, shares = opinions()
    said[:, 2] = (-said[:, 0]).log_softmax(1)  # who says the contrary of what the first says is not listened to
    counts = torch.ones(400, dtype=torch.float64)
    weights = pool_weights(said, shares, counts)
    assert (weights >= 0).all() and weights[0] > weights[1] > 0 and weights[2] == 0

    def loss(given: Tensor) -> float:
        return float(-(shares * torch.einsum("m,imc->ic", given, said).log_softmax(1)).sum())

    for step in 0.02 * torch.eye(3, dtype=torch.float64):
        assert loss(weights) <= loss(weights + step) and loss(weights) <= loss((weights - step).clamp(min=0))
    for one in torch.eye(3, dtype=torch.float64):
        assert loss(weights) <= loss(one)


def test_a_speaker_is_in_one_group() -> None:
    groups = speaker_groups(["a", "b", "a", "c", "d"], 2)
    assert groups[0] == groups[2] and set(groups.tolist()) == {0, 1}
    assert speaker_groups(["", "", ""], 2).tolist() == [0, 1, 0]


def test_it_refuses_more_inputs_than_it_can_weigh() -> None:
    names = [str(i) for i in range(9)]
    with pytest.raises(Ai4erError, match="9 inputs; it takes 1 to 8"):
        LateFusion(Config(), SPACE, dict.fromkeys(names, (1,)), dict.fromkeys(names, False))


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    training = [dataclasses.replace(item, target=np.int64(int(item.target) % 2)) for item in items()]  # type: ignore[arg-type]
    assert predict(solved(training), items(50, seed=1)).scores[:, 2].max() < 1e-3
