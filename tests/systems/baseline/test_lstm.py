"""The answer is made of the mean state of both directions, and hears the order of the frames."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.systems.base import StageData
from ai4er.systems.baseline.lstm import Config, LongShortTermMemory
from tests.systems.baseline.test_hidden_markov_model import SPACE, items


def network() -> LongShortTermMemory:
    torch.manual_seed(0)
    made = LongShortTermMemory(Config(units=6, dropout=0.0), SPACE, {"frames": (2,)}, {"frames": True})
    made.prepare(StageData({"train": items(20)}, made.collate, 0, torch.device("cpu")))
    return made


def test_it_is_the_mean_of_the_states_of_a_plain_lstm() -> None:
    made = network().eval()
    for item in items(3, seed=4):
        batch = made.collate([item])
        states, _ = made.recurrence.lstm(made.frames(batch).data)
        torch.testing.assert_close(made(batch).logits, made.output(states.mean(1)))


def test_it_learns_what_only_the_order_of_the_frames_tells() -> None:
    made, train, test = network(), items(60), items(20, seed=1)
    optimiser = torch.optim.Adam(made.parameters(), 0.03)
    for _ in range(30):
        batch = made.collate(train)
        loss = made.loss(made(batch), batch)["cross_entropy"]
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = made.eval()(made.collate(test)).logits.argmax(1).numpy()
    assert (found == np.array([int(item.target) for item in test])).mean() > 0.9  # type: ignore[arg-type]
