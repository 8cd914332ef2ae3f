"""The order of the source, and corpora that cannot be told apart."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.adaptation.preference_domain_adaptation import Config, PreferenceDomainAdaptation
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Item

SPACE = LABEL_SPACES["valence_arousal"]
SMALL = Config.small().override({"dropout": 0.0})


def items(count: int, seed: int, level: float = 0.0, spread: float = 1.0, rated: bool = True) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=str(i), corpus=str(seed)),
            {"speech": generator.normal(level, 1, 6).astype(np.float32)},
            (spread * generator.uniform(-1, 1, 2)).astype(np.float32) if rated else None,
        )
        for i in range(count)
    ]


def system(**changes: Any) -> PreferenceDomainAdaptation:
    torch.manual_seed(0)
    return PreferenceDomainAdaptation(SMALL.override(changes), SPACE, {"speech": (6,)}, {"speech": False})


def paired_batch(made: PreferenceDomainAdaptation, source: list[Item], target: list[Item]) -> Batch:
    made.begin(StageData({"train": source, "unlabelled": target}, made.collate, 0, torch.device("cpu")))
    made.progress.fill_(0.1)
    return made.collate(made.train().transform(source, source, np.random.default_rng(0)))


def gradients(made: PreferenceDomainAdaptation, batch: Batch, term: str) -> dict[str, Tensor]:
    made.zero_grad()
    made.loss(made(batch), batch)[term].backward()
    return {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None}


def test_a_constant_added_to_the_labels_of_the_source_changes_no_term() -> None:
    made, source = system(), items(16, 0)
    moved = [Item(x.record, x.inputs, np.asarray(x.target) + 5) for x in source]
    one, other = (
        made.loss(made(batch), batch) for batch in (paired_batch(made, x, items(16, 1)) for x in (source, moved))
    )
    assert all(torch.allclose(one[name], other[name]) for name in one)


def test_labels_closer_than_the_margin_teach_no_order() -> None:
    made = system(margin=0.5)
    batch = paired_batch(made, items(16, 0, spread=0.4), items(16, 1))
    assert float(made.loss(made(batch), batch)["order"]) == 0


def test_the_target_is_met_without_its_ratings_and_teaches_no_order() -> None:
    made = system()
    batches = [paired_batch(made, items(16, 0), items(16, 1, rated=rated)) for rated in (True, False)]
    assert torch.equal(batches[0].targets.isnan(), batches[1].targets.isnan())
    found = [gradients(made, batch, "order") for batch in batches]
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])
    other = paired_batch(made, items(16, 0), items(16, 7))
    again = gradients(made, other, "order")
    assert all(torch.allclose(found[0][name], again[name], atol=1e-7) for name in again)


@pytest.mark.parametrize("reversal", [0.0, 0.5, 2.0])
def test_the_encoder_gets_the_domain_gradient_reversed_and_the_classifier_its_own(reversal: float) -> None:
    made = system(reversal=reversal)
    batch = paired_batch(made, items(16, 0), items(16, 1, 2.0))
    found = gradients(made, batch, "domain")
    made.zero_grad()
    of_target = batch.extras["of_target"]
    functional.cross_entropy(made.domain(made(batch).embedding), of_target.long()).backward()
    for name, parameter in made.named_parameters():
        if name in found:
            assert parameter.grad is not None
            factor = -reversal * made.ramp() if name.startswith("encoder") else 1.0
            torch.testing.assert_close(found[name], factor * parameter.grad, atol=1e-7, rtol=1e-4)


def test_lambda_rises_from_zero() -> None:
    made = system()
    assert made.ramp() == 0
    made.progress.fill_(0.3)
    assert made.ramp() == pytest.approx(2 / (1 + math.exp(-3)) - 1)


def test_an_order_for_each_attribute_and_no_bias_on_it() -> None:
    made = system()
    batch = paired_batch(made, items(16, 0), items(16, 1))
    assert made(batch).values.shape == (32, 2)
    assert [ranker[-1].bias for ranker in made.rankers] == [None, None]  # type: ignore[index]


@pytest.mark.parametrize(("by_corpus", "level"), [(True, 3.0), (False, 0.0)])
def test_what_is_predicted_counts_as_the_targets(by_corpus: bool, level: float) -> None:
    made = system(by_corpus=by_corpus)
    paired_batch(made, items(400, 0), items(400, 1, 3.0))
    assert float(made.standardise[1].mean.mean()) == pytest.approx(level, abs=0.2)
    batch = made.eval().collate(items(2, 2))
    expected = made.encoder((batch["speech"] - made.standardise[1].mean) / made.standardise[1].deviation)
    torch.testing.assert_close(made(batch).embedding, expected)
