"""Faces in images and videos: who is where and when, and what a recognizer of images says of them.

The boxes of a video are joined into tracks by their overlap from one sampled frame to the next (Bewley et al., "Simple
Online and Realtime Tracking", ICIP 2016, without its motion model: the frames are near each other). A track is cut
where the likeliest path of a hidden Markov model goes from one expression to another (`recognition/changes.py`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ai4er.features._face_detection import Box, around, cascade, find_faces
from ai4er.features._pixels import image_of, resized
from ai4er.features._video_frames import video_frames
from ai4er.prediction.predict import Predictor
from ai4er.recognition.changes import likeliest_path
from ai4er.recognition.result import Segment
from ai4er.records import Record, Records

MARGIN = 0.09
"""How much of a box's longer side is seen beyond it. So the faces of FER2013 are cut: 48 pixels, boxes of 40."""
RATE = 5.0
"""Frames of a video that are looked at in a second."""
OVERLAP = 0.3
"""The least intersection over union of two boxes of one face in neighbouring frames."""
PATIENCE = 5
"""Sampled frames for which a face may be out of sight."""
SHORTEST = 3
"""Sampled frames in which a face must be seen: a detector that errs does so for a moment."""
STAY = 0.96
"""The probability that an expression lasts from one sampled frame to the next: it stays five seconds in the mean."""
SAME = 0.5
"""Seconds in which frames are nearly the same picture: together they count as one."""
IMAGE_SIDE, FRAME_SIDE = 1280, 480
"""Pixels of the longer side at which an image is searched, and a frame of a video, where faces are larger."""
LARGEST_FACE = 256
"""Pixels of the side of a square that the recognizer is given; larger ones are shrunk."""
BATCH = 32


@dataclass
class Track:
    """One face over time: the sampled frames that it is seen in, with its box and, once known, its scores."""

    frames: list[int] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    scores: list[np.ndarray] = field(default_factory=list)


class Tracker:
    """Joins the boxes of one sampled frame after the other into tracks."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []

    def feed(self, frame: int, boxes: list[Box]) -> list[Track]:
        """The track of each box. Pairs with the greatest overlap come first; what overlaps nothing is a new face."""
        seen = [track for track in self.tracks if frame - track.frames[-1] <= PATIENCE]
        shares = overlap(np.array([track.boxes[-1] for track in seen]), np.array(boxes))
        found: dict[int, Track] = {}
        while shares.size and shares.max() >= OVERLAP:
            which, own = np.unravel_index(shares.argmax(), shares.shape)
            found[int(own)] = seen[which]
            shares[which], shares[:, own] = 0, 0
        for number, box in enumerate(boxes):
            if number not in found:
                found[number] = Track()
                self.tracks.append(found[number])
            found[number].frames.append(frame)
            found[number].boxes.append(box)
        return [found[number] for number in range(len(boxes))]


def overlap(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Intersection over union of boxes (n, 4) and (m, 4), left, top, width and height: (n, m)."""
    one, other = one.reshape(-1, 1, 4), other.reshape(1, -1, 4)
    low = np.maximum(one[..., :2], other[..., :2])
    high = np.minimum(one[..., :2] + one[..., 2:], other[..., :2] + other[..., 2:])
    common = np.clip(high - low, 0, None).prod(-1)
    shares: np.ndarray = common / (one[..., 2:].prod(-1) + other[..., 2:].prod(-1) - common)
    return shares


def faces_of_image(path: Path, recognizer: Predictor) -> list[Segment]:
    """A segment for each face of an image, the largest first. Raises `Ai4erError` for what is no image."""
    image = image_of(Record(id=path.name, corpus="image", image=str(path)))
    boxes = find_faces(cascade(), image, IMAGE_SIDE)
    found: list[Segment] = []
    for start in range(0, len(boxes), BATCH):
        part = boxes[start : start + BATCH]
        for box, row in zip(part, _scores([_cut(image, box) for box in part], recognizer)):
            found.append(Segment(_named(row, recognizer), speaker=f"face {len(found) + 1}", box=box))
    return found


def tracks_of_video(path: Path, recognizer: Predictor) -> tuple[list[Track], float]:
    """Every face of a video over time, in the order of their beginnings, and the seconds that were looked at.

    Frames are read one by one, so that a long video is never held whole.
    Raises `Ai4erError` for a file that is no video, or has no video track.
    """
    tracker, detector, frames = Tracker(), cascade(), 0

    def sightings() -> Iterator[tuple[Track, np.ndarray]]:
        nonlocal frames
        for image in video_frames(path, RATE):
            boxes = find_faces(detector, image, FRAME_SIDE)
            for box, track in zip(boxes, tracker.feed(frames, boxes)):
                yield track, _cut(image, box)
            frames += 1

    seen = sightings()
    while batch := list(itertools.islice(seen, BATCH)):
        for (track, _), row in zip(batch, _scores([pixels for _, pixels in batch], recognizer)):
            track.scores.append(row)
    return [track for track in tracker.tracks if len(track.frames) >= SHORTEST], frames / RATE


def segments_of_tracks(tracks: Sequence[Track], recognizer: Predictor) -> list[Segment]:
    """The segments of the faces of a video in the order of their beginnings."""
    segments = [s for number, track in enumerate(tracks, 1) for s in _segments(track, f"face {number}", recognizer)]
    return sorted(segments, key=lambda segment: segment.start or 0.0)


def _segments(track: Track, name: str, recognizer: Predictor) -> Iterator[Segment]:
    """A segment for each stretch of one expression; the whole track where the recognizer tells no single class."""
    scores, frames, boxes = np.stack(track.scores), np.array(track.frames), np.array(track.boxes)
    path = np.zeros(len(frames), int)
    if recognizer.space.kind in ("single", "distribution"):
        path = likeliest_path(np.log(np.maximum(scores, 1e-6)) / (SAME * RATE), STAY)
    edges = [0, *(1 + np.flatnonzero(np.diff(path))).tolist(), len(frames)]
    for first, behind in itertools.pairwise(edges):
        part = slice(first, behind)
        left, top, width, height = boxes[part].mean(0).tolist()
        yield Segment(
            _named(scores[part].mean(0), recognizer), start=float(frames[first] / RATE),
            end=float((frames[behind - 1] + 1) / RATE), speaker=name, box=(left, top, width, height),
        )  # fmt: skip


def _cut(image: np.ndarray, box: Box) -> np.ndarray:
    """The square around a face, (side, side, 3) in [0, 255]."""
    left, top, side = around(box, MARGIN)
    pixels = resized(image, (left, top, side), min(LARGEST_FACE, max(1, round(side))), 3)
    return pixels.transpose(1, 2, 0) * np.float32(255)


def _scores(pixels: Sequence[np.ndarray], recognizer: Predictor) -> np.ndarray:
    """What the recognizer says of each picture of a face, (faces, names)."""
    records = (Record(id=str(number), corpus="face", arrays={"image": one}) for number, one in enumerate(pixels))
    return recognizer.predict(Records(records), BATCH).scores


def _named(row: np.ndarray, recognizer: Predictor) -> dict[str, float]:
    return dict(zip(recognizer.space.names, row.tolist()))
