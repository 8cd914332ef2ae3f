"""A turn is read with those before it, or on both sides of it, or alone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.baseline.contextual_lstm import Config, ContextualLSTM
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["meld7"]
FEATURES = 5


def dialogue(name: str, turns: int) -> list[Item]:
    generator = np.random.default_rng([len(name), turns])
    return [
        Item(
            Record(id=f"{name}{turn}", corpus="c", dialogue=name, turn=turn),
            {"text": generator.normal(3, 2, FEATURES).astype(np.float32)},
            np.int64(turn % SPACE.size),
        )
        for turn in range(turns)
    ]


def system(**changes: object) -> ContextualLSTM:
    torch.manual_seed(0)
    made = ContextualLSTM(Config(hidden=8, **changes), SPACE, {"text": (FEATURES,)}, {"text": False})  # type: ignore[arg-type]
    made.measure(StageData({"train": [dialogue("a", 6), dialogue("bb", 3)]}, made.collate, 0, torch.device("cpu")))
    return made.eval()


@pytest.mark.parametrize(("context", "reads"), [("both", [0, 1, 2, 3]), ("past", [0, 1, 2]), (None, [2])])
def test_the_third_turn_reads(context: str | None, reads: list[int]) -> None:
    made, given = system(context=context), dialogue("a", 4)
    batch = made.collate([given])
    x = batch["text"].requires_grad_()
    made(batch).logits[0, 2].sum().backward()
    assert x.grad is not None and x.grad[0].abs().sum(1).nonzero().flatten().tolist() == reads


def test_both_directions_begin_at_the_real_end_of_a_dialogue() -> None:
    made, short = system(), dialogue("a", 3)
    alone = made(made.collate([short])).logits[0]
    beside = made(made.collate([short, dialogue("bb", 9)])).logits[0, :3]
    torch.testing.assert_close(alone, beside)


def test_without_context_it_is_the_same_network_less_the_states() -> None:
    whole, alone = system(), system(context=None)
    missing, unexpected = alone.load_state_dict(whole.state_dict(), strict=False)
    assert not missing and {name.split(".")[0] for name in unexpected} == {"recurrence", "around"}
    batch = whole.collate([dialogue("a", 4)])
    with torch.no_grad():
        whole.around.weight.zero_()
        whole.around.bias.zero_()
        torch.testing.assert_close(whole(batch).logits, alone(batch).logits)


def test_statistics_are_those_of_the_real_turns() -> None:
    x = np.stack([item.inputs["text"] for item in (*dialogue("a", 6), *dialogue("bb", 3))])  # type: ignore[misc]
    made = system()
    torch.testing.assert_close(made.standardise.mean, torch.from_numpy(x.mean(0)))
    torch.testing.assert_close(made.standardise.deviation, torch.from_numpy(x.std(0)))


def test_an_unlabelled_turn_counts_nothing() -> None:
    made = system(smoothing=0.2)
    with_it, without = dialogue("a", 4), dialogue("a", 4)
    without[3] = Item(without[3].record, without[3].inputs, None)
    batch, less = made.collate([with_it]), made.collate([without])
    logits = made(batch).logits[0].log_softmax(1)
    each = -0.8 * logits[range(4), range(4)] - 0.2 * logits.mean(1)
    torch.testing.assert_close(made.loss(made(batch), batch)["cross_entropy"], each.mean())
    torch.testing.assert_close(made.loss(made(less), less)["cross_entropy"], each[:3].mean())


def test_votes_of_one_class_cost_what_its_label_costs_and_no_vote_costs_nothing() -> None:
    one, given = system(), [dialogue("a", 4), dialogue("bb", 3)]
    shares = LabelSpace(name="shares", kind="distribution", names=SPACE.names)
    other = ContextualLSTM(one.config, shares, one.shapes, one.timed).eval()
    other.load_state_dict(one.state_dict())
    voted = [[replace(item, target=np.eye(SPACE.size, dtype=np.float32)[item.target]) for item in d] for d in given]
    for dialogues in (given, voted):
        dialogues[0][1] = replace(dialogues[0][1], target=None)
    batch, votes = one.collate(given), other.collate(voted)
    torch.testing.assert_close(other.loss(other(votes), votes), one.loss(one(batch), batch))


def test_frames_are_refused() -> None:
    with pytest.raises(Ai4erError, match="contextual_lstm: input 'text' is absent"):
        ContextualLSTM(Config(), SPACE, {"text": (FEATURES,)}, {"text": True})
