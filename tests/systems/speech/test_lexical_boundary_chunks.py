"""Faithfulness of lexical_boundary_chunks to its sheet: strategies, the shared encoder, aggregators, sizes, loss."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.lexical_boundary_chunks import Config, LexicalBoundaryChunks, Network

SPACE = LabelSpace(name="arousal", kind="dimensions", names=("arousal",), low=1, high=7, source="made")
AGGREGATIONS = ("mean", "gated", "recurrent", "self_attention")


def system(space: LabelSpace = SPACE, **changes: Any) -> LexicalBoundaryChunks:
    torch.manual_seed(0)
    config = Config.small().override({"frame_seconds": 1, "window": 10, "dropout": 0, **changes})
    return LexicalBoundaryChunks(config, space, {"speech": (5,), "words": (2,)}, {"speech": True, "words": True})


def item(frames: int, words: list[list[float]], value: float | None = 4.0) -> Item:
    x = np.random.default_rng(frames).standard_normal((frames, 5)).astype(np.float32)
    target = None if value is None else np.array([value], np.float32)
    return Item(Record(id=str(frames), corpus="made"), {"speech": x, "words": np.array(words, np.float32)}, target)


UNEVEN = np.array([[0.0, 6.0], [8.0, 10.0], [60.0, 90.0]])


@pytest.mark.parametrize(
    ("aggregation", "descriptors", "states"),
    [("mean", 289_901, 754_781), ("gated", 290_032, 754_912), ("recurrent", 374_661, 839_541),
     ("self_attention", 893_199, 1_358_079)],
)  # fmt: skip
def test_the_published_sizes(aggregation: str, descriptors: int, states: int) -> None:
    config = Config().override({"aggregation": aggregation})
    assert parameter_count(Network(config, 130)) == descriptors
    assert parameter_count(Network(config, 1024)) == states


def test_the_strategies_follow_words_or_time() -> None:
    numbers = {s: len(system(strategy=s, count=5).bounds(100, UNEVEN)) for s in
               ("spread_fixed", "spread_words", "centred", "words", "parts", "word_groups")}  # fmt: skip
    assert numbers == {"spread_fixed": 5, "spread_words": 3, "centred": 3, "words": 3, "parts": 5, "word_groups": 3}
    spread, centred = (system(strategy=s).bounds(100, UNEVEN) for s in ("spread_words", "centred"))
    assert (spread != centred).any()


def test_in_the_spread_strategy_only_the_number_of_words_counts() -> None:
    moved = UNEVEN[:, :] * 0.7 + 5
    for strategy, same in (("spread_words", True), ("centred", False)):
        whole = system(strategy=strategy)
        assert np.array_equal(whole.bounds(100, UNEVEN), whole.bounds(100, moved)) == same


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_the_order_of_chunks_counts_for_the_recurrent_aggregator_only(aggregation: str) -> None:
    torch.manual_seed(0)
    network = Network(Config.small().override({"aggregation": aggregation}), 5).eval()
    chunks, lengths, counts = torch.randn(4, 6, 5), torch.tensor([6, 3, 5, 6]), torch.tensor([4])
    turned = torch.tensor([2, 0, 3, 1])
    vectors = network.encoded(chunks, lengths)
    torch.testing.assert_close(network.encoded(chunks[turned], lengths[turned]), vectors[turned])
    same = torch.allclose(network(chunks[turned], lengths[turned], counts)[0], network(chunks, lengths, counts)[0],
                          atol=1e-6)  # fmt: skip
    assert same == (aggregation != "recurrent")


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_chunks_of_longer_neighbours_change_nothing(aggregation: str) -> None:
    whole = system(aggregation=aggregation).eval()
    short, long = item(40, [[0, 5], [20, 30]]), item(90, [[10 * i, 10 * i + 5] for i in range(9)])
    together = whole(whole.collate([short, long])).values
    torch.testing.assert_close(together[:1], whole(whole.collate([short])).values)


def test_padded_chunks_get_no_attention_and_the_rest_is_a_softmax() -> None:
    network = Network(Config.small(), 5)
    attention: Any = network.aggregator
    e, mask = torch.randn(2, 4, 16), torch.tensor([[True] * 4, [True, True, False, False]])
    last = e[torch.arange(2), mask.sum(1) - 1]
    weights = attention.weights(e, last, mask)
    assert not weights[1, 2:].any()
    scores = e[1, :2] @ attention.score.weight.T @ last[1]
    torch.testing.assert_close(weights[1, :2], scores.softmax(0))


def test_attention_over_chunks_reaches_from_each_to_the_others() -> None:
    torch.manual_seed(0)
    made: Any = Network(Config.small().override({"aggregation": "self_attention"}), 5).aggregator
    c = torch.randn(1, 3, 16, requires_grad=True)
    state = made.eval().layer(c)
    (gradient,) = torch.autograd.grad(state[0, 0].square().sum(), c)
    assert gradient.abs().sum(-1).gt(0).all()


def test_labels_are_standardised_for_the_loss_and_answers_are_on_their_scale() -> None:
    whole = system().eval()
    units = [item(30 + i, [[0, 10]], value) for i, value in enumerate((2.0, 3.0, 7.0, 4.0))]
    whole.measure(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    torch.testing.assert_close(whole.labels.mean, torch.tensor([4.0]))
    batch = whole.collate(units)
    outputs = whole(batch)
    standard = outputs.extras["standard"]
    torch.testing.assert_close(outputs.values, standard * np.std([2, 3, 7, 4]) + 4)
    x, y = outputs.values, batch.targets
    covariance = ((x - x.mean()) * (y - y.mean())).mean()
    wanted = 1 - 2 * covariance / (x.var(correction=0) + y.var(correction=0) + (x.mean() - y.mean()).square())
    torch.testing.assert_close(whole.loss(outputs, batch)["arousal"], wanted, atol=1e-5, rtol=1e-5)


def test_every_attribute_has_a_network_of_its_own() -> None:
    space = SPACE.override({"names": ("arousal", "valence")})
    whole = system(space)
    units = [dataclasses.replace(item(30 + i, [[0, 10]]), target=np.array([i, -i * i], np.float32)) for i in range(4)]
    batch = whole.collate(units)
    whole.loss(whole(batch), batch)["arousal"].backward()
    learnt = {
        name.split(".")[1]
        for name, p in whole.networks.named_parameters(prefix="n")
        if p.grad is not None and p.grad.any()
    }
    assert learnt == {"0"}


def test_extreme_and_undefined_frames_are_bounded() -> None:
    whole, one = system().eval(), item(30, [[0, 10]])
    changed = one.inputs["speech"].copy()  # type: ignore[union-attr]
    changed[4], changed[5] = 1e6, np.nan
    bounded = changed.copy()
    bounded[4], bounded[5] = 3, 0
    found = [whole(whole.collate([dataclasses.replace(one, inputs={**one.inputs, "speech": x})])).values
             for x in (changed, bounded)]  # fmt: skip
    assert torch.equal(*found)


def test_inputs_of_the_wrong_shape_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"\(words, 2\) seconds"):
        LexicalBoundaryChunks(Config.small(), SPACE, {"speech": (5,), "words": (3,)}, {"speech": True, "words": True})
