"""It learns from other views, answers with mean weights, and cares neither for left and right nor for light."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.augment.picture_views import other_views
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record
from ai4er.systems.baseline.image_network import Config, ImageNetwork
from ai4er.systems.batch import Item
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = label_space("fer2013")


def items(count: int = 16, vectors: int = 0) -> list[Item]:
    """Images without a meaning, and vectors that tell the label."""
    generator = np.random.default_rng(0)
    told = {"histograms": np.eye(SPACE.size, vectors, dtype=np.float32)} if vectors else {}
    return [
        Item(
            Record(id=str(i), corpus="made", label=SPACE.names[i % SPACE.size]),
            {
                "image": generator.random((1, 24, 24), dtype=np.float32),
                **{name: rows[i % SPACE.size] for name, rows in told.items()},
            },
            np.int64(i % SPACE.size),  # type: ignore[arg-type]  # as a label is
        )
        for i in range(count)
    ]


def made(**settings: object) -> ImageNetwork:
    torch.manual_seed(0)
    return ImageNetwork(Config.small().override(settings), SPACE, {"image": (1, 24, 24)}, {"image": False})


def fitted(**settings: object) -> ImageNetwork:
    system = made(epochs=2, **settings)
    fit(system, {"train": items()}, Options(device="cpu"))
    return system.eval()


def logits(system: ImageNetwork, images: torch.Tensor) -> torch.Tensor:
    given = [Item(Record(id=str(i), corpus="made"), {"image": one.numpy()}) for i, one in enumerate(images)]
    return system(system.collate(given)).logits.detach()


def images(count: int = 5) -> torch.Tensor:
    return torch.rand(count, 1, 24, 24, generator=torch.Generator().manual_seed(3))


def test_a_mirror_image_has_the_same_answer_and_so_has_one_in_dimmer_light() -> None:
    system, given = fitted(), images()
    torch.testing.assert_close(logits(system, given.flip(-1)), logits(system, given))
    torch.testing.assert_close(logits(system, 0.8 * given + 0.1), logits(system, given), atol=0.3, rtol=0.1)


def test_the_mean_weights_answer_and_follow_those_that_learn() -> None:
    system, given = fitted(memory=0.5), images()
    before = logits(system, given)
    with torch.no_grad():
        for p in system.network.parameters():
            p.zero_()
    torch.testing.assert_close(logits(system, given), before)
    without = fitted(memory=0.0)
    for name, value in without.network.state_dict().items():
        torch.testing.assert_close(without.average.module.state_dict()[name], value)


def test_a_mean_weight_is_half_the_last_one_and_half_the_mean_before_it() -> None:
    system = made(memory=0.5)
    weight, mean = system.network[2].weight, system.average.module[2].weight
    for value, expected in ((4.0, 4.0), (0.0, 2.0), (1.0, 1.5)):  # the first step is taken as it is
        weight.data.fill_(value)
        system.average.update_parameters(system.network)
        torch.testing.assert_close(mean, torch.full_like(mean, expected))


def test_only_training_changes_the_images_and_every_batch_otherwise() -> None:
    system, given = made(mixing=0.0), items()
    first, second = (system.transform(given, given, np.random.default_rng(seed)) for seed in (0, 1))
    assert all(not np.array_equal(a.inputs["image"], b.inputs["image"]) for a, b in zip(first, second))  # type: ignore[arg-type]
    again = system.transform(given, given, np.random.default_rng(0))
    assert all(np.array_equal(a.inputs["image"], b.inputs["image"]) for a, b in zip(first, again))  # type: ignore[arg-type]
    torch.testing.assert_close(logits(fitted(), images()), logits(fitted(), images()))


def test_mixtures_have_the_shares_of_their_labels() -> None:
    system, given = made(mixing=1.0), items()
    shares = np.stack([item.target for item in system.transform(given, given, np.random.default_rng(2))])  # type: ignore[misc]
    np.testing.assert_allclose(shares.sum(1), 1, atol=1e-6)
    largest = np.sort(shares, axis=1)[:, -1]
    assert len(np.unique(largest.round(5))) <= 2, "one share for a batch, and 1 where both have the same label"
    plain = np.stack([item.target for item in made(mixing=0.0).transform(given, given, np.random.default_rng(2))])  # type: ignore[misc]
    np.testing.assert_array_equal(plain.argmax(1), np.arange(16) % SPACE.size)


def test_a_perceptron_reads_the_vectors_and_both_answers_are_multiplied() -> None:
    torch.manual_seed(0)
    shapes = {"image": (1, 24, 24), "histograms": (7,)}
    system = ImageNetwork(Config.small().override({"vector_rate": 0.05}), SPACE, shapes, dict.fromkeys(shapes, False))
    given = items(28, 7)
    fit(system, {"train": given}, Options(device="cpu"))
    with torch.no_grad():
        found = system.eval()(system.collate(given))
    seen, read = found.extras["heads"]
    torch.testing.assert_close(found.logits.softmax(1), functional.normalize(seen.softmax(1) * read.softmax(1), p=1))
    targets = torch.tensor([int(item.target) for item in given])  # type: ignore[arg-type]
    assert (read.argmax(1) == targets).all() and not (seen.argmax(1) == targets).all()


def test_each_head_has_a_loss_of_its_own() -> None:
    torch.manual_seed(0)
    shapes = {"image": (1, 24, 24), "histograms": (7,)}
    system = ImageNetwork(Config.small(), SPACE, shapes, dict.fromkeys(shapes, False)).train()
    batch = system.collate(items(16, 7))
    terms = system.loss(system(batch), batch)
    reached = torch.autograd.grad(terms["pixels"], list(system.perceptron.parameters()), allow_unused=True)  # type: ignore[union-attr]
    assert set(terms) == {"pixels", "vectors"} and all(gradient is None for gradient in reached)


def test_what_is_no_single_image_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="reads an image"):
        ImageNetwork(Config.small(), SPACE, {"speech": (40,)}, {"speech": True})


def test_views_stay_in_range_and_of_their_size_and_half_are_mirrored() -> None:
    spot = torch.zeros(400, 1, 40, 40)
    spot[:, :, 16:24, 6:12] = 1
    views = other_views(spot, np.random.default_rng(0))
    assert views.shape == spot.shape and views.min() >= 0 and views.max() <= 1
    left, right = views[..., :20].mean((1, 2, 3)), views[..., 20:].mean((1, 2, 3))
    assert 0.4 < (left > right).float().mean() < 0.6
