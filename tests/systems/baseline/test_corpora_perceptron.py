"""Recordings count among the classes of their corpus, as much as they are said to."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.losses.several_corpora import corpus_weights
from ai4er.systems.base import StageData
from ai4er.systems.baseline.corpora_perceptron import Config, CorporaPerceptron
from ai4er.systems.batch import Item
from ai4er.training.fit import fit
from ai4er.training.options import Options
from tests.systems.baseline._vectors import FEATURES, SPACE, items

TRAIN, TEST = items(120), items(40, seed=1)
TARGETS = torch.tensor([int(item.target) for item in TEST])  # type: ignore[arg-type]


def made(**settings: object) -> CorporaPerceptron:
    config = Config.small().override({"inputs": {"features": "functionals"}, **settings})
    torch.manual_seed(0)
    return CorporaPerceptron(config, SPACE, {"features": (FEATURES,)}, {"features": False})


def prepared(training: list[Item], **settings: object) -> CorporaPerceptron:
    system = made(**settings)
    system.prepare(StageData({"train": training}, system.collate, 0, torch.device("cpu")))
    return system


def of(corpus: str, some: list[Item], **attributes: str) -> list[Item]:
    return [dataclasses.replace(one, record=one.record.replace(corpus=corpus, attributes=attributes)) for one in some]


def fitted(training: list[Item]) -> CorporaPerceptron:
    system = made(epochs=40)
    fit(system, {"train": training}, Options(device="cpu"))
    return system.eval()


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    system = fitted(TRAIN)
    found = system(system.collate(TEST)).logits
    assert (found.argmax(1) == TARGETS).float().mean() > 0.7


def test_items_count_as_their_corpus_and_their_attribute_say() -> None:
    training = of("large", TRAIN[:64]) + of("small", TRAIN[64:80], weight="0.5")
    system = prepared(training)
    extras = system.collate(training).extras
    shares = torch.eye(4)[[int(item.target) for item in training]]  # type: ignore[arg-type]
    weights, there = corpus_weights(shares, ["large"] * 64 + ["small"] * 16)
    own = torch.tensor([1.0] * 64 + [0.5] * 16)
    torch.testing.assert_close(extras["weights"], weights * own / own.mean())
    assert torch.equal(extras["there"], there)


def test_the_loss_is_among_the_classes_of_the_corpus_with_smoothing_among_them() -> None:
    training = of("two", items(8, classes=(0, 2)))
    system = prepared(training, smoothing=0.2)
    batch = system.collate(training)
    logits = torch.randn(8, 4, generator=torch.Generator().manual_seed(0))
    found = system.loss(dataclasses.replace(system(batch), logits=logits), batch)["cross_entropy"]
    own = logits[:, [0, 2]].log_softmax(1)
    which = (batch.targets == 2).long()
    expected = -(0.9 * own.gather(1, which[:, None]) + 0.1 * own.gather(1, 1 - which[:, None])).mean()
    torch.testing.assert_close(found, expected)


def test_a_class_that_was_not_there_in_training_is_never_the_answer() -> None:
    system = fitted(items(60, classes=(0, 2)))
    assert system(system.collate(TEST)).logits.softmax(1)[:, [1, 3]].max() < 1e-6


def test_a_feature_beyond_eight_deviations_says_no_more() -> None:
    system = prepared(TRAIN).eval()
    far, farther = (
        [dataclasses.replace(one, inputs={"features": np.asarray(one.inputs["features"]) * scale}) for one in TEST]
        for scale in (1e5, 1e6)
    )
    torch.testing.assert_close(system(system.collate(far)).logits, system(system.collate(farther)).logits)


def test_one_class_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="corpora_perceptron needs training data of two classes"):
        fitted(items(20, classes=(1,)))
