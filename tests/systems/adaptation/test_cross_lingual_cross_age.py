"""One head for all corpora: what a corpus does not annotate it neither teaches nor says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.records import Record
from ai4er.systems.adaptation.cross_lingual_cross_age import Config, CrossLingualCrossAge, Head, age_group, in_group
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["emotions13"]
FEATURES = 6
LABELS = {"csed": ("positive", "neutral", "negative"), "own": ("anger", "excitement"), "esd": ("anger", "surprise")}


def item(corpus: str, label: str | None, number: int = 0, frames: int = 9, **more: Any) -> Item:
    speech = np.random.default_rng(number).standard_normal((frames, FEATURES)).astype(np.float32)
    target = None if label is None else np.int64(SPACE.index(label))
    return Item(Record(id=f"{corpus}-{number}", corpus=corpus, **more), {"speech": speech}, target)  # type: ignore[arg-type]


def items() -> list[Item]:
    return [item(corpus, label, i) for i, (corpus, names) in enumerate(LABELS.items()) for label in names]


def system(space: LabelSpace = SPACE, **changes: Any) -> CrossLingualCrossAge:
    torch.manual_seed(0)
    shapes: dict[str, tuple[int, ...]] = {"speech": (FEATURES,)}
    made = CrossLingualCrossAge(Config.small().override(changes), space, shapes, {"speech": True})
    return made.eval()


def taught(train: list[Item] | None = None, **changes: Any) -> CrossLingualCrossAge:
    made = system(**changes)
    made.learn_sets(StageData({"train": items() if train is None else train}, made.collate, 0, torch.device("cpu")))
    return made


def names(mask: Tensor) -> set[str]:
    return {name for name, there in zip(SPACE.names, mask.tolist()) if there}


def test_head_and_backbone_have_the_published_sizes() -> None:
    assert parameter_count(Head(1024, 256, 13)) == 265_741
    assert SPACE.size == 13


def test_a_corpus_annotates_what_the_paper_says_or_what_its_training_part_has() -> None:
    made = taught()
    assert names(made.labels_of("csed")) == set(LABELS["csed"])
    assert names(made.labels_of("own")) == set(LABELS["own"])
    assert len(names(made.labels_of("tess"))) == 7 and len(names(made.labels_of("yuemotion"))) == 6
    anywhere = {name for some in LABELS.values() for name in some}
    assert names(made.labels_of("never trained on")) == anywhere


def test_the_sets_are_part_of_what_is_saved() -> None:
    made, loaded = taught(), system()
    loaded.load_state_dict(made.state_dict())
    for corpus in ("own", "csed", "never trained on"):
        assert torch.equal(made.labels_of(corpus), loaded.labels_of(corpus))


def test_an_item_is_always_given_a_label_of_its_corpus() -> None:
    made = taught()
    made.head.classifier.bias.data[SPACE.index("anger")] = 100.0
    batch = made.collate([item("csed", None, i) for i in range(20)])
    scores = made.scores(made(batch))
    assert {SPACE.names[i] for i in scores.argmax(1).tolist()} <= set(LABELS["csed"])
    torch.testing.assert_close(scores[:, made.labels_of("csed")].sum(1), torch.ones(20))
    free = made.collate([item("own", None)])
    assert SPACE.names[int(made(free).logits.argmax())] == "anger"


def loss(made: CrossLingualCrossAge, some: list[Item], moved: Tensor | float = 0.0) -> Tensor:
    batch = made.collate(some)
    return made.loss(Outputs(extras={"raw": made(batch).extras["raw"] + moved}), batch)["cross_entropy"]


def test_the_logit_of_a_label_that_the_corpus_does_not_annotate_teaches_nothing() -> None:
    made, some = taught(), [item("csed", "positive", 1), item("csed", "neutral", 2)]
    outside = 50 * (~made.labels_of("csed")).float()
    assert float(loss(made, some)) == float(loss(made, some, outside))
    loss(made, some).backward()
    gradient = made.head.classifier.weight.grad
    assert gradient is not None
    assert set(gradient.abs().sum(1).nonzero().squeeze(1).tolist()) == {SPACE.index(name) for name in LABELS["csed"]}
    assert float(loss(taught(masked=False), some)) != float(loss(taught(masked=False), some, outside))


def test_an_item_without_a_label_counts_nothing() -> None:
    made = taught()
    known, unknown = item("own", "anger", 1), item("own", None, 2)
    torch.testing.assert_close(loss(made, [known, unknown]), loss(made, [known]) / 2)


def test_several_labels_of_an_item_are_several_targets() -> None:
    space = SPACE.override({"kind": "multi", "name": "multi13"})
    made = system(space)
    target = np.isin(SPACE.names, ["anger", "surprise"]).astype(np.float32)
    batch = made.collate(
        [Item(Record(id="0", corpus="elder_react"), {"speech": np.ones((3, FEATURES), np.float32)}, target)]
    )
    assert names(batch.extras["apply"][0] > 0) == {"anger", "surprise"} and int(batch.extras["exist"].sum()) == 6
    assert bool((made.scores(made(batch))[~batch.extras["exist"]] == 0).all())


def test_the_mean_is_over_real_frames() -> None:
    made = taught()
    short, long = item("own", "anger", 1), item("own", "anger", 2, frames=40)
    alone, together = made(made.collate([short])), made(made.collate([short, long]))
    torch.testing.assert_close(alone.logits[0], together.logits[0])
    x = torch.from_numpy(np.array(short.inputs["speech"]))
    expected = made.head.classifier(made.head.projector(x).mean(0))
    torch.testing.assert_close(alone.extras["raw"][0], expected)


def test_groups_are_those_of_the_paper() -> None:
    """English and Mandarin, elderly: ElderReact, CSED and the old speakers of CREMA-D and TESS."""
    sizes = [
        ("crema_d", "en", "45", 50), ("crema_d", "en", "62", 15), ("esd", "zh", "", 40), ("esd", "en", "", 40),
        ("iemocap", "en", "", 30), ("tess", "en", "26", 70), ("tess", "en", "64", 69), ("elder_react", "en", "", 61),
        ("csed", "zh", "", 20), ("yuemotion", "yue", "59", 11), ("yuemotion", "yue", "30", 22),
    ]  # fmt: skip
    records = [
        Record(id=f"{i}-{k}", corpus=corpus, language=language, attributes={"age": age} if age else {})
        for i, (corpus, language, age, size) in enumerate(sizes)
        for k in range(size)
    ]
    assert sum(in_group(record, ("en", "zh"), "elderly") for record in records) == 15 + 69 + 61 + 20
    assert sum(in_group(record, (), "elderly") for record in records) == 15 + 69 + 61 + 20 + 11
    assert sum(in_group(record, ("zh",), "adults") for record in records) == 40
    assert sum(in_group(record, (), "all") for record in records) == len(records)
    assert age_group(Record(id="0", corpus="emodb")) == "unknown"


def test_an_epoch_has_every_item_of_the_chosen_groups_once_and_no_other() -> None:
    units = [item("crema_d", "anger", i, language="en", attributes={"age": str(20 + 10 * (i % 6))}) for i in range(60)]
    made = system(age="elderly", languages=("en",), batch_size=8)
    drawn = made.sample(units, np.random.default_rng(0))
    assert [len(rows) for rows in drawn] == [8, 8, 4]
    assert sorted(np.concatenate(drawn).tolist()) == [i for i in range(60) if i % 6 >= 4]


def test_validation_is_that_of_the_chosen_groups_too() -> None:
    young = [item("crema_d", "anger", i, language="en", attributes={"age": "30"}) for i in range(5)]
    old = [item("crema_d", "anger", 9 + i, language="en", attributes={"age": "70"}) for i in range(5)]
    made = taught(young + old, age="elderly")
    mixed = made.group_fit([made.collate(young[:3] + old[:2]), made.collate(young[3:] + old[2:])])
    assert mixed == pytest.approx(made.group_fit([made.collate(old)]), rel=1e-5)
    assert mixed == pytest.approx(-float(loss(made, old)), rel=1e-5)


def test_a_group_that_nobody_is_in_and_training_without_labels_are_refused() -> None:
    with pytest.raises(Ai4erError, match="no train item is of languages yue and age elderly"):
        taught(languages=("yue",), age="elderly")
    with pytest.raises(Ai4erError, match="no training item has a label"):
        taught([item("own", None)])


def test_the_rate_falls_in_a_line_from_the_first_step() -> None:
    (stage,) = system().stages()
    (one,) = stage.optimise(10)
    rates = []
    for _ in range(10):
        rates.append(one.optimiser.param_groups[0]["lr"])
        one.optimiser.step()
        one.schedule.step()
    np.testing.assert_allclose(rates, 3e-3 * (1 - np.arange(10) / 10))
    assert stage.patience == 5 and one.optimiser.param_groups[0]["weight_decay"] == 0
