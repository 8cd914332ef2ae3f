"""`face_vector` and `face_landmarks`: the published networks, sizes, borders, and what does not change an answer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.corpora import open_corpus
from ai4er.encoders import front_end, is_available, pretrained
from ai4er.encoders._face_networks import aligned
from ai4er.errors import Ai4erError
from ai4er.nn.inception_resnet import InceptionResNet
from ai4er.nn.landmark_network import Block, LandmarkNetwork
from ai4er.records import Record

ENDS = ("face_vector", "face_landmarks")
RIGHT_EYE, LEFT_EYE, NOSE, UPPER_LIP, CHIN = 468, 473, 4, 13, 152


def faces(pixels: int = 96) -> list[np.ndarray]:
    """Drawn faces, (pixels, pixels, 3) in [0, 255]."""
    records = open_corpus(f"synthetic_face:size=7,pixels={pixels},noise=0").read()
    return [front_end("face_vector").load(record) for record in records]


def test_the_maps_are_as_large_as_those_of_the_published_network() -> None:
    """Of FaceNet's 160 pixels: 17 x 17 below, 8 x 8 above."""
    network, seen = InceptionResNet(), []
    for layer in (network.stem, network.lower, network.between, network.upper):
        layer.register_forward_hook(lambda _, __, found: seen.append(tuple(found.shape[1:])))
    network(torch.zeros(1, 3, 160, 160))
    assert seen == [(256, 17, 17), (256, 17, 17), (896, 8, 8), (896, 8, 8)]


def test_a_block_that_halves_adds_the_largest_of_four_and_zeros_to_new_channels() -> None:
    torch.manual_seed(0)
    block, x = Block(4, 6, 2, halves=True), torch.randn(1, 4, 8, 8)
    with torch.no_grad():
        block.expand.weight.zero_()
        block.expand.bias.zero_()  # type: ignore[union-attr]
        found = block(x)
    expected = functional.pad(functional.max_pool2d(x, 2), (0, 0, 0, 0, 0, 2))
    torch.testing.assert_close(found, functional.prelu(expected, block.second.weight))


def test_the_parts_of_a_drawn_face_are_found_where_they_are() -> None:
    for found in front_end("face_landmarks").extract(faces(192)):
        place = found.reshape(478, 2)
        right, left, nose, lip, chin = (place[one] for one in (RIGHT_EYE, LEFT_EYE, NOSE, UPPER_LIP, CHIN))
        assert right[0] < nose[0] < left[0]
        assert max(right[1], left[1]) < nose[1] < lip[1] < chin[1]


def test_neither_place_nor_size_nor_turn_of_landmarks_counts() -> None:
    places = torch.randn(3, 478, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    cosine, sine = np.cos(0.4), np.sin(0.4)
    turn = torch.tensor([[cosine, sine], [-sine, cosine]])
    found = aligned(places)
    torch.testing.assert_close(aligned(3 * places @ turn + torch.tensor([5.0, -7.0])), found)
    found = found.view(3, 478, 2)
    torch.testing.assert_close(found.mean(1), torch.zeros(3, 2, dtype=torch.float64))
    torch.testing.assert_close(found.square().sum((1, 2)), torch.ones(3, dtype=torch.float64))
    torch.testing.assert_close(found[:, 263, 1], found[:, 33, 1])
    assert (found[:, 263, 0] > found[:, 33, 0]).all()
    assert aligned(torch.zeros(1, 478, 2)).isfinite().all()


@pytest.mark.parametrize("name", ENDS)
def test_neither_the_batch_nor_the_size_of_the_image_changes_a_face_much(name: str) -> None:
    end, small = front_end(name), faces()
    whole = np.stack(end.extract(small))
    assert whole.dtype == np.float32 and whole.shape == (7, {"face_vector": 896, "face_landmarks": 956}[name])
    spread = np.abs(whole).mean()
    np.testing.assert_allclose(end.extract(small[2:3])[0], whole[2], atol=1e-4 * spread)
    larger = [cv2.resize(face, (192, 192), interpolation=cv2.INTER_CUBIC) for face in small]
    assert np.abs(np.stack(end.extract(larger)) - whole).mean() < 0.1 * spread


def test_light_does_not_change_the_vector() -> None:
    end, small = front_end("face_vector"), faces()
    darker = np.stack(end.extract([30 + 0.6 * face for face in small]))
    whole = np.stack(end.extract(small))
    assert np.abs(darker - whole).mean() < 0.1 * np.abs(whole).mean()


@pytest.mark.parametrize("name", ENDS)
def test_what_is_no_image_and_what_is_another_network_are_errors(name: str) -> None:
    end = front_end(name)
    with pytest.raises(Ai4erError, match="no image"):
        end.load(Record(id="a", corpus="test"))
    with pytest.raises(Ai4erError, match="encoder"):
        front_end(f"{name}:encoder=ai4er-small")


def test_it_is_built_in_and_no_transformer() -> None:
    assert is_available("ai4er-face", "image") and not is_available("ai4er-face", "speech")
    with pytest.raises(Ai4erError, match="face_vector and face_landmarks"):
        pretrained("ai4er-face", "image")
    assert LandmarkNetwork()(torch.zeros(2, 3, 256, 256)).shape == (2, 478, 3)
