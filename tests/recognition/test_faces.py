"""Faces in pictures and videos: drawn ones, found by the real detector and read by a small fitted recognizer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.faces import PATIENCE, RATE, Tracker, overlap
from ai4er.recognition.folder import lines, recognize_all
from ai4er.recognition.folder_report import write_segments
from ai4er.recognition.recognize import recognize
from tests.recognition.test_recognize import fitted

SIDE = 120


@pytest.fixture(scope="module")
def expressions() -> Recognizer:
    return fitted("logistic_regression", "synthetic_face", inputs={"face": "face_crop:size=24,channels=1"})


@pytest.fixture(scope="module")
def faces() -> dict[str, np.ndarray]:
    """A face of one person with each expression, (120, 120)."""
    records = open_corpus(f"synthetic_face:size=70,pixels={SIDE},noise=0").read()
    return {str(record.label): record.arrays["image"] for record in records if record.speaker == records[4].speaker}


def scene(*placed: tuple[np.ndarray, int, int]) -> np.ndarray:
    """Faces at left and top in a grey picture of 640 x 360."""
    picture = np.full((360, 640, 3), 90, np.uint8)
    for face, left, top in placed:
        picture[top : top + len(face), left : left + len(face)] = face[..., None]
    return picture


def write_video(path: Path, pictures: Sequence[np.ndarray], rate: int = 10) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.height, stream.width, stream.pix_fmt = *pictures[0].shape[:2], "yuv420p"
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_overlap_is_intersection_over_union() -> None:
    boxes = np.array([[0, 0, 10, 10], [5, 0, 10, 10], [20, 20, 4, 4]])
    np.testing.assert_allclose(overlap(boxes[:1], boxes), [[1, 50 / 150, 0]])


def test_tracks_follow_their_faces_and_bridge_short_gaps() -> None:
    tracker = Tracker()
    for frame in range(12):
        boxes = [(4.0 * frame, 0.0, 40.0, 40.0), (200 - 4.0 * frame, 0.0, 40.0, 40.0)]
        tracker.feed(frame, boxes[::-1] if frame % 2 else boxes)
    assert [len(track.frames) for track in tracker.tracks] == [12, 12]
    assert [box[0] for box in tracker.tracks[0].boxes] == [4.0 * frame for frame in range(12)]
    there = tracker.tracks[0].boxes[-1]
    assert tracker.feed(11 + PATIENCE, [there]) == [tracker.tracks[0]]
    assert tracker.feed(12 + 2 * PATIENCE, [there]) == [tracker.tracks[2]]


def test_every_face_of_a_picture_has_a_row_with_its_box(
    expressions: Recognizer, faces: dict[str, np.ndarray], tmp_path: Path
) -> None:
    large = cv2.resize(faces["happy"], (240, 240))
    cv2.imwrite(str(tmp_path / "photo.png"), scene((faces["surprise"], 60, 200), (large, 340, 60)))
    found = recognize(tmp_path / "photo.png", expressions)
    assert [segment.speaker for segment in found.segments] == ["face 1", "face 2"]
    for row, (centre_x, centre_y) in zip(found.rows(), ((460, 180), (120, 260))):
        left, top, width, height = row["box"]
        assert left + width / 2 == pytest.approx(centre_x, abs=20) and top + height / 2 == pytest.approx(
            centre_y, abs=25
        )
        assert sum(row["scores"].values()) == pytest.approx(1, abs=1e-3) and "start" not in row
    assert [row["label"] for row in found.rows()] == ["happy", "surprise"]
    assert "arousal,box,angry" in found.to_csv().splitlines()[0]
    assert found.timeline(tmp_path / "faces.png").stat().st_size > 5000
    with pytest.raises(Ai4erError, match="no times"):
        found.to_vtt()


def test_a_video_has_segments_for_every_face_with_their_times(
    expressions: Recognizer, faces: dict[str, np.ndarray], tmp_path: Path
) -> None:
    pictures = []
    for frame in range(80):
        face = cv2.resize(faces["angry" if frame < 40 else "surprise"], (200, 200))
        other = [(faces["neutral"], 420, 180)] if frame >= 20 else []
        pictures.append(scene((face, 40 + 2 * frame, 60), *other))
    found = recognize(write_video(tmp_path / "film.mkv", pictures), expressions)
    assert found.seconds == pytest.approx(8.0)
    own = [segment for segment in found.segments if segment.speaker == "face 1"]
    assert [found.labels(segment) for segment in own] == [["angry"], ["surprise"]]
    assert [(s.start, s.end) for s in own] == [
        (0, pytest.approx(4, abs=0.5)),
        (pytest.approx(4, abs=0.5), pytest.approx(8)),
    ]
    others = [segment for segment in found.segments if segment.speaker == "face 2"]
    assert others[0].start == pytest.approx(2, abs=1 / RATE) and others[-1].end == pytest.approx(8)
    assert "SPEAKER film.mkv 1 0.000" in found.to_rttm() and "<v face 2>" in found.to_vtt()


def test_a_video_without_faces_has_no_segments(expressions: Recognizer, tmp_path: Path) -> None:
    found = recognize(write_video(tmp_path / "empty.mkv", [scene()] * 10), expressions)
    assert found.segments == [] and found.seconds == pytest.approx(1)
    with pytest.raises(Ai4erError, match="no face was found"):
        found.timeline(tmp_path / "line.png")


def test_pictures_are_part_of_a_folder(expressions: Recognizer, faces: dict[str, np.ndarray], tmp_path: Path) -> None:
    given = tmp_path / "given"
    given.mkdir()
    cv2.imwrite(str(given / "a.jpg"), scene((faces["sad"], 200, 100)))
    cv2.imwrite(str(given / "b.png"), scene())
    (given / "c.webp").write_bytes(b"nothing")
    done = recognize_all([given], tmp_path / "out", expressions.save(tmp_path / "recognizer"))
    assert done.recognised == 2 and "not an image" in next(iter(done.failed.values()))
    assert [len(line.get("segments", ())) for line in lines(tmp_path / "out")] == [1, 0, 0]
    assert write_segments(tmp_path / "out").exists()


def test_what_is_wrong_is_said_in_one_line(expressions: Recognizer, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), scene())
    (tmp_path / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    (tmp_path / "broken.mp4").write_bytes(b"broken")
    with av.open(str(tmp_path / "sound.mka"), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=8000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.int16), format="s16", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
    said = {"broken.jpg": "not an image", "broken.mp4": "cannot be decoded", "sound.mka": "no video track"}
    for name, message in said.items():
        with pytest.raises(Ai4erError, match=message) as error:
            recognize(tmp_path / name, expressions)
        assert "\n" not in str(error.value)
    with pytest.raises(Ai4erError, match="no such file"):
        recognize("absent.jpg", expressions)
    with pytest.raises(Ai4erError, match="searched for faces"):
        recognize(tmp_path / "grey.png", expressions, explain=True)
    with pytest.raises(Ai4erError, match=r"reads image, and .* is text"):
        recognize("I am happy", expressions)
    assert json.loads(recognize(tmp_path / "grey.png", expressions).to_json())["segments"] == []
