"""Compressed audio and the sound of videos, read frame by frame with FFmpeg's libraries (PyAV)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._sound_file import damaged

if TYPE_CHECKING:
    from av import AudioFrame
    from av.container import InputContainer

_TIMED = {"mov", "matroska"}
"""Containers with true time stamps; in the others the position is counted in samples."""
_SEEKABLE = {"mov"}
"""Containers with time stamps exact to the sample (those of Matroska are rounded to milliseconds)."""
_MICROSECONDS = 1_000_000
_PREROLL = 1.0
"""Seconds decoded ahead of a start, in which codecs settle."""
_TOLERANCE = 0.1
"""Seconds by which time stamps may differ from the samples before silence is filled in."""
_LARGEST_GAP = 3600.0
_RUN = 1 << 16


class NoSound(Ai4erError):
    """A video without an audio track."""


def container_blocks(
    path: Path, start: float, end: float, channel: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Sample rate and samples (samples,) from `start` to `end` in seconds, of one channel or of their mean.

    The seconds are those of the container, in which a track may begin late or pause: there is silence.
    Raises `Ai4erError` for what is no audio or video file, has no audio track, or is damaged.
    """
    import av

    if _mp3_is_cut_off(path):
        raise damaged(path, "it is shorter than its header says")
    with path.open("rb") as file, _open(path, file) as container:
        try:
            yield from _cut(path, _runs(path, container, start, channel), start, end)
        except (av.FFmpegError, ValueError, OSError) as error:
            raise damaged(path, getattr(error, "strerror", None) or str(error)) from None


def container_channels(path: Path) -> int:
    """The channels of the audio track."""
    with path.open("rb") as file, _open(path, file) as container:
        return int(container.streams.audio[0].codec_context.channels)


def container_duration(path: Path) -> float:
    """Seconds of audio, from the packets, within a tenth of a second."""
    import av

    with path.open("rb") as file, _open(path, file) as container:
        stream, total, last = container.streams.audio[0], 0.0, 0.0
        try:
            for packet in container.demux(stream):
                length = float((packet.duration or 0) * packet.time_base)
                total += length
                if packet.pts is not None:
                    last = max(last, float(packet.pts * packet.time_base) + length)
        except (av.FFmpegError, ValueError, OSError) as error:
            raise damaged(path, getattr(error, "strerror", None) or str(error)) from None
        return last - _origin(container) if _is_one_of(_TIMED, container) else total


def _open(path: Path, file: BinaryIO) -> InputContainer:
    import av

    try:
        # an upload may be a playlist that names other files: with this option they are never opened
        container = av.open(file, "r", options={"protocol_whitelist": "none"})
    except (av.FFmpegError, ValueError, OSError):
        raise Ai4erError(f"{path}: not an audio or video file, or damaged at its beginning or end") from None
    if not container.streams.audio:
        container.close()
        raise NoSound(f"{path}: the file has no audio track")
    return container


def _is_one_of(names: set[str], container: InputContainer) -> bool:
    return not names.isdisjoint(container.format.name.split(","))


def _origin(container: InputContainer) -> float:
    return (container.start_time or 0) / _MICROSECONDS


def _runs(
    path: Path, container: InputContainer, start: float, channel: int | None
) -> Iterator[tuple[int, float | None, np.ndarray]]:
    """Rate, seconds (None: right behind the run before) and samples of frames without a gap between them."""
    held: list[np.ndarray] = []
    rate, count, begin, layout = 0, 0, None, (0, False)
    for frame, seconds in _frames(path, container, start):
        is_gap = seconds is not None and begin is not None and abs(seconds - begin - count / rate) > _TOLERANCE
        form = (frame.layout.nb_channels, frame.format.is_planar)
        if held and (is_gap or count >= _RUN or frame.sample_rate != rate or form != layout):
            yield rate, begin, _mono(held, *layout, channel)
            held, count = [], 0
        if not held:
            rate, begin, layout = frame.sample_rate, seconds, form
        held.append(frame.to_ndarray())
        count += frame.samples
    if held:
        yield rate, begin, _mono(held, *layout, channel)


def _frames(path: Path, container: InputContainer, start: float) -> Iterator[tuple[AudioFrame, float | None]]:
    """Decoded frames with their seconds (None where they are not to be trusted), from before `start` on."""
    stream, timed = container.streams.audio[0], _is_one_of(_TIMED, container)
    origin, reached = _origin(container), 0.0
    if start > _PREROLL and _is_one_of(_SEEKABLE, container):
        container.seek(int((start - _PREROLL + origin) * _MICROSECONDS))
    for packet in container.demux():
        if packet.pts is not None:
            reached = max(reached, float((packet.pts + (packet.duration or 0)) * packet.time_base) - origin)
        if packet.stream.index == stream.index:
            for frame in stream.decode(packet):
                yield frame, frame.time - origin if timed and frame.time is not None else None
    if timed and container.duration and reached < container.duration / _MICROSECONDS - 1:
        raise damaged(path, f"it ends after {reached:.1f} of {container.duration / _MICROSECONDS:.1f} s")


def _mono(frames: list[np.ndarray], channels: int, planar: bool, channel: int | None) -> np.ndarray:
    """Frames (channels, samples), or (1, samples x channels), as float samples (samples,): one channel, or the mean."""
    samples = np.concatenate(frames, axis=1)
    if not planar:
        samples = samples.reshape(-1, channels).T
    if channel is not None:
        samples = samples[channel : channel + 1]
    if samples.dtype == np.uint8:
        return (samples.mean(axis=0, dtype=np.float32) - 128) / 128
    full_scale = 1 if samples.dtype.kind == "f" else -float(np.iinfo(samples.dtype).min)
    return (samples.mean(axis=0, dtype=np.float64) / full_scale).astype(np.float32)


def _cut(
    path: Path, runs: Iterator[tuple[int, float | None, np.ndarray]], start: float, end: float
) -> Iterator[tuple[int, np.ndarray]]:
    position: int | None = None
    for rate, seconds, samples in runs:
        first, last = round(start * rate), round(min(end * rate, 2.0**62))
        if position is None:
            position = 0 if seconds is None else min(first, round(seconds * rate))
        gap = 0 if seconds is None else round(seconds * rate) - position
        if gap > _LARGEST_GAP * rate:
            raise damaged(path, f"its time stamps jump by {gap / rate:.0f} s")
        if gap > _TOLERANCE * rate:
            samples = np.concatenate([np.zeros(gap, np.float32), samples])
        piece = samples[max(0, first - position) : max(0, last - position)]
        position += len(samples)
        if len(piece):
            yield rate, piece
        if position >= last:
            return


def _mp3_is_cut_off(path: Path) -> bool:
    """Whether an MP3 file is shorter than the Xing or Info header of its first frame says."""
    with path.open("rb") as file:
        head = file.read(10)
        tag = 0
        if head[:3] == b"ID3":  # the four size bytes have seven bits each
            tag = 10 + sum((byte & 0x7F) << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0)))
        file.seek(tag)
        frame = file.read(256)
    at = max(frame.find(b"Xing"), frame.find(b"Info"))
    flags = int.from_bytes(frame[at + 4 : at + 8], "big")
    if frame[:1] != b"\xff" or at < 0 or not flags & 2:
        return False
    where = at + 8 + (4 if flags & 1 else 0)
    return path.stat().st_size - tag < 0.99 * int.from_bytes(frame[where : where + 4], "big")
