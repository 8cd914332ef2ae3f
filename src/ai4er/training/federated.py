"""Federated learning: clients train on their own data, a server averages what they send.

    federate(system, {"alice": units, "bob": units}, Federation(rounds=50), seed=0)

Federated averaging and federated stochastic gradient descent: McMahan et al., "Communication-efficient learning of
deep networks from decentralized data", AISTATS 2017.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pydantic
import torch
from torch import Tensor

from ai4er.config import Configuration
from ai4er.errors import Ai4erError
from ai4er.prediction.items import Unit, check_complete, flatten
from ai4er.systems.base import Optimisation, Stage, StageData, System
from ai4er.training.differential_privacy import GaussianMechanism
from ai4er.training.epochs import derived_seed, epoch_batches

State = dict[str, Tensor]


class Federation(Configuration):
    """How many rounds there are, who takes part, and what a client does in one.

    `participation` is the share of the clients that are drawn for a round (at least one). With `fedavg` a client trains
    for `local_epochs` with the optimiser and the batches of the system's own stage, begun anew in every round; with
    `fedsgd` it sends one gradient of all its data, and the server takes a step of `learning_rate` along the mean.
    """

    rounds: int = pydantic.Field(200, ge=1)
    participation: float = pydantic.Field(0.1, gt=0, le=1)
    algorithm: Literal["fedavg", "fedsgd"] = "fedavg"
    local_epochs: int = pydantic.Field(1, ge=1)
    learning_rate: float = pydantic.Field(0.1, gt=0)

    def cohort(self, clients: int) -> int:
        """How many of so many clients take part in a round."""
        return max(1, round(self.participation * clients))


@dataclass(frozen=True)
class Message:
    """What one client sends in one round: the change of every trained weight against the global weights before it."""

    round: int
    client: str
    update: State


def federate(
    system: System,
    clients: Mapping[str, Sequence[Unit]],
    federation: Federation,
    seed: int,
    mechanism: GaussianMechanism | None = None,
    observe: Callable[[Message], None] = lambda message: None,
) -> None:
    """Train a system on the units of every client; it ends with the global weights of the last round.

    `mechanism` is applied by the clients before they send, and `observe` sees every message as the server does.
    Weights count by the number of items of their client. Only trained weights are protected: buffers (the running
    statistics of batch normalisation) are averaged as they are. A stage's preparation is done by every client on its
    own data, and the results are averaged before the first round.
    Raises `Ai4erError` without clients, and for systems that are not trained in one stage on the training data.
    """
    stage = _stage(system)
    if not clients or not all(clients.values()):
        raise Ai4erError("federated learning needs one client or more, each with training data")
    for units in clients.values():
        check_complete(system, flatten(units))
    names = sorted(clients)
    counts = [len(flatten(clients[name])) for name in names]
    cohort = federation.cohort(len(names))
    weights = _prepared(system, stage, [clients[name] for name in names], counts, seed)
    for number in range(federation.rounds):
        chosen = np.sort(np.random.default_rng([seed, number]).choice(len(names), cohort, replace=False))
        sent = []
        for i in chosen:
            system.load_state_dict(weights)
            torch.manual_seed(derived_seed(seed, number, int(i)))
            generator = np.random.default_rng([seed, number, int(i), 1])
            _train(system, _local(system, stage, federation), clients[names[i]], generator)
            update = {name: weight.detach() - weights[name] for name, weight in system.named_parameters()}
            if mechanism is not None:
                deviation = mechanism.deviation(counts[i], cohort / len(names), federation.rounds)
                noise = torch.Generator().manual_seed(derived_seed(seed, number, int(i), 1))
                update = mechanism.protect(update, deviation, noise)
            observe(Message(number, names[i], update))
            sent.append({**_copied(system), **{name: weights[name] + change for name, change in update.items()}})
        weights = average(sent, [counts[i] for i in chosen])
    system.load_state_dict(weights)
    system.eval()


def average(states: Sequence[Mapping[str, Tensor]], counts: Sequence[int]) -> State:
    """sum_k (n_k / n) w_k of every tensor, n_k being the count of client k; of whole numbers, those of the largest."""
    shares = [count / sum(counts) for count in counts]
    largest = states[int(np.argmax(counts))]
    return {
        name: torch.stack([share * state[name] for share, state in zip(shares, states)]).sum(0)
        if tensor.is_floating_point()
        else tensor
        for name, tensor in largest.items()
    }


def _stage(system: System) -> Stage:
    stages = system.stages()
    if not stages:
        raise Ai4erError(
            f"{system.slug()} is fitted without gradients, and federated learning averages trained weights: "
            "take a system that is trained in epochs"
        )
    if len(stages) > 1 or stages[0].role != "train":
        raise Ai4erError(
            f"{system.slug()} is trained in the stages {', '.join(stage.name for stage in stages)}; federated learning "
            "knows one, on training data: take another system"
        )
    return stages[0]


def _local(system: System, stage: Stage, federation: Federation) -> Stage:
    """What a client does in one round, as a stage."""
    if federation.algorithm == "fedavg":
        return dataclasses.replace(stage, epochs=federation.local_epochs)
    whole = Optimisation(torch.optim.SGD(system.parameters(), federation.learning_rate))
    return Stage(stage.name, 1, np.iinfo(np.int64).max, lambda steps: [whole], stage.loss)


def _train(system: System, stage: Stage, units: Sequence[Unit], generator: np.random.Generator) -> None:
    """The steps of one client in one round."""
    steps = len(epoch_batches(units, stage, np.random.default_rng(0)))
    if not steps:
        raise Ai4erError(f"a client's {len(units)} items make no batch of {stage.batch_size}: set a smaller batch_size")
    found = stage.optimise(steps * stage.epochs)
    system.train()
    for _ in range(stage.epochs):
        for positions in epoch_batches(units, stage, generator):
            batch = system.collate(system.transform([units[i] for i in positions], units, generator))
            system.step(batch, stage, [one.optimiser for one in found], Tensor.backward)
            for one in found:
                if one.schedule is not None and one.every == "step":
                    one.schedule.step()
        for one in found:
            if one.schedule is not None and one.every == "epoch":
                one.schedule.step()


def _prepared(
    system: System, stage: Stage, clients: Sequence[Sequence[Unit]], counts: Sequence[int], seed: int
) -> State:
    """The first global weights."""
    start = _copied(system)
    if stage.before is None:
        return start
    states = []
    for units in clients:
        system.load_state_dict(start)
        torch.manual_seed(seed)
        getattr(system, stage.before)(StageData({"train": units}, system.collate, seed, torch.device("cpu")))
        states.append(_copied(system))
    return average(states, counts)


def _copied(system: System) -> State:
    return {name: tensor.detach().clone() for name, tensor in system.state_dict().items()}
