"""Segments, the split into two parts, and whose information is raised and lowered."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.adaptation.transformer_mutual_information import Config, TransformerMutualInformation
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Item

SPACE = LABEL_SPACES["common4"]
SMALL = Config.small().override({"dropout": 0.0, "head_dropout": 0.0})


def items(count: int, seed: int, labelled: bool = True, frames: int = 30) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=str(i), corpus=str(seed)),
            {"speech": generator.normal(seed, 1, (frames, 16)).astype(np.float32)},
            np.int64(i % 4) if labelled else None,  # type: ignore[arg-type]
        )
        for i in range(count)
    ]


def system(**changes: Any) -> TransformerMutualInformation:
    torch.manual_seed(0)
    return TransformerMutualInformation(SMALL.override(changes), SPACE, {"speech": (16,)}, {"speech": True})


def paired_batch(made: TransformerMutualInformation, target: list[Item]) -> Batch:
    roles = {"train": items(8, 0), "unlabelled": target}
    made.begin(StageData(roles, made.collate, 0, torch.device("cpu")))
    made.progress.fill_(1.0)
    return made.collate(made.train().transform(roles["train"], roles["train"], np.random.default_rng(0)))


def gradients(made: TransformerMutualInformation, loss: Tensor) -> dict[str, Tensor]:
    made.zero_grad()
    loss.backward()
    return {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None and p.grad.any()}


def test_no_more_segments_are_read_than_are_asked_for() -> None:
    made = system(segments=2).eval()
    whole, cut = items(1, 0, frames=30), items(1, 0, frames=30)
    cut[0].inputs["speech"][16:] = 9.0  # type: ignore[index]
    both = [made(made.collate(one)).logits for one in (whole, cut)]
    assert torch.equal(*both)
    cut[0].inputs["speech"][15] = 9.0  # type: ignore[index]
    assert not torch.equal(both[0], made(made.collate(cut)).logits)


def test_the_order_of_segments_counts_and_what_is_padded_does_not() -> None:
    made = system().eval()
    data = torch.randn(1, 32, 16, generator=torch.Generator().manual_seed(1))

    def answer(x: Tensor, length: int) -> Tensor:
        item = Item(Record(id="0", corpus="c"), {"speech": x[0, :length].numpy()})
        longer = Item(Record(id="1", corpus="c"), {"speech": np.ones((48, 16), np.float32)})
        return made(made.collate([item, longer])).extras["m"][0]

    alone = made(made.collate([Item(Record(id="0", corpus="c"), {"speech": data[0].numpy()})])).extras["m"][0]
    torch.testing.assert_close(answer(data, 32), alone, atol=1e-5, rtol=0)
    swapped = torch.cat([data[:, 8:16], data[:, :8], data[:, 16:]], dim=1)
    assert not torch.allclose(answer(swapped, 32), alone, atol=1e-4)


def test_without_what_attention_adds_the_parts_are_only_normalised_and_concatenated() -> None:
    made = system()
    for attention in (made.to_invariant.attention, made.to_specific.attention):
        torch.nn.init.zeros_(attention.out_proj.weight)
    i, p = torch.randn(2, 3, 8)
    for found, part in zip(made.fused(i, p), (i, p)):
        torch.testing.assert_close(found, torch.nn.functional.layer_norm(part, (8,)))
    for plain, part in zip(system(interactive=False).fused(i, p), (i, p)):
        assert torch.equal(plain, part)


def test_labels_of_the_target_are_never_read() -> None:
    found = []
    for labelled in (True, False):
        made = system()
        batch = paired_batch(made, items(8, 1, labelled))
        torch.manual_seed(1)
        found.append(gradients(made, torch.stack(list(made.loss(made(batch), batch).values())).sum()))
    assert all(torch.equal(found[0][name], found[1][name]) for name in found[0])


def test_the_label_of_the_source_reaches_the_target_through_shared_weights_only() -> None:
    made = system()
    batch = paired_batch(made, items(8, 1))
    terms = made.loss(made(batch), batch)
    of_label = gradients(made, terms["cross_entropy"])
    assert any("specific.layers" in name for name in of_label) and any("specific.norms.0" in name for name in of_label)
    assert not any("specific.norms.1" in name or "estimators" in name for name in of_label)
    extras = made(batch).extras
    bound = made.estimators["parts"](extras["i"], extras["p"])
    assert any("specific.norms.1" in name for name in gradients(made, bound))


def test_a_target_is_paired_with_a_source_of_the_class_that_it_seems_to_be() -> None:
    made = system()
    of_target = torch.tensor([False] * 3 + [True] * 4)
    logits = torch.zeros(7, 4)
    for row, guess in zip(range(3, 7), (0, 1, 1, 3)):
        logits[row, guess] = 1.0
    i = torch.arange(7.0).unsqueeze(1)
    batch = Batch([], {}, {"speech": of_target}, torch.tensor([0, 1, 2, *[-100] * 4]), extras={"of_target": of_target})
    target, source, all_sources = made.paired(i, logits, batch)
    assert target.flatten().tolist() == [3, 4, 5] and source.flatten().tolist() == [0, 1, 1]
    assert all_sources.flatten().tolist() == [0, 1, 2]


def test_a_step_of_the_estimators_raises_their_bounds_and_moves_nothing_else() -> None:
    made = system()
    batch = paired_batch(made, items(8, 1))
    reached = gradients(made, made.estimation_loss(made(batch), batch))
    assert reached and all(name.startswith("estimators") for name in reached)


def test_information_waits_for_the_plain_epochs() -> None:
    made = system(epochs=10, plain_epochs=5)
    batch = paired_batch(made, items(8, 1))
    made.progress.fill_(0.4)
    assert list(made.loss(made(batch), batch)) == ["cross_entropy"]
    made.progress.fill_(0.6)
    assert set(made.loss(made(batch), batch)) == {"cross_entropy", "raised", "lowered"}


def test_each_corpus_is_read_in_units_of_its_own() -> None:
    made = system()
    batch = paired_batch(made, items(8, 5))
    of_target = batch.extras["of_target"]
    assert [round(float(one.mean.mean())) for one in made.standardise] == [0, 5]
    moved = system()
    shifted = [Item(x.record, {"speech": 3 * np.asarray(x.inputs["speech"]) + 7}, x.target) for x in items(8, 5)]
    other = paired_batch(moved, shifted)
    torch.testing.assert_close(moved.utterances(other, of_target), made.utterances(batch, of_target), atol=1e-4, rtol=0)
