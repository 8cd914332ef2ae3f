"""A pattern counts wherever it stands, and the answer is that of plain convolutions."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.baseline.convolutional_network import Config, ConvolutionalNetwork
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]


def network() -> ConvolutionalNetwork:
    torch.manual_seed(0)
    return ConvolutionalNetwork(Config(channels=(3, 4)), SPACE, {"frames": (10,)}, {"frames": True}).eval()


def item(x: np.ndarray) -> Item:
    return Item(Record(id="x", corpus="made"), {"frames": x.astype(np.float32)})


def test_it_is_convolutions_maxima_and_a_mean_over_time() -> None:
    made, x = network(), np.random.default_rng(0).standard_normal((9, 10))
    found = torch.from_numpy(x).float()[None, None]
    for block in made.convolutions:
        convolution, norm = block.convolution, block.norm
        assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm1d)
        image = convolution(found)
        scaled = norm(image.flatten(2)).view_as(image)
        found = functional.max_pool2d(scaled.relu(), 2, ceil_mode=True)
    vector = found.mean(2).flatten(1)
    torch.testing.assert_close(made(made.collate([item(x)])).logits, made.output(vector))


def test_a_pattern_counts_the_same_wherever_it_stands() -> None:
    made, answers = network(), []
    for place in (8, 16, 20):  # two blocks halve time twice, so by multiples of four
        x = np.zeros((40, 10))
        x[place : place + 3, 2:5] = 3
        answers.append(made(made.collate([item(x)])).logits)
    torch.testing.assert_close(answers[0], answers[1])
    torch.testing.assert_close(answers[0], answers[2])
    assert not torch.allclose(answers[0], made(made.collate([item(np.zeros((40, 10)))])).logits)
