"""DKDFMH is what its sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.labels import LABEL_SPACES
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.hierarchical_decoupled_kd import Config, FusedAttention, HierarchicalDecoupledKD, Network


def network(heads: int = 4, size: int = 32, area: int = 1) -> Network:
    torch.manual_seed(0)
    return Network(Config(), heads, size, area, 4).eval()


@pytest.mark.parametrize("heads", [1, 8])
def test_the_heads_are_fused_into_the_same_features(heads: int) -> None:
    made = network(heads)
    assert parameter_count(made.classifier) == 4 * 33
    assert made(torch.randn(2, 197, 40))[1].shape == (2, 32)


def test_heads_of_the_same_weights_say_what_one_says() -> None:
    torch.manual_seed(0)
    one, four = FusedAttention(6, 1, 5, 1), FusedAttention(6, 4, 5, 1)
    four.load_state_dict(
        {name: value.repeat(4, *(1 for _ in value.shape[1:])) for name, value in one.state_dict().items()}
    )
    x = torch.randn(2, 6, 7, 3)
    torch.testing.assert_close(four(x), one(x))


@pytest.mark.parametrize("area", [1, 3])
def test_attention_is_a_softmax_over_the_features_of_each_place(area: int) -> None:
    torch.manual_seed(0)
    made, x = FusedAttention(6, 2, 5, area), torch.randn(1, 6, 4, 3)

    def project(part: torch.nn.Conv2d, vector: Tensor) -> Tensor:
        return (part.weight[:, :, 0, 0] @ vector + part.bias).view(2, 5)

    total = torch.zeros(5)
    for i in range(4):
        for j in range(3):
            near = x[0, :, max(0, i - area // 2) : i + area // 2 + 1, max(0, j - area // 2) : j + area // 2 + 1]
            around = near.mean((1, 2))
            q, k, v = project(made.query, x[0, :, i, j]), project(made.key, around), project(made.value, around)
            total += ((q * k).softmax(1) * v).relu().sum(0)
    torch.testing.assert_close(made(x)[0], total / 24)


def test_the_first_layer_has_two_branches_of_eight_channels() -> None:
    made, x = network(), torch.randn(2, 1, 30, 40)
    assert made.stem.time[0].kernel_size == (10, 2) and made.stem.frequency[0].kernel_size == (2, 8)
    for parameter in made.stem.time.parameters():
        torch.nn.init.zeros_(parameter)
    alive = torch.cat(made.stem(x), dim=1).abs().amax((0, 2, 3)) > 0
    assert alive.tolist() == [False] * 8 + [True] * 8


def test_time_and_bands_are_halved_twice() -> None:
    assert network().convolutions(torch.randn(1, 16, 197, 40)).shape == (1, 80, 49, 10)


def system(**changes: Any) -> HierarchicalDecoupledKD:
    torch.manual_seed(0)
    config = Config.small().override({"warmup_epochs": 0, **changes})
    return HierarchicalDecoupledKD(config, LABEL_SPACES["common4"], {"speech": (40,)}, {"speech": True})


def batch_of(made: HierarchicalDecoupledKD, lengths: tuple[int, ...] = (25, 60, 10)) -> Batch:
    generator = np.random.default_rng(0)
    return made.collate([
        Item(Record(id=str(i), corpus="a"), {"speech": generator.standard_normal((n, 40)).astype("f4")}, np.int64(i))
        for i, n in enumerate(lengths)
    ])  # type: ignore[arg-type]  # fmt: skip


def test_an_utterance_has_the_mean_posterior_of_its_segments() -> None:
    made = system().eval()
    batch = batch_of(made)
    outputs = made(batch)
    assert outputs.extras["row"].tolist() == [0, 1, 1, 1, 2]
    posteriors = outputs.extras["segments"].softmax(1)
    torch.testing.assert_close(made.scores(outputs)[1], posteriors[1:4].mean(0))


def test_the_student_learns_and_the_teacher_does_not() -> None:
    made = system()
    made.train()
    batch = batch_of(made)
    before = {name: value.clone() for name, value in made.teacher.state_dict().items()}
    terms = made.student_loss(made(batch), batch)
    assert list(terms) == ["cross_entropy", "target_class", "other_classes"]
    torch.stack(list(terms.values())).sum().backward()
    assert all(p.grad is None for p in made.teacher.parameters())
    assert all(p.grad is not None for p in made.network.parameters())
    assert all(torch.equal(value, before[name]) for name, value in made.teacher.state_dict().items())


def test_each_part_has_its_own_weight() -> None:
    batch = batch_of(system())
    found = {}
    for alpha, beta in ((1, 8), (2, 8), (1, 4)):
        made = system(alpha=alpha, beta=beta).eval()
        found[alpha, beta] = made.student_loss(made(batch), batch)
    torch.testing.assert_close(found[2, 8]["target_class"], 2 * found[1, 8]["target_class"])
    torch.testing.assert_close(found[1, 8]["other_classes"], 2 * found[1, 4]["other_classes"])
    plain = system(distillation="classical").eval()
    assert list(plain.student_loss(plain(batch), batch)) == ["cross_entropy", "teacher"]


def test_distillation_sets_in_over_the_first_epochs() -> None:
    made = system(warmup_epochs=2)
    items = [Item(Record(id=str(i), corpus="a"), {"speech": np.zeros((50, 40), np.float32)}) for i in range(32)]
    made.teach(StageData({"train": items}, made.collate, 0, torch.device("cpu")))
    assert made.warmup == 4
    assert [made.train().share() for _ in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]


def test_the_teacher_answers_while_it_learns_and_the_student_ever_after() -> None:
    made, batch = system().eval(), batch_of(system())
    data = StageData({"train": []}, made.collate, 0, torch.device("cpu"))
    student = made(batch).logits
    made.begin(data)
    teacher = made(batch).logits
    made.teach(data)
    assert torch.equal(made(batch).logits, student) and not torch.equal(teacher, student)
    assert [stage.name for stage in made.stages()] == ["teacher", "student"]


def test_the_teacher_has_more_and_larger_heads_over_areas() -> None:
    made = HierarchicalDecoupledKD(Config(), LABEL_SPACES["common4"], {"speech": (40,)}, {"speech": True})
    assert (made.teacher.attention.heads, made.teacher.attention.area) == (8, 3)
    assert made.teacher.classifier.in_features == 64 and made.network.classifier.in_features == 32
    assert functional.linear(torch.zeros(1, 32), made.network.classifier.weight).shape == (1, 4)
