"""Frames of a video at a wished rate."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ai4er.errors import Ai4erError


def video_frames(
    path: Path | str, rate: float, start: float | None = None, end: float | None = None
) -> Iterator[np.ndarray]:
    """The frame shown at start, start + 1 / rate, ... seconds, each (height, width, 3) RGB uint8, upright.

    `end` (not included) behind the end of the video means its end. Raises `Ai4erError` for a file that is
    missing, damaged, without a video track, or without a frame between `start` and `end`.
    """
    import av

    path = Path(path)
    if not path.is_file():
        raise Ai4erError(f"no video file {path}")
    try:
        # a playlist names other files: with this option they are never opened
        with path.open("rb") as file, av.open(file, "r", options={"protocol_whitelist": "none"}) as container:
            if not container.streams.video:
                raise Ai4erError(f"{path}: the file has no video track")
            yield from _sampled(path, container, rate, start or 0.0, end)
    except (av.FFmpegError, ValueError, OSError) as error:
        why = getattr(error, "strerror", None) or error
        raise Ai4erError(f"{path}: the video cannot be decoded ({why}); fetch it again") from None


def has_pictures(path: Path | str) -> bool:
    """Whether a file has a video track, as far as its head can be read; the cover of a piece of music is none."""
    import av
    from av.stream import Disposition

    try:
        with Path(path).open("rb") as file, av.open(file, "r", options={"protocol_whitelist": "none"}) as container:
            return any(not stream.disposition & Disposition.attached_pic for stream in container.streams.video)
    except (av.FFmpegError, ValueError, OSError):
        return False


def _sampled(path: Path, container: Any, rate: float, start: float, end: float | None) -> Iterator[np.ndarray]:
    stream = container.streams.video[0]
    stream.thread_type = "AUTO"
    origin = float((stream.start_time or 0) * stream.time_base)
    if start > 0:
        container.seek(int((origin + start) / stream.time_base), stream=stream)  # to the key frame before it
    shown: Any = None
    taken = 0

    def due(until: float) -> Iterator[np.ndarray]:
        """The frame on show, once for every moment before `until` (and before the end)."""
        nonlocal taken
        while (moment := start + taken / rate) < until - 1e-6 and (end is None or moment < end):
            taken += 1
            yield np.ascontiguousarray(np.rot90(shown.to_ndarray(format="rgb24"), round(shown.rotation / 90)))

    for frame in container.decode(stream):
        begins = float(frame.time) - origin
        if shown is not None:
            yield from due(begins)
        if end is not None and begins >= end:
            break
        shown, last = frame, begins + float(1 / (stream.average_rate or 25))
    else:
        if shown is not None:
            yield from due(last)
    if not taken:
        raise Ai4erError(f"{path}: no frame between {start:g} and {'the end' if end is None else f'{end:g}'} seconds")
