"""EmoGT is what its sheet says."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.nn.learned_adjacency import symmetric_normalisation
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.systems.physiology.elastic_graph_transformer import (
    Config,
    ElasticGraphTransformer,
    GraphTransformerBlock,
    Network,
)

SPACE = LABEL_SPACES["mental_state3"]
CHANNELS, BANDS, EYE, TIME, SIZE = 6, 3, 5, 4, 8
FUSIONS = ("none", "early", "cross", "late")


def config(**changes: Any) -> Config:
    return Config(**{"windows": TIME, "features": SIZE, "heads": 2, "inner": 12, "blocks": 1, "dropout": 0.0} | changes)


def system(fusion: str = "none", eye: bool = True, **changes: Any) -> ElasticGraphTransformer:
    torch.manual_seed(0)
    shapes: dict[str, tuple[int, ...]] = {"eeg": (CHANNELS, BANDS)} | ({"eye": (EYE,)} if eye else {})
    timed = {"eeg": True, "eye": False}
    made = ElasticGraphTransformer(config(fusion=fusion, **changes), SPACE, shapes, {n: timed[n] for n in shapes})
    with torch.no_grad():
        made.network.electrodes.normal_()
        made.network.time.normal_()
    return made.eval()


def items(lengths: tuple[int, ...] = (7, 2, 5), eye: tuple[bool, ...] = (True, True, True)) -> list[Item]:
    generator = np.random.default_rng(0)
    return [
        Item(
            Record(id=str(i), corpus="test"),
            {
                "eeg": generator.normal(2, 3, (length, CHANNELS, BANDS)).astype(np.float32),
                "eye": generator.normal(-1, 2, EYE).astype(np.float32) if there else None,
            },
            np.int64(i % 3),  # type: ignore[arg-type]
        )
        for i, (length, there) in enumerate(zip(lengths, eye))
    ]


def data(train: list[Item], made: ElasticGraphTransformer) -> StageData:
    return StageData({"train": train}, made.collate, 0, torch.device("cpu"))


def block(**changes: Any) -> GraphTransformerBlock:
    torch.manual_seed(1)
    return GraphTransformerBlock(config(**changes)).eval()


def one_edge() -> Tensor:
    """A_hat of a graph in which electrodes 0 and 1 alone are joined."""
    edges = torch.eye(CHANNELS)
    edges[0, 1] = edges[1, 0] = 1.0
    return symmetric_normalisation(edges)


def test_with_the_identity_a_block_is_a_plain_transformer_on_every_electrode() -> None:
    made, x = block(), torch.randn(2, CHANNELS, TIME, SIZE)
    plain = nn.TransformerEncoderLayer(SIZE, 2, 12, 0.0, "gelu", batch_first=True).eval()
    projections = (made.attention.query, made.attention.key, made.attention.value)
    with torch.no_grad():
        plain.self_attn.in_proj_weight.copy_(torch.cat([p.weight for p in projections]))
        plain.self_attn.in_proj_bias.copy_(torch.cat([p.bias for p in projections]))
    plain.self_attn.out_proj.load_state_dict(made.attention.output.state_dict())
    for theirs, ours in ((plain.linear1, made.feed_forward[0]), (plain.linear2, made.feed_forward[3])):
        theirs.load_state_dict(ours.state_dict())
    plain.norm1.load_state_dict(made.norm1.state_dict())
    plain.norm2.load_state_dict(made.norm2.state_dict())
    got, _ = made(x, torch.eye(CHANNELS))
    for electrode in range(CHANNELS):
        wanted = plain((x[:, electrode] @ made.spatial.weight.T).relu())
        torch.testing.assert_close(got[:, electrode], wanted, atol=1e-5, rtol=1e-5)


def test_the_projections_are_graph_convolutions() -> None:
    made, x, a_hat = block(), torch.randn(1, CHANNELS, TIME, SIZE), one_edge()
    spatial = torch.einsum("ij,gjtd,ed->gite", a_hat, x, made.spatial.weight).relu()
    heads = [
        (torch.einsum("ij,gjtd,ed->gite", a_hat, spatial, p.weight) + p.bias).unflatten(-1, (2, -1)).transpose(2, 3)
        for p in (made.attention.query, made.attention.key)
    ]
    wanted = (heads[0] @ heads[1].transpose(-1, -2) / (SIZE / 2) ** 0.5).softmax(-1).mean(2)
    torch.testing.assert_close(made(x, a_hat)[1], wanted)


def test_an_electrode_changes_the_attention_of_those_it_is_joined_to_and_of_no_other() -> None:
    made, x = block(), torch.randn(1, CHANNELS, TIME, SIZE)
    changed = x.clone()
    changed[:, 0] += torch.randn(TIME, SIZE)
    before, after = made(x, one_edge()), made(changed, one_edge())
    differs = (before[1] - after[1]).abs().amax((0, 2, 3))
    assert (differs[:2] > 1e-4).all()
    assert not differs[2:].any()
    assert torch.equal(before[0][:, 2:], after[0][:, 2:])


def test_with_one_window_attention_is_exactly_one_and_the_block_a_graph_network() -> None:
    made, x, a_hat = block(), torch.randn(3, CHANNELS, 1, SIZE), one_edge()
    got, weights = made(x, a_hat)
    assert torch.equal(weights, torch.ones(3, CHANNELS, 1, 1))
    spatial = (a_hat @ (x[:, :, 0] @ made.spatial.weight.T)).relu()
    u = made.norm1(spatial + made.attention.output(made.attention.value(a_hat @ spatial)))
    torch.testing.assert_close(got[:, :, 0], made.norm2(u + made.feed_forward(u)))


@pytest.mark.parametrize("fusion", ["none", "early"])
def test_the_adjacency_is_learned_and_stays_symmetric(fusion: str) -> None:
    made = system(fusion, updates=3)
    graph, stage = made.network.graph, made.stages()[0]
    assert graph is not None
    before = graph.learned().detach().clone()
    made.train().step(made.collate(items()), stage, [o.optimiser for o in stage.optimise(3)], Tensor.backward)
    assert all(p.grad is not None and bool(p.grad.any()) for p in graph.parameters())
    after = graph.learned().detach()
    assert (after - before).abs().max() > 1e-4
    torch.testing.assert_close(after, after.T)
    values = torch.linalg.eigvalsh(graph(torch.tensor([False, True]) if fusion == "early" else None))
    assert values.abs().max() <= 1 + 1e-5


def test_the_order_of_electrodes_does_not_matter() -> None:
    made, eeg, order = system().network, torch.randn(2, TIME, CHANNELS, BANDS), torch.randperm(CHANNELS)
    assert made.graph is not None
    with torch.no_grad():
        made.graph.adjacency.normal_()
        before = made(eeg, None, None)[1]
        made.graph.adjacency.copy_(made.graph.adjacency[order][:, order])
        made.electrodes.copy_(made.electrodes[order])
        torch.testing.assert_close(made(eeg[:, :, order], None, None)[1], before)


@pytest.mark.parametrize("blocks", [1, 2])
def test_without_its_extra_node_the_early_network_is_the_eeg_network(blocks: int) -> None:
    alone, early = system(blocks=blocks), system("early", blocks=blocks)
    missing, unexpected = early.load_state_dict(alone.state_dict(), strict=False)
    assert not unexpected
    assert all("eye" in name or "guest" in name for name in missing)
    batch = early.collate(items(eye=(True, False, False)))
    got, wanted = early(batch), alone(batch)
    torch.testing.assert_close(got.logits[1:], wanted.logits[1:])
    assert (got.logits[0] - wanted.logits[0]).abs().max() > 1e-4


def test_the_eye_vector_reaches_every_electrode_in_one_block() -> None:
    made = system("early").network
    eeg, eye = torch.randn(2, TIME, CHANNELS, BANDS), torch.randn(2, TIME, EYE)
    present = torch.tensor([True, False])
    moved = (made.nodes(eeg, eye, present) - made.nodes(eeg, eye + 1, present)).abs().amax((2, 3))
    assert (moved[0] > 1e-5).all()
    assert not moved[1, :-1].any()


def test_each_modality_attends_to_the_other_only_in_the_cross_form() -> None:
    eeg, eye, here = torch.randn(1, TIME, CHANNELS, BANDS), torch.randn(1, TIME, EYE), torch.tensor([True])
    for fusion, reaches in (("cross", True), ("late", False)):
        made = system(fusion).network
        pooled, other = made(eeg, eye, here)[1], made(eeg, eye + 1, here)[1]
        assert pooled.shape == (1, 2 * SIZE)
        assert bool((pooled - other)[:, :SIZE].abs().max() > 1e-5) == reaches
        assert (pooled - other)[:, SIZE:].abs().max() > 1e-5
        without = made(eeg, eye, ~here)[1]
        assert not without[:, SIZE:].any()
        assert torch.equal(without, made(eeg, eye + 1, ~here)[1])


@pytest.mark.parametrize("fusion", FUSIONS)
def test_padding_company_and_missing_eyes_change_no_answer_and_all_parts_learn(fusion: str) -> None:
    made, units = system(fusion), items(eye=(True, False, True))
    made.prepare(data(units, made))
    together = made(made.collate(units)).logits
    alone = torch.cat([made(made.collate([unit])).logits for unit in units])
    torch.testing.assert_close(together, alone, atol=1e-5, rtol=1e-5)
    batch = made.collate(units)
    torch.stack(list(made.loss(made(batch), batch).values())).sum().backward()
    assert [n for n, p in made.named_parameters() if p.grad is None or not p.grad.any()] == []


def test_a_record_is_the_mean_over_groups_around_each_of_its_windows() -> None:
    made, unit = system(), items((5,))[0]
    eeg = torch.from_numpy(unit.inputs["eeg"])
    around = [[min(max(t + offset, 0), 4) for offset in (-2, -1, 0, 1)] for t in range(5)]
    wanted = torch.stack([made.network(eeg[steps].unsqueeze(0), None, None)[0][0] for steps in around]).mean(0)
    torch.testing.assert_close(made(made.collate([unit])).logits[0], wanted)


def test_a_matrix_for_each_window_may_come_without_a_time_axis() -> None:
    fixed = items((5, 5))
    made = system()
    shapes: dict[str, tuple[int, ...]] = {"eeg": (5, CHANNELS, BANDS)}
    other = ElasticGraphTransformer(config(), SPACE, shapes, {"eeg": False}).eval()
    other.load_state_dict(made.state_dict())
    torch.testing.assert_close(other(other.collate(fixed)).logits, made(made.collate(fixed)).logits)


def test_an_eye_track_that_stands_still_is_an_eye_vector() -> None:
    vector, units = system("early"), items()
    shapes: dict[str, tuple[int, ...]] = {"eeg": (CHANNELS, BANDS), "eye": (EYE,)}
    track = ElasticGraphTransformer(config(fusion="early"), SPACE, shapes, {"eeg": True, "eye": True}).eval()
    track.load_state_dict(vector.state_dict())
    still = [
        dataclasses.replace(u, inputs={**u.inputs, "eye": np.tile(u.inputs["eye"], (len(u.inputs["eeg"]), 1))})
        for u in units
    ]
    torch.testing.assert_close(track(track.collate(still)).logits, vector(vector.collate(units)).logits)


def test_every_channel_and_band_is_read_in_units_of_its_spread_in_training() -> None:
    made, units, batch = system("early"), items(), None
    made.prepare(data(units, made))
    batch = made.collate(units)
    before = made(batch).logits
    scaled = [
        dataclasses.replace(
            u,
            inputs={"eeg": u.inputs["eeg"] * np.arange(1, 1 + BANDS, dtype=np.float32) + 9, "eye": u.inputs["eye"] * 7},
        )
        for u in units
    ]
    made.prepare(data(scaled, made))
    torch.testing.assert_close(made(made.collate(scaled)).logits, before, atol=1e-4, rtol=1e-4)
    seen = torch.cat([torch.from_numpy(u.inputs["eeg"]) for u in scaled]).flatten(1)
    torch.testing.assert_close(made.eeg_scale.mean, seen.mean(0))


@pytest.mark.parametrize("lengths", [(1,), (3, 2), (9, 8, 7)])
def test_a_batch_of_records_gives_a_fixed_number_of_steps_over_all_its_groups(lengths: tuple[int, ...]) -> None:
    made, seen = system(updates=3, batch_size=8), []
    batch, stage = made.collate(items(lengths)), made.stages()[0]
    made.register_forward_pre_hook(lambda _, given: seen.append(given[0].extras["groups"]))
    terms = made.step(batch, stage, [o.optimiser for o in stage.optimise(1)], Tensor.backward)
    assert len(seen) == 3
    assert set(torch.cat(seen).tolist()) == set(range(sum(lengths)))
    assert set(terms) == {"cross_entropy", "sparsity"}


def test_without_the_graph_nothing_of_it_is_learned() -> None:
    made = system(graph=False)
    batch = made.collate(items())
    assert made.network.graph is None
    assert set(made.loss(made(batch), batch)) == {"cross_entropy"}


def test_errors_say_what_to_do() -> None:
    made = system("late")
    blind = dataclasses.replace(items()[1], inputs={**items()[1].inputs, "eeg": None})
    with pytest.raises(Ai4erError, match="record 1 has no eeg"):
        made.collate([items()[0], blind])
    with pytest.raises(Ai4erError, match="fusion=cross needs an input eye"):
        system("cross", eye=False)
    with pytest.raises(Ai4erError, match="multiple of heads"):
        system(features=7)
    with pytest.raises(Ai4erError, match="windows, channels, bands"):
        ElasticGraphTransformer(config(), SPACE, {"eeg": (62,)}, {"eeg": True})


def test_the_size_follows_the_cap() -> None:
    for channels in (4, 62, 32):
        made = Network(config(), channels, 5, 0, 3)
        assert made.graph is not None
        assert made.graph.adjacency.shape == (channels, channels)
        assert made(torch.randn(2, TIME, channels, 5), None, None)[0].shape == (2, 3)
