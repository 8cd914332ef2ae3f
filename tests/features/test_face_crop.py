"""The face front end: the square around a box is exact, and a real detector finds drawn and real faces."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import av
import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.features._face_detection import around, cascade, find_faces
from ai4er.features._pixels import resized
from ai4er.features._video_frames import video_frames
from ai4er.features.base import front_end
from ai4er.features.face_crop import FaceCrop
from ai4er.records import Record


@pytest.fixture(scope="module")
def face() -> np.ndarray:
    """A drawn neutral face, (200, 200, 3)."""
    image = open_corpus("synthetic_face:size=40,pixels=200,noise=0").read()[4].arrays["image"]
    return np.repeat(image[..., None], 3, axis=2)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of 2 s at 10 frames a second; the grey level of frame i is 10 i."""
    path = tmp_path / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * number, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def _levels(*arguments: object) -> list[int]:
    return [round(float(frame.mean()) / 10) for frame in video_frames(*arguments)]  # type: ignore[arg-type]


def test_the_square_has_the_centre_of_the_box_and_the_wished_margin() -> None:
    left, top, side = around((10, 20, 30, 50), margin=0.1)
    assert side == pytest.approx(60)
    assert (left + side / 2, top + side / 2) == pytest.approx((25, 45))


def test_a_square_over_the_edge_repeats_the_edge() -> None:
    image = np.zeros((10, 10, 3), np.float32)
    image[0], image[-1] = 255, 128
    cut = resized(image, (-5, -5, 20), 20, 1)[0]
    assert (cut[:6] == 1).all()
    assert cut[-6:] == pytest.approx(128 / 255, abs=1e-5)
    assert (cut[6:-6] == 0).all()


@pytest.mark.parametrize(("x", "y", "scale"), [(0, 0, 1.0), (150, 40, 1.0), (100, 60, 0.8)])
def test_the_detected_box_moves_and_shrinks_with_the_face(x: int, y: int, scale: float, face: np.ndarray) -> None:
    canvas = np.full((400, 560, 3), 60, np.float32)
    small = resized(face, (0, 0, 200), round(200 * scale), 3).transpose(1, 2, 0) * 255
    canvas[y : y + len(small), x : x + len(small)] = small
    left, top, width, height = find_faces(cascade(), canvas)[0]
    assert left + width / 2 == pytest.approx(x + 100 * scale, abs=14 * scale)
    assert top + height / 2 == pytest.approx(y + 105 * scale, abs=20 * scale)
    assert height == pytest.approx(160 * scale, rel=0.15)


def test_of_two_faces_the_larger_comes_first(face: np.ndarray) -> None:
    canvas = np.full((400, 560, 3), 60, np.float32)
    canvas[40:140, 20:120] = resized(face, (0, 0, 200), 100, 3).transpose(1, 2, 0) * 255
    canvas[100:300, 300:500] = face
    assert [box[0] > 280 for box in find_faces(cascade(), canvas)] == [True, False]


def test_without_a_face_the_central_square_is_taken() -> None:
    image = np.zeros((100, 60, 3), np.float32)
    image[20:80] = 255
    end = FaceCrop(size=30, channels=1)
    assert end.extract([[image]])[0] == pytest.approx(1, abs=1e-3)


def test_an_image_has_no_time_and_a_video_has(clip: Path, face: np.ndarray) -> None:
    still, film = FaceCrop(size=24), FaceCrop(size=24, fps=5)
    record = Record(id="one", corpus="test", arrays={"image": face})
    (image,) = still.extract([still.load(record)])
    assert image.shape == (3, 24, 24)
    assert not still.is_timed(image)
    assert still.has(record) and not film.has(record)
    (frames,) = film.extract([film.load(Record(id="two", corpus="test", video=str(clip)))])
    assert frames.shape == (10, 3, 24, 24)
    assert film.is_timed(frames)


def test_frames_are_those_on_show_at_the_wished_moments(clip: Path) -> None:
    assert _levels(clip, 10) == list(range(20))
    assert _levels(clip, 5) == list(range(0, 20, 2))
    assert _levels(clip, 20) == [i // 2 for i in range(40)]
    assert _levels(clip, 5, 0.5, 1.3) == [5, 7, 9, 11]
    assert _levels(clip, 4, 1.0, 99.0) == [10, 12, 15, 17]


def test_a_video_of_a_telephone_held_upright_is_turned_as_its_file_says(tmp_path: Path) -> None:
    path = tmp_path / "turned.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        top = np.zeros((48, 64, 3), np.uint8)
        top[:16] = 255
        container.mux(stream.encode(av.VideoFrame.from_ndarray(top, format="rgb24")))
        container.mux(stream.encode())
    one, content = 0x10000, path.read_bytes()
    matrix = struct.pack(">9i", one, 0, 0, 0, one, 0, 0, 0, 0x40000000)
    clockwise = struct.pack(">9i", 0, one, 0, -one, 0, 0, 0, 0, 0x40000000)
    head, track = content[: content.index(b"tkhd")], content[content.index(b"tkhd") :]
    path.write_bytes(head + track.replace(matrix, clockwise, 1))
    (frame,) = video_frames(path, 10)
    assert frame.shape == (64, 48, 3)
    assert frame[:, 40:].mean() > 230 and frame[:, :24].mean() < 25


def test_the_detector_that_is_always_there_takes_any_image(face: np.ndarray) -> None:
    assert find_faces(cascade(), np.zeros((100, 100, 3))) == []
    assert FaceCrop(size=24).extract([[face]])[0].shape == (3, 24, 24)


def test_it_finds_most_real_faces() -> None:
    from ai4er.corpora.fer2013 import Reader

    folder = Path(os.environ.get("AI4ER_DATA", "/nowhere"), "fer2013_part")
    if not folder.is_dir():
        pytest.skip("AI4ER_DATA has no fer2013_part")
    images = [np.repeat(r.arrays["image"][..., None], 3, axis=2) for r in Reader(folder).read()[:1000:40]]
    assert np.mean([bool(find_faces(cascade(), image)) for image in images]) > 0.6


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, clip: Path) -> None:
    with pytest.raises(Ai4erError, match="the record has no video"):
        front_end("face_crop:fps=5").load(Record(id="one", corpus="test"))
    with pytest.raises(Ai4erError, match="no video file"):
        list(video_frames(tmp_path / "missing.mp4", 5))
    (tmp_path / "damaged.mp4").write_bytes(b"damaged")
    with pytest.raises(Ai4erError, match="cannot be decoded"):
        list(video_frames(tmp_path / "damaged.mp4", 5))
    with pytest.raises(Ai4erError, match="no frame between 5 and the end"):
        list(video_frames(clip, 5, 5.0))
