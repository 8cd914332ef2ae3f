"""People who are seen, heard and read at once, as far as there is each: in videos, and in dialogues with recordings.

All answers count alike (`prediction/fused.py`). Of several faces the one that fills most of the picture while the
speech lasts is taken for the speaker's: whose lips move is not looked at, so that a face that listens in close-up is
mistaken for one that speaks.
"""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._face_detection import Box
from ai4er.features._video_frames import has_pictures
from ai4er.features.media import NoSound, channels
from ai4er.prediction.fused import Fused, log_average
from ai4er.prediction.predict import Answer
from ai4er.recognition.faces import RATE, Track, segments_of_tracks, tracks_of_video
from ai4er.recognition.hearing import BATCH, Hearing, heard
from ai4er.recognition.result import Segment
from ai4er.records import Record, Records


def seen_and_heard(path: Path, recognizer: Fused, how: Hearing) -> tuple[list[Segment], float]:
    """The segments of a recording in the order of their beginnings, and its length in seconds.

    What has no pictures is heard alone, and what has no speech is looked at alone.
    Raises `Ai4erError` where neither can be read, or with by_channel or explain.
    """
    if how.by_channel or how.explain:
        raise Ai4erError(f"{path.name} is seen and heard together: by_channel and explain are for speech alone")
    ear, eye = recognizer.part("audio"), recognizer.part("image")
    if not has_pictures(path):
        return heard(path, ear, how)
    tracks, seconds = tracks_of_video(path, eye)
    try:
        segments, length = heard(path, ear, how)
    except NoSound:
        segments, length = [], 0.0
    if not segments:
        return segments_of_tracks(tracks, eye), seconds
    seen = [_seen(track) for track in tracks]
    return [_with_face(segment, seen) for segment in segments], max(seconds, length)


def parted(records: Iterable[Record]) -> list[Record]:
    """The records with what their recordings have: `audio` where there is sound, `video` where there are pictures."""
    sound, pictures = functools.cache(_has_sound), functools.cache(has_pictures)
    return [
        record.replace(
            audio=record.audio if sound(record.audio) else None, video=record.audio if pictures(record.audio) else None
        )
        if record.audio
        else record
        for record in records
    ]


def _has_sound(path: str) -> bool:
    try:
        return channels(path) > 0
    except NoSound:
        return False


def read_heard_and_seen(records: Sequence[Record], recognizer: Fused) -> tuple[Answer, list[Box | None]]:
    """What is said of `parted` turns by their text, their sound and the face in their pictures, and where that is.

    Raises `Ai4erError` for a recording that cannot be read, or a turn of which there is nothing.
    """
    eye = recognizer.part("image")
    seen = {
        video: [_seen(track) for track in tracks_of_video(Path(video), eye)[0]]
        for video in {record.video for record in records if record.video}
    }
    answers, boxes = recognizer.answers(Records(records), BATCH), list[Box | None]()
    for record, own in zip(records, answers):
        end = math.inf if record.end is None else record.end
        face = _largest(seen[record.video], record.start or 0.0, end) if record.video else None
        boxes.append(face.box if face else None)
        if face:
            own.append(face.scores)
    return recognizer.together(Records(records), answers), boxes


class Seen(NamedTuple):
    """A face over time: its sampled frames (n,), its boxes there (n, 4), and what is said of it (n, names)."""

    frames: np.ndarray
    boxes: np.ndarray
    scores: np.ndarray


class Face(NamedTuple):
    """The face of a stretch of time: the number of its track, and the means of its box and of its scores (names,)."""

    number: int
    box: Box
    scores: np.ndarray


def _seen(track: Track) -> Seen:
    return Seen(np.array(track.frames), np.array(track.boxes), np.stack(track.scores))


def _largest(tracks: Sequence[Seen], start: float, end: float) -> Face | None:
    """The face that fills most of the picture between two times in seconds, if there is one."""
    largest, found = 0.0, None
    for number, (frames, boxes, scores) in enumerate(tracks, 1):
        now = slice(*np.searchsorted(frames, (start * RATE, end * RATE)))
        area = float(boxes[now, 2] @ boxes[now, 3])
        if area > largest:
            left, top, width, height = boxes[now].mean(0).tolist()
            largest, found = area, Face(number, (left, top, width, height), scores[now].mean(0))
    return found


def _with_face(segment: Segment, tracks: Sequence[Seen]) -> Segment:
    """The segment with the largest face of its time, if there is one."""
    assert segment.start is not None and segment.end is not None
    face = _largest(tracks, segment.start, segment.end)
    if face is None:
        return segment
    both = log_average([np.array(list(segment.scores.values())), face.scores])
    scores = dict(zip(segment.scores, both.tolist()))
    return dataclasses.replace(segment, scores=scores, speaker=f"face {face.number}", box=face.box)
