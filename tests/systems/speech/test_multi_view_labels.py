"""Faithfulness of multi_view_labels to its sheet: views, widths, masks and gradients, the probe, the backbones."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record
from ai4er.systems.base import parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.multi_view_labels import Config, MultiViewLabels

FIVE = LabelSpace(name="five", kind="single", names=Config().emotions, source="made")
SENTIMENT, VAD = label_space("meld3"), label_space("valence_arousal_dominance_1_7")
CONFIGURATIONS = {
    ("dimensions",): (VAD, 3), ("sentiment",): (SENTIMENT, 3), ("emotion",): (FIVE, 5),
    ("dimensions", "sentiment"): (VAD, 6), ("dimensions", "emotion"): (FIVE, 8), ("sentiment", "emotion"): (FIVE, 8),
    ("dimensions", "sentiment", "emotion"): (FIVE, 11),
}  # fmt: skip


def system(space: LabelSpace = FIVE, shape: tuple[int, ...] = (6,), **changes: Any) -> MultiViewLabels:
    torch.manual_seed(0)
    given = {"dropout": 0.0, "hidden": 16, **changes}
    return MultiViewLabels(Config(**given), space, {"speech": shape}, {"speech": True})


def items(number: int = 6, dimensions: bool = True, **own: Any) -> list[Item]:
    generator = np.random.default_rng(0)
    found = []
    for i in range(number):
        values = dict(zip(("valence", "arousal", "dominance"), generator.uniform(1, 7, 3).tolist()))
        fields = {"label": FIVE.names[i % 5], "dimensions": values if dimensions else {}, **own}
        record = Record(id=str(i), corpus="made", **fields)
        x = generator.standard_normal((7 + i, 6)).astype(np.float32)
        found.append(Item(record, {"speech": x}, FIVE.target(record)))
    return found


def gradients(whole: MultiViewLabels, batch: Batch) -> torch.Tensor:
    """The gradient at the output layer, (width, hidden)."""
    whole.zero_grad()
    torch.stack(list(whole.loss(whole(batch), batch).values())).sum().backward()
    assert whole.output.weight.grad is not None
    return whole.output.weight.grad.clone()


@pytest.mark.parametrize("views", CONFIGURATIONS)
def test_the_output_layer_has_the_width_of_its_views_and_nothing_else_depends_on_them(views: tuple[str, ...]) -> None:
    space, width = CONFIGURATIONS[views]
    whole = system(space, views=views)
    assert whole.output.out_features == width
    assert parameter_count(whole) - parameter_count(whole.output) == parameter_count(system().shared)


def test_a_batch_without_dimensions_leaves_their_rows_alone() -> None:
    whole = system()
    found = gradients(whole, whole.collate(items(dimensions=False)))
    assert not found[:3].any() and found[3:].any(1).all()


def test_dimensions_reach_the_shared_layer_only_where_they_are_a_view() -> None:
    def shared(views: tuple[str, ...], given: list[Item], **changes: Any) -> torch.Tensor:
        whole = system(views=views, **changes)
        gradients(whole, whole.collate(given))
        gradient = whole.shared[0].weight.grad
        assert gradient is not None
        return gradient

    plain, other = items(), items(dimensions=False)
    assert torch.equal(shared(("emotion",), plain), shared(("emotion",), other))
    both = ("dimensions", "emotion")
    assert not torch.allclose(shared(both, plain), shared(both, plain, dimension_weight=3.0))


def test_the_terms_are_those_of_the_known_items() -> None:
    whole, given = system(), items()
    given[0] = dataclasses.replace(given[0], record=given[0].record.replace(label=None, dimensions={}))
    batch = whole.collate(given)
    outputs = whole(batch)
    views = outputs.extras["views"]
    terms = whole.loss(outputs, batch)
    labels = torch.tensor([FIVE.index(str(i.record.label)) for i in given[1:]])
    torch.testing.assert_close(terms["emotion"], nn.functional.cross_entropy(views["emotion"][1:], labels))
    true = torch.tensor([[(i.record.dimensions[n] - 1) / 6 for n in whole.names["dimensions"]] for i in given[1:]])
    predicted = views["dimensions"][1:]
    covariance = ((predicted - predicted.mean(0)) * (true - true.mean(0))).mean(0)
    below = predicted.var(0, correction=0) + true.var(0, correction=0) + (predicted.mean(0) - true.mean(0)).square()
    torch.testing.assert_close(terms["dimensions"], 1 - (2 * covariance / below).mean())


def test_dimensions_are_answered_on_their_own_scale() -> None:
    whole = system(VAD, views=("dimensions", "emotion"))
    outputs = whole(whole.collate(items()))
    torch.testing.assert_close(outputs.values, 1 + 6 * outputs.extras["views"]["dimensions"])


def sentiments(whole: MultiViewLabels, *records: Record) -> list[str]:
    return [whole._sentiment(record) or "" for record in records]


def test_sentiment_follows_the_category_or_valence() -> None:
    labelled = [Record(id=name, corpus="made", label=name) for name in ("happiness", "fear", "neutral", "surprise")]
    assert sentiments(system(), *labelled) == ["positive", "negative", "neutral", ""]
    rated = [Record(id=str(v), corpus="made", dimensions={"valence": v}) for v in (3.4, 3.6, 4.4, 4.6)]
    found = sentiments(system(sentiment_from="valence"), *rated, Record(id="none", corpus="made"))
    assert found == ["negative", "neutral", "neutral", "positive", ""]


def test_the_probe_hears_nothing_and_finds_a_category_that_follows_from_the_dimensions() -> None:
    space = LabelSpace(name="four", kind="single", names=("a", "b", "c", "d"), source="made")
    whole = system(space, model="probe", views=("emotion",), probe_hidden=64)
    generator = np.random.default_rng(0)
    values = generator.uniform(1, 7, (600, 3))
    places = (values[:, 0] > 4) * 2 + (values[:, 1] > 4)
    given = [
        Item(
            Record(id=str(i), corpus="made", label=space.names[place],
                   dimensions=dict(zip(("valence", "arousal", "dominance"), row.tolist()))),
            {"speech": generator.standard_normal((3, 6)).astype(np.float32)},
        )
        for i, (row, place) in enumerate(zip(values, places))
    ]  # fmt: skip
    batch = whole.collate(given)
    optimiser = torch.optim.Adam(whole.parameters(), 0.05)
    for _ in range(150):
        optimiser.zero_grad()
        whole.loss(whole(batch), batch)["emotion"].backward()
        optimiser.step()
    logits = whole(batch).logits
    assert (logits.argmax(1).numpy() == places).mean() > 0.95
    silent = [dataclasses.replace(one, inputs={"speech": np.zeros((3, 6), np.float32)}) for one in given]
    assert torch.equal(whole(whole.collate(silent)).logits, logits)
    with pytest.raises(Ai4erError, match="needs the dimensions"):
        whole(whole.collate(items(dimensions=False)))


def test_another_backbone_changes_nothing_behind_it() -> None:
    speech = system(shape=(), encoder="tiny")
    tagging = system(shape=(), backbone="cnn14", channels=(4, 4, 8))
    tails = [
        {name: tuple(p.shape) for name, p in made.named_parameters() if not name.startswith(("backbone", "shared.0"))}
        for made in (speech, tagging)
    ]
    assert tails[0] == tails[1]
    batch = speech.collate([dataclasses.replace(one, inputs={"speech": np.ones(6000, np.float32)}) for one in items()])
    assert tagging(batch).logits.shape == speech(batch).logits.shape == (6, 5)
    assert tagging.backbone.size == 8 and speech.backbone.size == 32


def test_the_selection_is_the_mean_of_accuracy_and_concordance() -> None:
    whole, given = system(views=("dimensions", "emotion")).eval(), items()
    batches = [whole.collate(given[:4]), whole.collate(given[4:])]
    both = whole.collate(given)
    views = whole(both).extras["views"]
    accuracy = float((views["emotion"].argmax(1) == both.extras["views"]["emotion"]).float().mean())
    agreed = 1 - float(whole.loss(whole(both), both)["dimensions"])
    assert whole.agreement(batches) == pytest.approx((accuracy + agreed) / 2, abs=1e-5)


def test_a_space_that_is_no_view_is_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match="the view 'emotion'"):
        system(FIVE, views=("dimensions",))
    with pytest.raises(Ai4erError, match="must be a waveform"):
        system(FIVE, backbone="cnn14")
