"""The answer is that of two plain layers on standardised features, and vectors of any scale are told apart."""

from __future__ import annotations

import torch

from ai4er.systems.baseline.multilayer_perceptron import Config, MultilayerPerceptron
from ai4er.training.fit import fit
from ai4er.training.options import Options
from tests.systems.baseline._vectors import FEATURES, SPACE, items

TRAIN, VALID, TEST = items(160), items(40, seed=1), items(60, seed=2)


def perceptron(**settings: object) -> MultilayerPerceptron:
    torch.manual_seed(0)
    config = Config().override({"hidden": [16, 8], **settings})
    return MultilayerPerceptron(config, SPACE, {"features": (FEATURES,)}, {"features": False})


def test_it_is_two_hidden_layers_with_relu() -> None:
    made = perceptron().eval()
    batch = made.collate(TEST)
    x = made.vectors(batch)
    first, second = (part for part in made.hidden.modules() if isinstance(part, torch.nn.Linear))
    vector = second(first(x).relu()).relu()
    torch.testing.assert_close(made(batch).logits, made.output(vector))
    torch.testing.assert_close(made(batch).embedding, vector)


def test_it_tells_the_classes_whatever_the_scale_of_a_feature() -> None:
    made = perceptron(epochs=12, learning_rate=1e-2, dropout=0.1)
    fit(made, {"train": TRAIN, "valid": VALID}, Options(device="cpu"))
    found = made(made.collate(TEST)).logits.argmax(1)
    assert (found == torch.tensor([int(item.target) for item in TEST])).float().mean() > 0.7  # type: ignore[arg-type]
