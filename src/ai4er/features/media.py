"""Audio out of any audio or video file: mono float32 in [-1, 1] at a wished rate."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soxr

from ai4er.errors import Ai4erError
from ai4er.features._container import NoSound, container_blocks, container_channels, container_duration
from ai4er.features._sound_file import open_sound_file, sound_file_blocks
from ai4er.features._video_frames import video_frames
from ai4er.records import Record

_LOWEST_RATE, _HIGHEST_RATE = 1000, 1_000_000


def load_audio(
    path: Path | str, sample_rate: int = 16000, start: float | None = None, end: float | None = None
) -> np.ndarray:
    """The samples (samples,) of a file between `start` and `end` in seconds; channels are averaged.

    In a video the seconds are those of the video: a track that begins late is preceded by silence. An
    `end` behind the end of the file means the end of the file.
    Raises `Ai4erError` for a file that is missing, empty, damaged, cut off, without an audio track or
    without samples, or that has samples which are no numbers.
    """
    rates, blocks = zip(*_blocks(Path(path), start, end))
    samples = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    return soxr.resample(samples, rates[0], sample_rate, quality="HQ")


def stream_audio(
    path: Path | str, sample_rate: int = 16000, chunk_seconds: float = 30.0, channel: int | None = None
) -> Iterator[np.ndarray]:
    """The samples of a file in chunks of `chunk_seconds`, the last one shorter, in constant memory.

    Put together, the chunks are what `load_audio` returns, or the samples of one channel (counted from 0). Raises the
    same errors, some of them only when the damaged place is reached.
    """
    size = max(1, round(chunk_seconds * sample_rate))
    held: list[np.ndarray] = []
    count = 0
    for piece in _resampled(_blocks(Path(path), channel=channel), sample_rate):
        held.append(piece)
        count += len(piece)
        if count >= size:
            samples = np.concatenate(held)
            whole = count - count % size
            yield from samples[:whole].reshape(-1, size)
            held, count = [samples[whole:]], count - whole
    if count:
        yield np.concatenate(held)


def channels(path: Path | str) -> int:
    """How many channels a file has; raises `Ai4erError` as `load_audio` does."""
    path = Path(path)
    _check_file(path)
    file = open_sound_file(path)
    if file is None:
        return container_channels(path)
    with file:
        return int(file.channels)


def duration(path: Path | str) -> float:
    """Seconds of audio in a file, without decoding it; raises `Ai4erError` as `load_audio` does."""
    path = Path(path)
    _check_file(path)
    file = open_sound_file(path)
    if file is None:
        return container_duration(path)
    with file:
        return float(file.frames / file.samplerate)


def native_rate(path: Path | str) -> int | None:
    """Samples a second of a sound file, from its header; None for one that has to be decoded for that, or cannot be."""
    try:
        _check_file(Path(path))
        file = open_sound_file(Path(path))
    except Ai4erError:
        return None
    if file is None:
        return None
    with file:
        return int(file.samplerate)


def probe(path: Path | str) -> str | None:
    """What is wrong with a file, in one line; None when all of it can be decoded."""
    try:
        for _ in _blocks(Path(path)):
            pass
    except Ai4erError as problem:
        return str(problem)
    return None


def probe_video(path: Path | str) -> str | None:
    """The same for a video: all its frames, and its sound where it has any."""
    try:
        for _ in video_frames(path, rate=1.0):
            pass
        for _ in _blocks(Path(path)):
            pass
    except NoSound:
        return None
    except Ai4erError as problem:
        return str(problem)
    return None


def audio_of(record: Record, sample_rate: int) -> np.ndarray:
    """The samples (samples,) of a record.

    Samples in `record.arrays["audio"]` come before a file, so that a changed signal replaces it; their
    rate is `attributes["sample_rate"]`, 16000 without. Otherwise the part from `start` to `end` of the
    file `audio`, or of the sound of the file `video`.
    Raises `Ai4erError` where there is none of them, and as `load_audio` does.
    """
    if "audio" in record.arrays:
        return _array_audio(record, sample_rate)
    path = record.audio or record.video
    if not path:
        raise Ai4erError(f"{record.id}: the record has no audio and no video")
    return load_audio(path, sample_rate, record.start, record.end)


def sample_rate_of(record: Record) -> int:
    """Samples a second of what `audio_of` reads, before it is resampled. Raises the same errors."""
    if "audio" in record.arrays:
        return round(_array_rate(record))
    path = record.audio or record.video
    if not path:
        raise Ai4erError(f"{record.id}: the record has no audio and no video")
    rate, _ = next(_blocks(Path(path), record.start, record.end))
    return rate


def _array_audio(record: Record, sample_rate: int) -> np.ndarray:
    samples = np.asarray(record.arrays["audio"], dtype=np.float32)
    if samples.ndim != 1 or not len(samples):
        raise Ai4erError(f"{record.id}: its audio has the shape {samples.shape}: it must be (samples,)")
    if not np.isfinite(samples).all():
        raise Ai4erError(f"{record.id}: some audio samples are no numbers (NaN or infinite)")
    return soxr.resample(samples, _array_rate(record), sample_rate, quality="HQ")


def _array_rate(record: Record) -> float:
    rate = record.attributes.get("sample_rate", "16000")
    try:
        found = float(rate)
    except ValueError:
        found = 0.0
    if not 0 < found < np.inf:
        raise Ai4erError(f"{record.id}: sample_rate={rate!r} is not a number of samples a second")
    return found


def _resampled(blocks: Iterator[tuple[int, np.ndarray]], sample_rate: int) -> Iterator[np.ndarray]:
    resampler: soxr.ResampleStream | None = None
    for rate, block in blocks:
        resampler = resampler or soxr.ResampleStream(rate, sample_rate, 1, dtype="float32", quality="HQ")
        yield resampler.resample_chunk(block)
    if resampler:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _blocks(
    path: Path, start: float | None = None, end: float | None = None, channel: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Sample rate of the file and mono samples, block after block; everything is checked here."""
    _check_file(path)
    begin, stop = start or 0.0, np.inf if end is None else end
    if not 0 <= begin < stop:
        raise Ai4erError(f"{path}: start={start}, end={end} cut out nothing: give seconds with 0 <= start < end")
    rates: set[int] = set()
    for rate, block in _raw_blocks(path, begin, stop, channel):
        rates.add(rate)
        if len(rates) > 1:
            raise Ai4erError(
                f"{path}: the sample rate changes inside the file ({sorted(rates)}): convert it to one rate"
            )
        if not _LOWEST_RATE <= rate <= _HIGHEST_RATE:
            raise Ai4erError(f"{path}: {rate} samples a second: only {_LOWEST_RATE} to {_HIGHEST_RATE} are read")
        if not np.isfinite(block).all():
            raise Ai4erError(f"{path}: some samples are no numbers (NaN or infinite)")
        yield rate, block
    if not rates:
        where = f"behind start={start} s" if begin else "at all"
        raise Ai4erError(f"{path}: the file has no samples {where}")


def _raw_blocks(path: Path, start: float, end: float, channel: int | None) -> Iterator[tuple[int, np.ndarray]]:
    file = open_sound_file(path)
    if file is None:
        yield from container_blocks(path, start, end, channel)
        return
    with file:
        yield from sound_file_blocks(path, file, start, end, channel)


def _check_file(path: Path) -> None:
    if path.is_dir():
        raise Ai4erError(f"{path} is a folder: give an audio or video file")
    if not path.is_file():
        raise Ai4erError(f"{path}: {'a link that leads nowhere' if path.is_symlink() else 'no such file'}")
    if not os.access(path, os.R_OK):
        raise Ai4erError(f"{path}: no permission to read the file")
    if not path.stat().st_size:
        raise Ai4erError(f"{path}: the file is empty (0 bytes)")
