"""The search, its two halves of the data, the cells that are left and the supplement are what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.nn.architecture_search import Genotype
from ai4er.records import Record
from ai4er.systems._bilevel import OTHER, OtherHalfItem
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item
from ai4er.systems.speech.emotion_nas import STREAMS, Config, EmotionNAS

SPACE = label_space("common4")
PLAIN = " / ".join(["skip:0 skip:1 " * 4] * 2)
CPU = torch.device("cpu")


def items(count: int = 12) -> list[Item]:
    generator = np.random.default_rng(0)
    found = []
    for i in range(count):
        record = Record(id=str(i), corpus="made", label=SPACE.names[i % 4])
        arrays = {name: generator.standard_normal((6 + i, size)).astype(np.float32) for name, size in
                  zip(STREAMS, (7, 5))}  # fmt: skip
        found.append(Item(record, arrays, SPACE.target(record)))
    return found


def system(**changes: Any) -> EmotionNAS:
    torch.manual_seed(0)
    given = {"frames": dict.fromkeys(STREAMS, 8), "map_size": (8, 8), "operations": ("none", "skip", "dilated_3"),
             "search_cells": 3, "cells": 3, "search_channels": 2, "channels": 2, "dim": 6}  # fmt: skip
    shapes: dict[str, tuple[int, ...]] = {"spectrogram": (7,), "speech": (5,)}
    return EmotionNAS(Config(**{**given, **changes}), SPACE, shapes, dict.fromkeys(STREAMS, True))


def data(given: list[Item], made: EmotionNAS) -> StageData:
    return StageData({"train": given}, made.collate, 0, CPU)


def values(parameters: list[nn.Parameter]) -> list[Tensor]:
    return [p.detach().clone() for p in parameters]


def changed(before: list[Tensor], parameters: list[nn.Parameter]) -> bool:
    return any(not torch.equal(x, p) for x, p in zip(before, parameters))


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("separate", [True, False])
def test_the_architecture_learns_from_its_own_half_alone_and_the_weights_from_theirs(
    separate: bool, order: int
) -> None:
    made, given = system(separate=separate, order=order), items()
    stage = made.stages()[0]
    made.halve(data(given, made))
    weights, architecture = made._parts(STREAMS[:1] if separate else STREAMS)
    other = [p for p in made.parameters() if id(p) not in {id(q) for q in (*weights, *architecture)}]
    before = values(weights), values(architecture), values(other)
    batch = made.collate(made.transform(given[:4], given, np.random.default_rng(0)))
    optimisers = [torch.optim.SGD(weights, 0.0), torch.optim.SGD(architecture, 1.0)]
    found = made.step(batch, stage, optimisers, torch.Tensor.backward)
    assert not changed(before[0], weights) and changed(before[1], architecture) and not changed(before[2], other)
    assert set(found) == ({"spectrogram"} if separate else {"fused", *STREAMS})
    del batch.extras[OTHER]
    kept = values(architecture)
    made.step(batch, stage, [torch.optim.SGD(weights, 1.0), torch.optim.SGD(architecture, 1.0)], torch.Tensor.backward)
    assert changed(before[0], weights) and not changed(kept, architecture)


def test_the_training_data_are_parted_once_and_never_mixed() -> None:
    made, given = system(), items(13)
    made.halve(data(given, made))
    for_architecture = {item.record.id for item in made.other_half}
    stage = made.stages()[0]
    assert stage.sampler is not None
    drawn = np.concatenate(stage.sampler(given, np.random.default_rng(1)))
    assert sorted([*map(str, drawn), *for_architecture], key=int) == [str(i) for i in range(13)]
    batch = made.transform([given[i] for i in drawn[:3]], given, np.random.default_rng(0))
    kinds = [isinstance(item, OtherHalfItem) for item in batch]
    assert kinds == [False] * 3 + [True] * 3
    again = system()
    again.halve(data(given, again))
    assert {item.record.id for item in again.other_half} == for_architecture


def test_each_stream_has_its_own_architecture() -> None:
    made = system(operations=Config().operations)
    for name in STREAMS:
        assert [alpha.shape for alpha in made.networks.streams[name].architecture()] == [(14, 8)] * 2
    with torch.no_grad():
        for alpha in made.networks.streams["speech"].architecture():
            alpha[:, 4] = 5
    made.discretise(data(items(), made))
    texts = made.genotype_texts
    assert set(texts["speech"].replace(":", " ").split()) & set(Config().operations) == {"separable_3"}
    assert texts["speech"] != texts["spectrogram"]
    assert all(Genotype.parse(text).text == text for text in texts.values())


def test_what_was_found_is_kept_with_the_weights_and_given_cells_are_not_searched() -> None:
    made = system()
    made.discretise(data(items(), made))
    other = system()
    other.load_state_dict(made.state_dict())
    batch = made.collate(items())
    torch.testing.assert_close(other.eval()(batch).logits, made.eval()(batch).logits)
    assert other.genotype_texts == made.genotype_texts and system().genotype_texts == {}
    given = system(genotypes=made.genotype_texts)
    assert [stage.name for stage in given.stages()] == ["train"]
    assert [stage.name for stage in system().stages()] == ["search_spectrogram", "search_speech", "train"]
    assert [stage.name for stage in system(separate=False).stages()] == ["search", "train"]
    given.load_state_dict(made.state_dict())
    other.load_state_dict(system().state_dict())
    assert other.genotype_texts == {}


def test_a_found_network_begins_from_scratch_at_its_own_size() -> None:
    made = system(channels=3)
    head = made.networks.classifier.weight.detach().clone()
    made.discretise(data(items(), made))
    assert made.networks.streams["speech"].stem[0].out_channels == 3
    assert not torch.equal(made.networks.classifier.weight, head)
    assert not made.transform(items(), items(), np.random.default_rng(0))[12:]


def test_the_supplement_is_a_gate_on_the_other_stream() -> None:
    made = system(genotypes=dict.fromkeys(STREAMS, PLAIN)).eval()
    batch = made.collate(items())
    (s, w), networks = (
        [made.networks.stream(name, batch[name])[1] for name in STREAMS], made.networks
    )  # fmt: skip
    gates = networks.supplements["spectrogram"]
    wanted = s + torch.sigmoid(gates.gate(torch.cat([s, w], 1))) * (w @ gates.value.weight.T)
    both = made(batch).embedding
    assert both is not None
    torch.testing.assert_close(both[:, :6], wanted)
    for supplement in networks.supplements.values():
        nn.init.zeros_(supplement.value.weight)
    outputs = made(batch)
    torch.testing.assert_close(outputs.embedding, torch.cat([s, w], 1))
    plain = system(genotypes=dict.fromkeys(STREAMS, PLAIN), supplement=False).eval()
    plain.load_state_dict({n: x for n, x in made.state_dict().items() if "supplements" not in n})
    torch.testing.assert_close(plain(batch).logits, outputs.logits)


def test_the_supplement_of_the_paper_has_fewer_than_150_000_weights() -> None:
    with torch.device("meta"):
        made = system(dim=128, genotypes=dict.fromkeys(STREAMS, PLAIN))
    assert parameter_count(made.networks.supplements) == 2 * (256 * 128 + 128 + 128 * 128) < 150_000


def test_the_loss_is_that_of_the_joint_head_and_half_of_each_stream() -> None:
    made = system(genotypes=dict.fromkeys(STREAMS, PLAIN)).eval()
    batch = made.collate(items())
    outputs = made(batch)
    found, heads = made.loss(outputs, batch), outputs.extras["heads"]
    for name, weight in (("fused", 1.0), ("spectrogram", 0.5), ("speech", 0.5)):
        torch.testing.assert_close(found[name], weight * nn.functional.cross_entropy(heads[name], batch.targets))


def test_inputs_are_repeated_to_their_length_and_brought_to_the_size_of_the_paper() -> None:
    with torch.device("meta"):
        streams = system(**{name: getattr(Config(), name) for name in ("frames", "map_size")}).networks.streams
    lengths = torch.tensor([100])
    assert streams["spectrogram"].sized(torch.ones(1, 100, 201), lengths).shape == (1, 1, 128, 128)
    ramp = torch.arange(100.0).view(1, 100, 1)
    steps = streams["speech"].sized(ramp, lengths)
    assert steps.shape == (1, 1, 300)
    torch.testing.assert_close(steps[0, 0], ((torch.arange(600) % 100).float().view(300, 2)).mean(1))


def test_sizes_that_cannot_be_halved_and_wrong_cells_are_clear_errors() -> None:
    with pytest.raises(Ai4erError, match="multiples of 4"):
        Config(map_size=(6, 8))
    with pytest.raises(Ai4erError, match="there are none, skip"):
        Config(operations=("skip", "jump"))
    with pytest.raises(Ai4erError, match="must name"):
        Config(genotypes={"speech": PLAIN})
    with pytest.raises(Ai4erError, match="is no genotype"):
        Config(genotypes=dict.fromkeys(STREAMS, "skip:0"))
