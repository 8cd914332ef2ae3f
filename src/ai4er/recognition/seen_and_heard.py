"""Videos of people who speak: each stretch of speech is heard, and the face that is seen meanwhile is read.

Both answers are averaged (`prediction/fused.py`). Of several faces the one that fills most of the picture while the
speech lasts is taken for the speaker's: whose lips move is not looked at, so that a face that listens in close-up is
mistaken for one that speaks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._video_frames import has_pictures
from ai4er.features.media import NoSound
from ai4er.prediction.fused import Fused, log_average
from ai4er.recognition.faces import RATE, segments_of_tracks, tracks_of_video
from ai4er.recognition.hearing import Hearing, heard
from ai4er.recognition.result import Segment


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
    seen = [(np.array(one.frames), np.array(one.boxes), np.stack(one.scores)) for one in tracks]
    return [_with_face(segment, seen) for segment in segments], max(seconds, length)


def _with_face(segment: Segment, tracks: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> Segment:
    """The segment with the largest face of its time, if there is one; tracks are frames, boxes and scores."""
    assert segment.start is not None and segment.end is not None
    largest, found = 0.0, segment
    for number, (frames, boxes, scores) in enumerate(tracks, 1):
        now = slice(*np.searchsorted(frames, (segment.start * RATE, segment.end * RATE)))
        area = float(boxes[now, 2] @ boxes[now, 3])
        if area > largest:
            both = log_average([np.array(list(segment.scores.values())), scores[now].mean(0)])
            left, top, width, height = boxes[now].mean(0).tolist()
            largest = area
            found = dataclasses.replace(
                segment, scores=dict(zip(segment.scores, both.tolist())), speaker=f"face {number}",
                box=(left, top, width, height),
            )  # fmt: skip
    return found
