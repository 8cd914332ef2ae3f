"""Heterogeneous features: every view its own encoder, tokens of one size, and a gate that can do without a view."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from ai4er.labels import LABEL_SPACES
from ai4er.systems.batch import Batch, Padded
from ai4er.systems.speech.heterogeneous_features import VIEWS, Config, GatedFusion, HeterogeneousFeatures, Network

SHAPES = {"mfcc": (13,), "image": (16,), "speech": (24,)}
ALL = torch.ones(2, 3, dtype=torch.bool)


def network(**changes: Any) -> Network:
    torch.manual_seed(0)
    return Network(Config(**{"channels": (8, 8), "recurrent_units": 8} | changes), SHAPES, 4).eval()


def views(frames: int = 40, batch: int = 2) -> dict[str, Padded]:
    generator = torch.Generator().manual_seed(1)
    return {
        name: Padded(torch.randn(batch, frames, *shape, generator=generator), torch.full((batch,), frames))
        for name, shape in SHAPES.items()
    }


def test_the_encoders_are_of_different_kinds_and_share_nothing() -> None:
    made = network()
    names = [{name for name, _ in encoder.named_parameters()} for encoder in made.encoders.values()]
    assert not names[0] & names[1] and not names[1] & names[2] and not names[0] & names[2]
    owned = [{id(p) for p in encoder.parameters()} for encoder in made.encoders.values()]
    assert len(set.union(*owned)) == sum(map(len, owned))


def test_tokens_have_one_size_whatever_the_view_and_do_not_know_each_other() -> None:
    made, given = network(), views()
    before = made.tokens(given)
    assert before.shape == (2, 3, 128)
    longer = {**given, "image": views(60)["image"]}
    after = made.tokens(longer)
    assert torch.equal(after[:, [0, 2]], before[:, [0, 2]]) and not torch.allclose(after[:, 1], before[:, 1])


def test_gates_are_of_each_utterance_and_sum_to_one() -> None:
    _, _, gates, _ = network()(views(), ALL)
    torch.testing.assert_close(gates.sum(1), torch.ones(2))
    assert not torch.allclose(gates[0], gates[1])


def test_equal_tokens_have_equal_gates() -> None:
    torch.manual_seed(0)
    fusion, token = GatedFusion(16, 4, 32, 0.1).eval(), torch.randn(1, 1, 16)
    torch.testing.assert_close(fusion(token.expand(1, 3, 16), ALL[:1])[1], torch.full((1, 3), 1 / 3))


def test_the_gate_is_the_softmax_of_its_scores() -> None:
    torch.manual_seed(0)
    fusion, tokens = GatedFusion(16, 4, 32, 0.1).eval(), torch.randn(2, 3, 16)
    z = fusion.interaction(tokens)
    scores = (fusion.hidden(z).tanh() @ fusion.score.weight.t()).squeeze(2)
    fused, gates = fusion(tokens, ALL)
    torch.testing.assert_close(gates, scores.softmax(1))
    torch.testing.assert_close(fused, (gates.unsqueeze(2) * z).sum(1))


@pytest.mark.parametrize("fusion", ["gated", "mean"])
@pytest.mark.parametrize("absent", [0, 2])
def test_a_view_that_is_absent_changes_nothing_and_the_others_share_the_gate(fusion: str, absent: int) -> None:
    made, given = network(fusion=fusion), views()
    there = ALL.clone()
    there[:, absent] = False
    name = VIEWS[absent]
    other = {**given, name: Padded(given[name].data + 5, given[name].lengths)}
    one, two = made(given, there), made(other, there)
    assert torch.equal(one[0], two[0])
    assert not one[2][:, absent].any()
    torch.testing.assert_close(one[2].sum(1), torch.ones(2))
    assert not torch.allclose(made(given, ALL)[0], made(other, ALL)[0])


def system(**changes: Any) -> tuple[HeterogeneousFeatures, Batch]:
    torch.manual_seed(0)
    config = Config.small().override(changes)
    made = HeterogeneousFeatures(config, LABEL_SPACES["common4"], SHAPES, dict.fromkeys(SHAPES, True)).eval()
    inputs: dict[str, Padded | Tensor] = dict(views(70))
    return made, Batch(["a", "b"], inputs, dict.fromkeys(SHAPES, torch.ones(2, dtype=torch.bool)), torch.tensor([0, 3]))


def test_the_classifiers_of_the_views_count_in_the_loss_alone() -> None:
    made, batch = system()
    outputs = made(batch)
    terms = made.loss(outputs, batch)
    by_view, targets = outputs.extras["by_view"], batch.targets[outputs.extras["row"]]
    wanted = torch.stack([torch.nn.functional.cross_entropy(by_view[:, k], targets) for k in range(3)]).mean()
    torch.testing.assert_close(terms["views"], 0.3 * wanted)
    for parameter in made.network.view_classifiers.parameters():
        torch.nn.init.normal_(parameter)
    assert torch.equal(made(batch).logits, outputs.logits)
    alone, batch = system(view_weight=0)
    assert float(alone.loss(alone(batch), batch)["views"]) == 0


def test_differences_over_time_are_channels_of_the_image() -> None:
    made = network()
    seen: list[Tensor] = []
    made.encoders["image"].convolutions.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    view = views()["image"]
    made.encoders["image"](view)
    x = view.data
    torch.testing.assert_close(seen[0][:, 0], x)
    torch.testing.assert_close(seen[0][:, 1, 1:], x[:, 1:] - x[:, :-1])
    torch.testing.assert_close(seen[0][:, 2, 2:], x[:, 2:] - 2 * x[:, 1:-1] + x[:, :-2])
