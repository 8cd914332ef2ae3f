"""Neural structured learning is what its sheet says: graph, loss, the four networks, and what the device runs."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.systems.speech._spectrogram_networks import Name, SamePadding, SpectrogramNetwork
from ai4er.systems.speech.neural_structured_learning import SPECTRUM, SPEECH, Config, NeuralStructuredLearning, key

SPACE = label_space("common4")
WIDE = (64, 128, 256, 512)


def system(**changes: Any) -> NeuralStructuredLearning:
    torch.manual_seed(0)
    config = Config.small().override({"source_steps": 4, "embedded_steps": 4, **changes})
    return NeuralStructuredLearning(
        config, SPACE, {SPECTRUM: (16,), SPEECH: (6,)}, {SPECTRUM: True, SPEECH: True}
    )  # fmt: skip


def items(directions: list[int], labels: list[int] | None = None) -> list[Item]:
    """Items whose frames point along one of six axes, with spectra of noise."""
    generator = np.random.default_rng(0)
    made = []
    for number, direction in enumerate(directions):
        label = np.int64(labels[number] if labels else number % 4)
        inputs: dict[str, np.ndarray | None] = {
            SPECTRUM: generator.standard_normal((34, 16)).astype(np.float32),
            SPEECH: np.tile(np.eye(6, dtype=np.float32)[direction], (4, 1)),
        }
        made.append(Item(Record(id=str(number), corpus="made"), inputs, label))  # type: ignore[arg-type]
    return made


def linked(units: list[Item], **changes: Any) -> NeuralStructuredLearning:
    whole = system(**changes)
    with torch.no_grad():
        whole.source.projection.weight.copy_(torch.eye(16)[:, :6])
        whole.source.projection.bias.zero_()
    whole.link(StageData({"train": units}, whole.collate, 0, torch.device("cpu")))
    return whole


def losses(whole: NeuralStructuredLearning, units: list[Item]) -> dict[str, Tensor]:
    whole.train()
    batch = whole.collate(units)
    whole.network.eval()
    return whole.loss(whole(batch), batch)


def test_neighbours_are_the_clips_that_the_source_network_finds_alike() -> None:
    units = items([0, 1, 0, 1, 0])
    found = linked(units).neighbours
    names = {key(unit)[1]: {edge.record.id for edge, _ in found[key(unit)]} for unit in units}
    assert names == {"0": {"2", "4"}, "1": {"3"}, "2": {"0", "4"}, "3": {"1"}, "4": {"0", "2"}}
    assert all(weight == 1 for edges in found.values() for _, weight in edges)


@pytest.mark.parametrize("changes", [{"alpha": 0}, {"least_cosine": 1.0}])
def test_without_graph_the_loss_is_plain_cross_entropy(changes: dict[str, Any]) -> None:
    units = items([0, 1, 2, 3])
    whole = linked(units, **changes)
    terms = losses(whole, units)
    logits = whole.eval()(whole.collate(units)).logits
    assert list(terms) == ["cross_entropy"]
    torch.testing.assert_close(terms["cross_entropy"], functional.cross_entropy(logits, torch.arange(4)))


def test_the_graph_term_is_the_mean_over_the_edges_of_the_batch() -> None:
    units = items([0, 0, 0, 1])
    whole = linked(units, alpha=0.1)
    found = losses(whole, [units[0], units[3]])["graph"]
    h = whole.eval()(whole.collate(units)).embedding
    cosines = functional.cosine_similarity(h[:1], h[1:3])
    torch.testing.assert_close(found, 0.1 * (1 - cosines).sum() / 2)


def test_labels_of_neighbours_do_not_matter() -> None:
    one, other = items([0, 0, 0], [0, 1, 2]), items([0, 0, 0], [0, 3, 3])
    assert losses(linked(one), one[:1]) == losses(linked(other), other[:1])


def test_both_ends_of_an_edge_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    units = items([0, 0])
    whole = linked(units)
    passes = iter([torch.no_grad, torch.enable_grad])
    answer = whole.answer

    def one_sided(spectrum: Tensor) -> tuple[Tensor, Tensor]:
        with next(passes)():
            return answer(spectrum)

    monkeypatch.setattr(whole, "answer", one_sided)
    losses(whole, units)["graph"].backward()
    assert whole.network.fc1.weight.grad.any()


def test_the_device_needs_neither_neighbours_nor_the_source_network() -> None:
    units = items([0, 0, 1])
    whole = linked(units).eval()
    before = whole(whole.collate(units)).logits
    whole.neighbours = {}
    for parameter in whole.source.parameters():
        parameter.data.normal_()
    assert torch.equal(whole(whole.collate(units)).logits, before)
    assert not whole.collate(units).extras


def test_the_bands_are_standardised_by_the_training_part() -> None:
    units = items([0, 1, 2])
    x = np.concatenate([unit.inputs[SPECTRUM] for unit in units])  # type: ignore[misc]
    np.testing.assert_allclose(linked(units).standardise.mean, x.mean(0), atol=1e-6)


@pytest.mark.parametrize(
    ("name", "size"), [("vgg15", 14_859_335), ("resnet9", 4_960_583), ("mobilenet15", 674_695), ("cnn6", 4_439_367)]
)
def test_a_network_has_the_published_size(name: Name, size: int) -> None:
    with torch.device("meta"):
        network = SpectrogramNetwork(name, WIDE, 256, 7, 0.99)
    weights = [*network.parameters(), *(b for n, b in network.named_buffers() if n.endswith(("_mean", "_var")))]
    assert sum(weight.numel() for weight in weights) == size
    assert not any(n.startswith("convolutions") and n.endswith("bias") and p.dim() > 1
                   for n, p in network.named_parameters())  # fmt: skip


def test_the_published_map() -> None:
    shapes = {}
    for name in ("vgg15", "resnet9", "mobilenet15", "cnn6"):
        network = SpectrogramNetwork(name, (2, 2, 2, 2), 4, 7, 0.99)  # type: ignore[arg-type]
        shapes[name] = tuple(network.convolutions(torch.randn(1, 1, 373, 64)).shape[2:])
    assert shapes == {"vgg15": (11, 2), "resnet9": (12, 2), "mobilenet15": (24, 4), "cnn6": (23, 4)}


def test_a_clip_of_the_published_length_has_373_frames() -> None:
    from ai4er.features.log_mel import LogMel

    settings = {"bands": 64, "n_fft": 512, "hop": 256, "samples": 95_744, "fill": "repeats"}
    samples = np.random.default_rng(0).standard_normal(40_000).astype(np.float32)
    (found,) = LogMel(**settings).extract([samples])
    (whole,) = LogMel(bands=64, n_fft=512, hop=256).extract([samples[np.arange(95_744) % 40_000]])
    assert len(found[1:-1]) == 373
    np.testing.assert_array_equal(found, whole)


def test_an_odd_border_stands_at_the_end() -> None:
    padded = SamePadding(3, 2)(torch.ones(1, 1, 6, 5))
    assert padded.shape == (1, 1, 7, 7)
    assert padded[0, 0, :, 3].tolist() == [1, 1, 1, 1, 1, 1, 0]
    assert padded[0, 0, 0].tolist() == [0, 1, 1, 1, 1, 1, 0]


@pytest.mark.parametrize(("name", "negative"), [("vgg15", True), ("cnn6", True), ("resnet9", False)])
def test_where_the_hidden_vector_is_taken(name: Name, negative: bool) -> None:
    torch.manual_seed(0)
    hidden = SpectrogramNetwork(name, (4, 4, 4, 4), 64, 4, 0.9).eval()(torch.randn(2, 64, 32))[1]
    assert bool((hidden < 0).any()) == negative


def test_the_rate_falls_every_five_epochs() -> None:
    (one,) = system().stages()[1].optimise(1)
    rates = []
    for _ in range(11):
        rates.append(one.optimiser.param_groups[0]["lr"])
        one.optimiser.step()
        one.schedule.step()
    np.testing.assert_allclose(np.array(rates) / rates[0], [1] * 5 + [0.9] * 5 + [0.81])


@pytest.mark.parametrize(("name", "least"), [("cnn6", 16), ("vgg15", 32), ("resnet9", 1), ("mobilenet15", 1)])
def test_spectrograms_that_the_poolings_would_leave_nothing_of_are_refused(name: Name, least: int) -> None:
    config = Config.small().override({"network_name": name})
    shapes = {SPECTRUM: (max(least, 4),), SPEECH: (16,)}
    system = NeuralStructuredLearning(config, label_space("common4"), shapes, dict.fromkeys(shapes, True)).eval()
    assert system.answer(torch.zeros(2, least + 2, max(least, 4)))[0].shape == (2, 4)
    if least > 1:
        with pytest.raises(Ai4erError, match=f"needs spectrograms of {least + 2} frames"):
            system.answer(torch.zeros(2, least + 1, least))
