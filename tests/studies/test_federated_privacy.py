"""The attack finds what is there and nothing else, and sees nothing but the first layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import metric
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.records import Record
from ai4er.studies._federated_runs import Protection, Target
from ai4er.studies._property_inference import (
    Attack,
    ConvolutionalAttacker,
    Eavesdropper,
    Kind,
    Observations,
    directions,
    first_layer,
    train_attacker,
)
from ai4er.studies.base import Desk, run_study
from ai4er.studies.federated_privacy import Config
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.federated import Federation, Message, federate

SHAPE = (24, 16)
SMALL = Attack(channels=(4, 4, 8), hidden=(16,), learning_rate=5e-3, epochs=5)
KINDS: tuple[Kind, ...] = ("directional", "convolutional")


def updates(labels: np.ndarray, leak: float, seed: int) -> Observations:
    """Updates that are gradients of random errors and inputs; the property moves the mean of the first inputs."""
    generator = np.random.default_rng(seed)
    mean = np.zeros((len(labels), SHAPE[0]))
    mean[:, :6] = leak * (2 * labels[:, None] - 1)
    errors = generator.uniform(0.5, 1.5, (len(labels), SHAPE[1])) * np.sign(
        np.random.default_rng(9).normal(size=SHAPE[1])
    )
    weights = np.einsum("ni,no->nio", mean, errors) + generator.normal(size=(len(labels), *SHAPE))
    clients = np.arange(len(labels)).astype(str)
    return Observations(weights.astype(np.float32), errors.astype(np.float32), clients, np.ones(len(labels), int))


def recall(attacker: Any, seen: Observations, labels: np.ndarray) -> float:
    guessed = attacker.guess(seen).argmax(1)
    return float(np.mean([np.mean(guessed[labels == value] == value) for value in (0, 1)]))


def perceptron(features: int = 8, hidden: tuple[int, ...] = (6, 5), seed: int = 0) -> System[Any]:
    kind = system_class("multilayer_perceptron")
    torch.manual_seed(seed)
    config = kind.config_class(hidden=hidden, dropout=0.0, balanced=False, batch_size=8)
    return kind(config, LABEL_SPACES["common4"], {"features": (features,)}, {"features": False})


@pytest.mark.parametrize("kind", KINDS)
def test_it_works_on_a_constructed_leak(kind: Kind) -> None:
    known, hidden = np.arange(160) % 2, np.arange(60) % 2
    attacker = train_attacker(kind, SMALL, updates(known, 1.0, 0), known, 2, seed=0)
    assert recall(attacker, updates(hidden, 1.0, 1), hidden) > 0.9


@pytest.mark.parametrize("kind", KINDS)
def test_where_nothing_leaks_it_is_at_chance(kind: Kind) -> None:
    generator = np.random.default_rng(0)
    known, hidden = generator.integers(0, 2, 160), generator.integers(0, 2, 400)
    attacker = train_attacker(kind, SMALL, updates(known, 0.0, 0), known, 2, seed=0)
    assert abs(recall(attacker, updates(hidden, 0.0, 1), hidden) - 0.5) < 3 * np.sqrt(0.25 / 400)


def federation(shift: float, seed: int) -> tuple[Observations, np.ndarray]:
    """What is heard of six clients, whose property moves half of their features."""
    generator = np.random.default_rng(seed)
    clients = {}
    for name in range(6):
        x = generator.standard_normal((16, 8)).astype(np.float32)
        x[:, :4] += shift * (2 * (name % 2) - 1)
        labels = generator.permutation(np.arange(16) % 4)
        clients[str(name)] = [Item(Record(f"{name}-{i}", "c"), {"features": x[i]}, labels[i]) for i in range(16)]
    system = perceptron(seed=seed)
    ear = Eavesdropper(system, 4, seed)
    federate(system, clients, Federation(rounds=4, participation=1.0), seed, observe=ear.hear)
    seen = ear.observations((1, 4))
    return seen, seen.clients.astype(int) % 2


def test_a_federation_of_other_people_teaches_who_the_clients_are() -> None:
    shadows = [federation(1.0, seed) for seed in range(3)]
    attacker = train_attacker(
        "directional", SMALL, Observations.pool([seen for seen, _ in shadows]), np.concatenate([y for _, y in shadows]),
        2, 0,
    )  # fmt: skip
    seen, labels = federation(1.0, 7)
    assert recall(attacker, seen.of(4), labels[seen.counts == 4]) == 1


def test_the_direction_of_a_plain_gradient_is_the_sign_of_one_clients_input() -> None:
    x, errors = torch.tensor([[2.0, -1.0, 0.5]]), torch.randn(1, 7, generator=torch.Generator().manual_seed(0))
    seen = Observations((x.T @ errors).numpy()[None], errors.numpy(), np.array(["a"]), np.array([1]))
    assert np.allclose(directions(seen), [[1, -1, 1]])


def test_only_the_first_layer_is_heard() -> None:
    system = perceptron()
    weight, bias = first_layer(system)
    generator = torch.Generator().manual_seed(0)
    update = {name: torch.randn(w.shape, generator=generator) for name, w in system.named_parameters()}
    elsewhere = {name: value if name in (weight, bias) else value + 5 for name, value in update.items()}
    heard = []
    for message in (update, elsewhere):
        ear = Eavesdropper(system, 1, 0)
        ear.hear(Message(0, "a", message))
        heard.append(ear.observations((1,)))
    assert np.array_equal(heard[0].weights, heard[1].weights) and np.array_equal(heard[0].biases, heard[1].biases)
    assert heard[0].weights.shape == (1, 8, 6) and heard[0].biases.shape == (1, 6)


def test_updates_of_one_client_are_averaged_before_a_guess() -> None:
    ear = Eavesdropper(perceptron(), 10, 0)
    weight, bias = first_layer(perceptron())
    assert bias is not None
    for number in range(10):
        ear.hear(Message(number, "a", {weight: torch.full((6, 8), float(number)), bias: torch.zeros(6)}))
    found = ear.observations((1, 5, 10))
    assert found.weights[:, 0, 0].tolist() == [*range(10), 2, 7, 4.5]
    assert found.counts.tolist() == [1] * 10 + [5] * 2 + [10]


def test_every_round_is_kept_with_the_same_probability() -> None:
    kept, system = np.zeros(20), perceptron()
    weight, bias = first_layer(system)
    assert bias is not None
    for seed in range(300):
        ear = Eavesdropper(system, 5, seed)
        for number in range(20):
            ear.hear(Message(number, "a", {weight: torch.full((6, 8), float(number)), bias: torch.zeros(6)}))
        kept[ear.observations((1,)).weights[:, 0, 0].astype(int)] += 1
    assert np.abs(kept / 300 - 0.25).max() < 4 * np.sqrt(0.25 * 0.75 / 300)


def test_the_attacker_is_normalised_by_the_shadow_updates_only() -> None:
    labels = np.arange(40) % 2
    shadow = updates(labels, 1.0, 0)
    attacker = train_attacker("convolutional", SMALL, shadow, labels, 2, seed=0)
    assert isinstance(attacker, ConvolutionalAttacker)
    constants = {name: value.clone() for name, value in attacker.state_dict().items()}
    mean = torch.from_numpy(shadow.weights).flatten(1).mean(0)
    torch.testing.assert_close(attacker.standardise_weight.mean, mean, rtol=1e-4, atol=1e-5)
    attacker.guess(updates(labels, 50.0, 3))
    assert all(torch.equal(value, constants[name]) for name, value in attacker.state_dict().items())


def test_the_published_sizes() -> None:
    attacker = ConvolutionalAttacker(Attack(), (988, 256), 256, 2)
    shapes = [tuple(w.shape) for name, w in attacker.named_parameters() if w.dim() > 1]
    assert shapes[:3] == [(16, 1, 5, 5), (32, 16, 5, 5), (64, 32, 5, 5)]
    assert shapes[3:] == [(256, 64 * 16 + 256), (128, 256), (2, 128)]


@pytest.mark.parametrize("shape", [(1, 1), (39, 39), (5, 300)])
def test_any_first_layer_can_be_attacked(shape: tuple[int, int]) -> None:
    attacker = ConvolutionalAttacker(SMALL, shape, 0, 3).eval()
    guess = attacker(torch.randn(2, *shape), torch.zeros(2, 0)).exp()
    assert guess.shape == (2, 3) and torch.allclose(guess.sum(1), torch.ones(2))


def test_protections_have_names_that_say_what_they_do() -> None:
    assert [one.name for one in (Protection(), Protection(10), Protection(None, 0.5), Protection(50, 1))] == [
        "none", "G 10", "S 0.5", "G 50 + S 1",
    ]  # fmt: skip


def test_results_are_read_back(tmp_path: Path) -> None:
    space = LabelSpace(name="gender", kind="single", names=("female", "male"))
    found = Predictions(np.array(["a", "b"]), np.array([0, 1]), np.eye(2), space)
    Target(found, {("directional", 10): found}).save(tmp_path)
    target = Target.load(tmp_path)
    assert metric("ua")(target.guesses["directional", 10]) == 1 and len(target.emotion) == 2


def test_an_attribute_that_no_corpus_tells_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="does not say the height of every speaker"):
        run_study("federated_privacy", Desk(tmp_path / "study"), {"attribute": "height"}, small=True)


def test_the_defaults_are_told_on_the_page_of_a_trial(tmp_path: Path) -> None:
    page = run_study("federated_privacy", Desk(tmp_path / "study"), small=True)[1].read_text()
    small = Config.small()
    for protection in (one for family in small.protections.values() for one in family):
        assert page.count(f"| {protection.name} |") == len(small.corpora) + 1
    assert "directional attack UA, 3 updates" in page and "every message seen" in page
    assert (tmp_path / "study" / "trade-off-multilayer_perceptron.png").stat().st_size > 10_000
