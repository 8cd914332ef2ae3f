"""Federated learning is the average that it says it is, and what clients send is clipped and noisy as promised."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.differential_privacy import GaussianMechanism, clipped
from ai4er.training.federated import Federation, Message, average, federate
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE, FEATURES = LABEL_SPACES["common4"], 6
PLAIN = {"hidden": (5,), "dropout": 0.0, "balanced": False, "batch_size": 64, "epochs": 1, "clip": 1e9}


def perceptron(**settings: Any) -> System[Any]:
    kind = system_class("multilayer_perceptron")
    torch.manual_seed(0)
    return kind(kind.config_class(**{**PLAIN, **settings}), SPACE, {"features": (FEATURES,)}, {"features": False})


def client(seed: int, items: int) -> list[Item]:
    """Items whose features have mean 0 and deviation 1, so that every client measures the same statistics."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((items, FEATURES))
    x = ((x - x.mean(0)) / x.std(0)).astype(np.float32)
    labels = np.arange(items) % SPACE.size
    return [Item(Record(f"{seed}-{i}", "c"), {"features": x[i]}, np.int64(labels[i])) for i in range(items)]  # type: ignore[arg-type]


def weights_after(clients: dict[str, list[Item]], settings: dict[str, Any], **more: Any) -> dict[str, torch.Tensor]:
    system = perceptron(**settings)
    federate(system, clients, Federation(**more), seed=3)
    return system.state_dict()


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    assert one.keys() == other.keys()
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-6)


def test_weights_count_by_items() -> None:
    found = average([{"w": torch.tensor(0.0)}, {"w": torch.tensor(4.0)}], [10, 30])
    assert found["w"].item() == 3


def test_counters_are_those_of_the_largest_client() -> None:
    found = average([{"n": torch.tensor(7)}, {"n": torch.tensor(9)}], [10, 30])
    assert found["n"].item() == 9


def test_one_round_of_one_client_is_one_epoch_of_central_training() -> None:
    items = client(0, 24)
    central = perceptron()
    fit(central, {"train": items}, Options(device="cpu"))
    same(weights_after({"only": items}, {}, rounds=1, participation=1.0), central.state_dict())
    assert any((a - b).abs().max() > 1e-4 for a, b in zip(central.parameters(), perceptron().parameters()))


def test_clients_with_the_same_data_agree_with_one_of_them() -> None:
    copies = {name: client(0, 16) for name in "abc"}
    same(weights_after(copies, {}, rounds=3, participation=1.0), weights_after({"a": copies["a"]}, {}, rounds=3))


def test_federated_gradients_are_the_gradient_of_all_data() -> None:
    clients = {"small": client(1, 8), "large": client(2, 40)}
    federated = weights_after(clients, {}, rounds=1, participation=1.0, algorithm="fedsgd", learning_rate=0.5)
    central = perceptron()
    batch = central.collate([item for own in clients.values() for item in own])
    central.train()
    torch.stack(list(central.loss(central(batch), batch).values())).sum().backward()
    for name, weight in central.named_parameters():
        assert weight.grad is not None
        torch.testing.assert_close(federated[name], weight.detach() - 0.5 * weight.grad, rtol=1e-4, atol=1e-5)


def test_a_seed_repeats_and_another_does_not() -> None:
    clients = {name: client(i, 12) for i, name in enumerate("abcd")}
    settings = {"dropout": 0.5, "batch_size": 5}
    one, other = (weights_after(clients, settings, rounds=4, participation=0.5) for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)
    system = perceptron(**settings)
    federate(system, clients, Federation(rounds=4, participation=0.5), seed=4)
    assert not torch.equal(system.state_dict()["output.weight"], one["output.weight"])


def test_messages_are_the_whole_change_of_the_global_weights() -> None:
    clients = {name: client(i, 12) for i, name in enumerate("abcdefghij")}
    heard: list[Message] = []
    system = perceptron()
    federate(system, clients, Federation(rounds=30, participation=0.1), seed=0, observe=heard.append)
    assert [message.round for message in heard] == list(range(30))
    assert len({message.client for message in heard}) > 5
    for name, start in perceptron().named_parameters():
        moved = start.detach() + torch.stack([message.update[name] for message in heard]).sum(0)
        torch.testing.assert_close(system.state_dict()[name], moved, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize(("clients", "wanted"), [(4, 1), (10, 1), (24, 2), (91, 9)])
def test_a_tenth_of_the_clients_and_never_none_take_part(clients: int, wanted: int) -> None:
    assert Federation(participation=0.1).cohort(clients) == wanted


def norm(update: Sequence[torch.Tensor]) -> float:
    return math.sqrt(sum(float(tensor.square().sum()) for tensor in update))


def test_clipping_bounds_the_norm_over_all_weights() -> None:
    long = {"a": torch.full((3, 4), 2.0), "b": torch.arange(5.0)}
    short = clipped(long, 0.25)
    assert norm(list(short.values())) == pytest.approx(0.25, rel=1e-6)
    assert torch.allclose(short["a"] / short["b"][1], long["a"] / long["b"][1])
    assert all(torch.equal(clipped(long, 100.0)[name], long[name]) for name in long)
    assert norm(list(clipped({"a": torch.zeros(3)}, 0.25).values())) == 0


def test_the_noise_halves_when_the_items_or_epsilon_double() -> None:
    one, weaker = GaussianMechanism(epsilon=5), GaussianMechanism(epsilon=10)
    deviation = one.deviation(20, 0.1, 200)
    assert deviation == pytest.approx(2 * 0.25 / 20 * math.sqrt(2 * 0.1 * 200 * math.log(2)) / 5)
    assert one.deviation(40, 0.1, 200) == pytest.approx(deviation / 2)
    assert weaker.deviation(20, 0.1, 200) == pytest.approx(deviation / 2)


def test_every_weight_that_is_sent_is_noisy() -> None:
    sent: list[Message] = []
    federate(
        perceptron(), {"a": client(0, 20)}, Federation(rounds=1), 0, GaussianMechanism(epsilon=0.01), sent.append
    )  # fmt: skip
    deviation = GaussianMechanism(epsilon=0.01).deviation(20, 1.0, 1)
    noise = torch.cat([tensor.flatten() for tensor in sent[0].update.values()])
    assert set(sent[0].update) == {name for name, _ in perceptron().named_parameters()}
    assert noise.std().item() == pytest.approx(deviation, rel=0.25)
    assert all(tensor.abs().min() > 0 for tensor in sent[0].update.values())


def test_what_is_not_trained_by_gradients_cannot_be_federated() -> None:
    kind = system_class("support_vector_machine")
    machine = kind(kind.config_class(), SPACE, {"features": (FEATURES,)}, {"features": False})
    with pytest.raises(Ai4erError, match="support_vector_machine is fitted without gradients"):
        federate(machine, {"a": client(0, 8)}, Federation(), seed=0)


def test_a_federation_without_clients_is_refused() -> None:
    with pytest.raises(Ai4erError, match="one client or more"):
        federate(perceptron(), {}, Federation(), seed=0)
