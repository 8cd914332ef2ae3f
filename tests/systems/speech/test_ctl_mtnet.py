"""CTL-MTNet is what its sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.nn.capsules import squash
from ai4er.records import Record
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech._convolution_block import drop
from ai4er.systems.speech.ctl_mtnet import Config, CTLMTNet, Network

NORM_STATISTICS = 384  # means of 0 and variances of 1 that the release stores and never changes
FRAMES, COEFFICIENTS = 88, 39


def network(classes: int = 6, **changes: Any) -> Network:
    torch.manual_seed(0)
    made = Network(Config().override(changes), classes).eval()
    for block in made.encoder.blocks:
        nn.init.uniform_(block.scale, 0.5, 1.5)
        nn.init.uniform_(block.shift, -0.5, 0.5)
    return made


def small(**changes: Any) -> Network:
    return network(4, channels=5, capsule_size=7, **changes)


def maps(batch: int = 2, frames: int = FRAMES) -> tuple[Tensor, Tensor]:
    x = 30 * torch.randn(batch, frames, COEFFICIENTS, generator=torch.Generator().manual_seed(1))
    return x, torch.full((batch,), frames)


@pytest.mark.parametrize(("classes", "count"), [(6, 321_799), (7, 321_864), (8, 321_929)])
def test_the_size_is_the_published_one(classes: int, count: int) -> None:
    assert parameter_count(network(classes)) + NORM_STATISTICS == count


def test_the_cross_corpus_encoder_has_no_scale_and_its_published_size() -> None:
    made = network(5, task="cross_corpus")
    assert parameter_count(made.encoder) + NORM_STATISTICS == 321_408
    assert made.encoder.attention_scale is None
    assert [block.dropout for block in made.encoder.blocks] == [0.25] * 3
    assert made.adversary is not None and made.adversary.weight is not made.classifier.weight


def plain(made: Network, x: Tensor) -> Tensor:
    """The encoder with the library's own normalisation, convolutions and pooling, one capsule after the other."""
    encoder = made.encoder
    h = x.unsqueeze(1)
    for block in encoder.blocks:
        norm = nn.BatchNorm2d(len(block.scale), eps=1e-3).eval()
        norm.weight, norm.bias = block.scale, block.shift
        h = nn.AvgPool2d(2)(nn.ELU()(norm(block.convolution(h))))
    h = encoder.primary(h)
    times, bands = h.shape[2:]
    u = torch.stack([
        squash(h[:, group * encoder.size : (group + 1) * encoder.size, time, band])
        for time in range(times) for band in range(bands) for group in range(6)
    ], dim=1)  # fmt: skip
    assert encoder.attention_scale is not None
    attention = (encoder.attention_scale * torch.einsum("bif,bjf->bij", u, u)).softmax(2)
    gated = u * torch.einsum("bij,bjf->bif", attention, u)
    return made.classifier(encoder.emotions(gated)[0].mean(1))


def test_the_network_is_that_of_the_sheet_written_plainly() -> None:
    made, (x, lengths) = small(), maps()
    torch.testing.assert_close(made(x, lengths)[0], plain(made, x), atol=1e-5, rtol=1e-4)


def test_it_learns_as_the_plain_network_does() -> None:
    made, (x, lengths) = small(), maps()
    weights = list(made.parameters())
    found = torch.autograd.grad(made(x, lengths)[0].square().sum(), weights)
    wanted = torch.autograd.grad(plain(made, x).square().sum(), weights)
    for one, other in zip(found, wanted):
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-3)


@pytest.mark.parametrize(("frames", "capsules"), [(88, 42), (96, 48)])
def test_there_are_six_capsules_shorter_than_one_at_each_time(frames: int, capsules: int) -> None:
    u, real = small().encoder.capsules(*maps(frames=frames))
    assert u.shape == (2, capsules, 7) and bool(real.all())
    assert bool((u.norm(dim=2) < 1).all())


def test_the_gate_multiplies() -> None:
    """A zero capsule stays zero whatever the others are."""
    encoder = small().encoder
    u, real = encoder.capsules(*maps())
    u[:, 3] = 0
    gated = encoder.gate(u, real)
    assert not gated[:, 3].any() and bool(gated[:, 4].any())


def test_the_number_of_emotion_capsules_does_not_follow_the_classes() -> None:
    for classes in (4, 8):
        assert network(classes).encoder.emotions.outputs == 6


def test_padding_makes_no_capsules() -> None:
    made, (x, lengths) = small(), maps(frames=60)
    padded = torch.cat([x, torch.full((2, 50, COEFFICIENTS), 99.0)], dim=1)
    torch.testing.assert_close(made(padded, lengths)[0], made(x, lengths)[0])


@pytest.mark.parametrize("rate", [0.25, 0.5])
def test_dropout_drops_its_share_and_keeps_the_mean(rate: float) -> None:
    torch.manual_seed(0)
    x = torch.ones(3, 40, 50, 60).permute(0, 3, 1, 2)
    dropped = drop(x, rate)
    assert abs(float((dropped == 0).double().mean()) - rate) < 0.005
    torch.testing.assert_close(dropped.max(), torch.tensor(1 / (1 - rate)))
    assert not torch.equal(drop(x, rate), dropped)


def system(**changes: Any) -> CTLMTNet:
    torch.manual_seed(0)
    config = Config.small().override({"channels": 5, "capsule_size": 7, **changes})
    return CTLMTNet(config, LABEL_SPACES["common4"], {"mfcc": (COEFFICIENTS,)}, {"mfcc": True})


def test_labels_are_smoothed_once_and_the_margin_loss_is_all() -> None:
    logits = torch.tensor([[2.0, 0.0, 0.0, -1.0]])
    terms = system().loss(Outputs(logits=logits), Batch(["a"], {}, {}, targets=torch.tensor([0])))
    p, y = logits.softmax(1)[0], torch.tensor([0.925, 0.025, 0.025, 0.025])
    wanted = (y * (0.9 - p).clamp(min=0) ** 2 + 0.5 * (1 - y) * (p - 0.1).clamp(min=0) ** 2).sum()
    assert list(terms) == ["margin"]
    torch.testing.assert_close(terms["margin"], wanted)


def items(count: int, label: int | None, corpus: str) -> list[Item]:
    generator = np.random.default_rng(len(corpus))
    return [
        Item(
            Record(id=f"{corpus}{i}", corpus=corpus),
            {"mfcc": 30 * generator.standard_normal((50, COEFFICIENTS), dtype=np.float32)},
            None if label is None else np.int64((label + i) % 4),  # type: ignore[arg-type]
        )
        for i in range(count)
    ]


def met(**changes: Any) -> tuple[CTLMTNet, list[Item]]:
    made, source = system(task="cross_corpus", **changes), items(6, 0, "source")
    made.meet(StageData({"train": source, "unlabelled": items(9, 1, "target")}, made.collate, 0, torch.device("cpu")))
    return made.eval(), source


def gradients(made: CTLMTNet, source: list[Item], names: str) -> dict[str, Tensor]:
    """The gradients of the loss terms that begin with `names`, by parameter."""
    batch = made.collate(made.transform(source, source, np.random.default_rng(0)))
    made.zero_grad()
    terms = made.loss(made(batch), batch)
    torch.stack([term for name, term in terms.items() if name.startswith(names)]).sum().backward()
    return {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None}


def test_a_batch_has_as_many_target_items_and_none_of_their_labels() -> None:
    made, source = met()
    batch = made.collate(made.transform(source, source, np.random.default_rng(0)))
    assert batch.extras["of_target"].tolist() == [False] * 6 + [True] * 6
    assert batch.targets[6:].eq(-100).all() and batch.targets[:6].ge(0).all()
    assert [len(part) for part in made.repeated(source, np.random.default_rng(0))] == [9]


def test_the_disparity_moves_the_adversary_and_never_the_classifier() -> None:
    made, source = met()
    found = gradients(made, source, "disparity")
    assert not any("classifier" in name for name in found)
    assert bool(found["network.adversary.weight"].any())
    assert not any("adversary" in name for name in gradients(made, source, "cross_entropy"))


@pytest.mark.parametrize(("done", "factor"), [(0, 0.001), (99, 0.0504), (239, 0.1199)])
def test_the_encoder_gets_the_reversed_gradient_times_the_ramp(
    done: int, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, source = met()
    made.stages()[0].optimise(240)
    made.progress += done / made.steps
    assert made.ramp() == pytest.approx(factor, abs=1e-4)
    ours = gradients(made, source, "disparity")
    monkeypatch.setattr("ai4er.systems.speech.ctl_mtnet.reverse_gradient", lambda x, factor: x)
    plainly = gradients(made, source, "disparity")
    for name, gradient in plainly.items():
        share = 1 if "adversary" in name else -made.ramp()
        torch.testing.assert_close(ours[name], share * gradient, atol=1e-9, rtol=1e-3)


def test_going_over_to_another_corpus_takes_its_settings_unless_they_are_given() -> None:
    crossed = Config().override({"task": "cross_corpus", "epochs": 7})
    assert (crossed.batch_size, crossed.epochs, crossed.betas, crossed.scaled) == (512, 7, (0.975, 0.935), False)
    assert crossed.inputs["mfcc"].endswith("samples=19000")
    assert Config().override({"gamma": 1.6}).batch_size == 64


def test_without_unlabelled_data_and_for_vectors_there_is_a_clear_error() -> None:
    made = system(task="cross_corpus")
    with pytest.raises(Ai4erError, match="cross_corpus_unlabelled"):
        made.meet(StageData({"train": []}, made.collate, 0, torch.device("cpu")))
    with pytest.raises(Ai4erError, match="front end"):
        CTLMTNet(Config.small(), LABEL_SPACES["common4"], {"mfcc": (1, 64, 64)}, {"mfcc": False})


def test_a_small_map_is_filled_up_with_zeros() -> None:
    made, (x, lengths) = small(), maps(frames=20)
    filled = functional.pad(x, (0, 0, 0, 18))
    torch.testing.assert_close(made(x, lengths)[0], made(filled, torch.full((2,), 38))[0])
