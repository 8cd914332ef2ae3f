"""Convolutions, then states in both directions, then a mean weighed by learned attention."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.baseline.convolutional_recurrent_network import Config, ConvolutionalRecurrentNetwork
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]


def network() -> ConvolutionalRecurrentNetwork:
    torch.manual_seed(0)
    config = Config(channels=(3, 4), units=5)
    return ConvolutionalRecurrentNetwork(config, SPACE, {"frames": (10,)}, {"frames": True}).eval()


def item(seed: int, frames: int) -> Item:
    x = np.random.default_rng(seed).standard_normal((frames, 10)).astype(np.float32)
    return Item(Record(id=str(seed), corpus="made"), {"frames": x})


def test_the_answer_is_the_weighed_mean_of_the_states() -> None:
    made = network()
    batch = made.collate([item(0, 18)])
    frames = made.frames(batch)
    x, mask = made.convolutions(frames.data, frames.mask)
    states = made.recurrence(x, mask.sum(1))
    weights = (states @ made.attention.score.weight.T).softmax(1)
    assert states.shape == (1, 5, 10)
    torch.testing.assert_close(made(batch).logits, made.output((weights * states).sum(1)))


def test_attention_never_falls_on_padding() -> None:
    made = network()
    with torch.no_grad():
        made.attention.score.weight.fill_(50.0)
    alone, together = made.collate([item(0, 7)]), made.collate([item(0, 7), item(1, 60)])
    torch.testing.assert_close(made(alone).logits[0], made(together).logits[0])


def test_the_order_of_the_frames_counts() -> None:
    made, one = network(), item(0, 24)
    turned = Item(one.record, {"frames": one.inputs["frames"][::-1].copy()})  # type: ignore[index]
    assert not torch.allclose(made(made.collate([one])).logits, made(made.collate([turned])).logits, atol=1e-4)
