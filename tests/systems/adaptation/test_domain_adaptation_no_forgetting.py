"""Domain adaptation without forgetting: which item has which term, and what the source keeps."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.losses.distillation import softened_divergence
from ai4er.nn.waveform_encoder import Steps
from ai4er.records import Record
from ai4er.systems.adaptation._augmented_classifier import AugmentedClassifier
from ai4er.systems.adaptation._masked_units import MaskedUnits
from ai4er.systems.adaptation._partly_labelled import Part, recalls
from ai4er.systems.adaptation.domain_adaptation_no_forgetting import Config, DomainAdaptationNoForgetting
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Item
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("common4")
SMALL = Config.small().override({"sizes": (2, 2, 4), "epoch_steps": 5})
VECTORS = SMALL.override({"self_supervision": 0.0, "masked_share": 0.0, "unit_steps": 0})


def sounds(count: int, corpus: str, seed: int, labelled: bool = True) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=f"{seed}-{i}", corpus=corpus),
            {"speech": generator.standard_normal(6400 + 640 * i).astype(np.float32)},
            np.int64(i % 4) if labelled else None,  # type: ignore[arg-type]
        )
        for i in range(count)
    ]


def roles(labelled_target: int = 4) -> dict[str, list[Item]]:
    train = [*sounds(8, "source", 0), *sounds(labelled_target, "target", 1)]
    valid = [*sounds(4, "source", 3), *sounds(4, "target", 4)]
    return {"train": train, "valid": valid, "unlabelled": sounds(6, "target", 2, labelled=False)}


def ready(config: Config = SMALL, labelled_target: int = 4) -> tuple[DomainAdaptationNoForgetting, list[Item]]:
    """A system at the start of its adaptation."""
    torch.manual_seed(0)
    made = DomainAdaptationNoForgetting(config, SPACE, {"speech": ()}, {"speech": True})
    given = roles(labelled_target)
    made.begin_adapting(StageData(given, made.collate, 0, torch.device("cpu")))
    return made, given["train"]


def batch_of(made: DomainAdaptationNoForgetting, train: list[Item], places: list[int]) -> Batch:
    return made.collate(made.transform([train[i] for i in places], train, np.random.default_rng(0)))


def terms_of(made: DomainAdaptationNoForgetting, batch: Batch) -> dict[str, float]:
    return {name: float(term.detach()) for name, term in made.adaptation_loss(made(batch), batch).items()}


def test_at_the_first_step_of_the_adaptation_nothing_has_been_forgotten() -> None:
    made, train = ready(SMALL.override({"anchor": 1.0}))
    terms = terms_of(made.eval(), batch_of(made, train, [0, 1, 8, 9]))
    assert terms["distillation"] == pytest.approx(0, abs=1e-6) and terms["anchor"] == 0
    assert terms["source"] > 0 and terms["target"] > 0 and terms["units"] > 0 and any(f.any() for f in made.fisher)


def test_answers_are_kept_for_source_and_unlabelled_items_alone() -> None:
    made, train = ready()
    batch = batch_of(made.eval(), train, [0, 1, 8, 9])
    with torch.no_grad():
        made.network.head.bias += torch.tensor([1.0, 0.0, 0.0, -1.0])
    teacher, student = made.teacher[0](*made.heard(batch))[0], made(batch).logits
    kept = batch.extras["part"] != Part.TARGET
    wanted = softened_divergence(student[kept], teacher[kept], 2.0)
    assert terms_of(made, batch)["distillation"] == pytest.approx(float(wanted.detach()), rel=1e-3)


def test_every_batch_of_the_adaptation_has_the_source_and_both_kinds_of_target() -> None:
    made, train = ready()
    stage = made.stages()[-1]
    assert stage.sampler is not None
    drawn = stage.sampler(train, np.random.default_rng(0))
    assert len(drawn) == 5
    for places in drawn:
        parts = Counter(batch_of(made, train, places.tolist()).extras["part"].tolist())
        assert parts == {Part.SOURCE: 2, Part.TARGET: 2, Part.UNLABELLED_TARGET: 4}
    assert len({int(i) for places in drawn[:4] for i in places if i < 8}) == 8


def test_without_replay_no_source_is_drawn_and_without_an_anchor_it_is_refused() -> None:
    made, train = ready(SMALL.override({"replay": False, "anchor": 1.0}))
    sampler = made.stages()[-1].sampler
    assert sampler is not None and all((places >= 8).all() for places in sampler(train, np.random.default_rng(0)))
    with pytest.raises(Ai4erError, match="nothing keeps the source"):
        SMALL.override({"replay": False})


def test_the_source_step_learns_from_the_source_alone_and_from_each_item_once() -> None:
    made, train = ready()
    sampler = made.stages()[0].sampler
    assert sampler is not None
    assert sorted(np.concatenate(sampler(train, np.random.default_rng(0))).tolist()) == list(range(8))
    made.begin(StageData(roles(), made.collate, 0, torch.device("cpu")))
    assert len(made.transform(train[:2], train, np.random.default_rng(0))) == 2


def test_labels_of_the_unlabelled_part_are_never_read() -> None:
    made, train = ready()
    found = []
    for label in (0, 3, None):
        given = roles()
        given["unlabelled"] = [
            Item(item.record, item.inputs, None if label is None else np.int64(label))  # type: ignore[arg-type]
            for item in given["unlabelled"]
        ]
        made.meet(StageData(given, made.collate, 0, torch.device("cpu")))
        torch.manual_seed(0)
        found.append(terms_of(made.eval(), batch_of(made, train, [0, 8])))
    assert found[0] == found[1] == found[2]


def test_without_unlabelled_items_the_target_has_no_pseudo_labels_and_no_kept_answers() -> None:
    made, train = ready()
    target_alone = made.eval().collate(train[8:10])
    terms = terms_of(made, target_alone)
    assert terms["pseudo_labels"] == 0 and "distillation" not in terms and terms["target"] > 0


def test_without_labelled_target_items_it_still_trains() -> None:
    torch.manual_seed(0)
    made = DomainAdaptationNoForgetting(
        SMALL.override({"source_epochs": 1, "unit_steps": 1, "adapt_steps": 1, "epoch_steps": 1}),
        SPACE,
        {"speech": ()},
        {"speech": True},
    )
    fit(made, roles(labelled_target=0), Options(device="cpu"))
    assert made.forgetting is not None and made.gain is not None
    assert made.gain == pytest.approx(float(made.after[1] - made.before[1]))


def test_pseudo_labels_come_in_slowly_and_from_sure_items_of_the_hidden_part_only() -> None:
    made, train = ready(SMALL.override({"threshold": 0.0}))
    batch = batch_of(made.eval(), train, [0, 8])
    weights = []
    for progress in (0.0, 0.1, 0.2, 0.9):
        made.progress.fill_(progress)
        weights.append(terms_of(made, batch)["pseudo_labels"])
    assert weights[0] == 0 and weights[1] == pytest.approx(weights[2] / 2) and weights[2] == weights[3] > 0
    strict, _ = ready(SMALL.override({"threshold": 1.0}))
    strict.progress.fill_(1.0)
    assert terms_of(strict.eval(), batch)["pseudo_labels"] == 0


def test_the_units_of_hidden_frames_alone_count() -> None:
    units = MaskedUnits(4, 3, span=2, begin=0.2)
    generator = torch.Generator().manual_seed(0)
    frames = torch.randn(2, 6, 4, generator=generator)
    units.cluster([([("a", "0"), ("a", "1")], Steps(frames, torch.tensor([6, 4])))], 100, generator)
    assert [len(units.unit_of["a", one]) for one in "01"] == [6, 4]
    hidden = torch.zeros(2, 6, dtype=torch.bool)
    hidden[0, 2] = True
    last = torch.randn(2, 6, 4, generator=generator)
    wanted = -units.head(last[0, 2]).log_softmax(0)[units.unit_of["a", "0"][2]]
    torch.testing.assert_close(units.loss(last, hidden, [("a", "0"), ("a", "1")]), wanted)
    assert float(units.loss(last, torch.zeros_like(hidden), [("a", "0"), ("a", "1")]).detach()) == 0


def test_what_is_hidden_is_the_mask_embedding_and_cannot_be_seen() -> None:
    made, _ = ready()
    x, other = torch.randn(2, 1, 6, 96).unbind(0)
    hidden = torch.tensor([[False, True, True, False, False, False]])
    seen = made.units.replaced(x, hidden)
    assert torch.equal(seen[0, 1], made.units.mask_embedding) and torch.equal(seen[:, 3:], x[:, 3:])
    mixed = torch.where(hidden.unsqueeze(2), other, x)
    assert torch.equal(made.units.replaced(mixed, hidden), seen)


def test_parts_of_what_the_encoder_reads_are_missing_in_training_only() -> None:
    torch.manual_seed(0)
    network = AugmentedClassifier("", (20,), 8, 4, 0.0, hidden_share=0.5, span=2)
    x, lengths = torch.randn(2, 12, 20), torch.tensor([12, 12])
    holes = network._with_holes(x, lengths) == 0
    assert 0.2 < float(holes.float().mean()) < 0.95
    assert torch.equal(network.eval()(x, lengths)[0], network(x, lengths)[0])
    assert not torch.equal(network.train()(x, lengths)[0], network(x, lengths)[0])


def test_the_recalls_are_those_of_each_domain() -> None:
    targets, predicted = torch.tensor([0, 0, 1, 0, 1, -100]), torch.tensor([0, 1, 1, 0, 0, 0])
    parts = torch.tensor([0, 0, 0, 1, 1, 1])
    assert recalls([(targets, predicted, parts)]) == {Part.SOURCE: 0.75, Part.TARGET: 0.5}
    assert recalls([(targets[:3], predicted[:3], parts[:3])]) == {Part.SOURCE: 0.75}


def test_decisions_that_turn_are_learnt_without_the_old_ones_being_lost() -> None:
    """Two clouds whose classes change places in the target, which a feature tells apart."""
    generator = np.random.default_rng(0)

    def points(count: int, corpus: str, seed: str, labelled: bool = True) -> list[Item]:
        found = []
        for i in range(count):
            turned = corpus == "target"
            place = generator.normal(1 - 2 * ((i + turned) % 2), 0.3)
            vector = np.array([place, 1.0 if turned else -1.0, 0.0], np.float32)
            label: Any = np.int64(i % 2) if labelled else None
            found.append(Item(Record(id=f"{seed}{i}", corpus=corpus), {"speech": vector}, label))
        return found

    given = {
        "train": [*points(40, "source", "s"), *points(12, "target", "t")],
        "valid": [*points(20, "source", "u"), *points(20, "target", "v")],
        "unlabelled": points(20, "target", "w", labelled=False),
    }
    steps = {"adapt_steps": 60, "epoch_steps": 60, "sizes": (8, 8, 8), "adapt_rate": 1e-2}
    found = []
    for changes in ({}, {"replay": False, "anchor": 1e-9, "distillation": 0.0}):
        torch.manual_seed(0)
        made = DomainAdaptationNoForgetting(
            VECTORS.override({**steps, **changes}), SPACE, {"speech": (3,)}, {"speech": False}
        )
        fit(made, given, Options(device="cpu"))
        found.append(made)
    whole, plain = found
    assert whole.forgetting is not None and plain.forgetting is not None
    assert whole.forgetting < 0.1 < plain.forgetting
    assert min(float(whole.after[1]), float(plain.after[1])) > 0.9


def test_the_anchor_holds_the_weights_of_the_model_before_the_adaptation() -> None:
    made, train = ready(SMALL.override({"anchor": 3.0, "distillation": 0.0}))
    batch = batch_of(made.eval(), train, [0, 8])
    with torch.no_grad():
        made.network.head.weight += 0.5
    index = [*made._held()].index("head.weight")
    wanted = 3.0 * float(made.fisher[index].sum()) * 0.25 / 2
    assert terms_of(made, batch)["anchor"] == pytest.approx(wanted, rel=1e-3)


def test_frames_of_several_layers_are_refused() -> None:
    with pytest.raises(Ai4erError, match="samples, or frames"):
        DomainAdaptationNoForgetting(SMALL, SPACE, {"speech": (3, 8)}, {"speech": True})


def test_a_masked_frame_of_a_pretrained_network_reaches_its_layers() -> None:
    torch.manual_seed(0)
    made = DomainAdaptationNoForgetting(SMALL.override({"encoder": "tiny"}), SPACE, {"speech": ()}, {"speech": True})
    data, lengths = torch.randn(1, 6400), torch.tensor([6400])
    shapes: list[tuple[int, ...]] = []

    def hide(x: Tensor, frames: Tensor) -> Tensor:
        shapes.append((*x.shape, int(frames)))
        return torch.zeros_like(x)

    encoder = made.network.encoder.eval()
    hidden, plain = (encoder.hidden(data, lengths, masking=masking).x for masking in (hide, None))
    assert shapes == [(1, plain.shape[1], 32, plain.shape[1])]
    assert not torch.allclose(hidden, plain)
