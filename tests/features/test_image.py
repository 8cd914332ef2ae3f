"""The image front end: known pixels stay what they are, from an array or a file."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.records import Record


def _record(image: np.ndarray) -> Record:
    return Record(id="one", corpus="test", arrays={"image": image.astype(np.float32)})


def test_an_image_of_the_right_size_is_only_divided_by_255() -> None:
    image = np.random.default_rng(0).integers(0, 256, (48, 48))
    end = front_end("image")
    (pixels,) = end.extract([end.load(_record(image))])
    assert pixels.shape == (1, 48, 48)
    assert pixels.dtype == np.float32
    assert pixels[0] == pytest.approx(image / 255, abs=1e-4)
    assert not end.is_timed(pixels)


def test_three_channels_are_red_green_blue_and_grey_is_their_weighted_sum() -> None:
    image = np.random.default_rng(1).integers(0, 256, (20, 20, 3))
    colour, grey = (front_end(f"image:size=20,channels={n}") for n in (3, 1))
    (rgb,) = colour.extract([colour.load(_record(image))])
    (one,) = grey.extract([grey.load(_record(image))])
    assert rgb == pytest.approx(image.transpose(2, 0, 1) / 255, abs=1e-5)
    assert one[0] == pytest.approx(np.tensordot([0.299, 0.587, 0.114], rgb, axes=1), abs=1e-3)


def test_a_file_gives_the_same_as_its_pixels(tmp_path: Path) -> None:
    image = np.random.default_rng(2).integers(0, 256, (30, 30, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "é.png"), image[..., ::-1])
    record = Record(id="one", corpus="test", image=str(tmp_path / "é.png"))
    end = front_end("image:size=30,channels=3")
    assert end.has(record)
    assert np.array_equal(end.load(record), image)


def test_halving_the_size_is_the_mean_of_two_by_two_pixels() -> None:
    image = np.random.default_rng(3).uniform(0, 255, (16, 16))
    end = front_end("image:size=8")
    (pixels,) = end.extract([end.load(_record(image))])
    assert pixels[0] == pytest.approx(image.reshape(8, 2, 8, 2).mean(axis=(1, 3)) / 255, abs=1e-4)


def test_of_an_oblong_image_the_central_square_is_seen() -> None:
    image = np.zeros((10, 30))
    image[:, 10:20] = 255
    end = front_end("image:size=10")
    assert (end.extract([end.load(_record(image))])[0] > 0.999).all()


def test_the_other_items_change_nothing() -> None:
    generator = np.random.default_rng(4)
    items = [generator.uniform(0, 255, (n, n, 3)).astype(np.float32) for n in (20, 50, 90)]
    end = front_end("image:size=32,channels=3")
    for alone, together in zip(items, end.extract(items)):
        assert np.array_equal(end.extract([alone])[0], together)


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    end = front_end("image")
    (tmp_path / "a.png").write_bytes(b"no image")
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(Ai4erError, match="the record has no image"):
        end.load(Record(id="one", corpus="test"))
    with pytest.raises(Ai4erError, match="no image file"):
        end.load(Record(id="one", corpus="test", image=str(tmp_path / "missing.png")))
    for name in ("a.png", "empty.png"):
        with pytest.raises(Ai4erError, match="not an image that can be decoded"):
            end.load(Record(id="one", corpus="test", image=str(tmp_path / name)))
    with pytest.raises(Ai4erError, match="has the shape"):
        end.load(_record(np.zeros((4, 4, 2))))
    with pytest.raises(Ai4erError, match="channels are 1"):
        front_end("image:channels=2")
