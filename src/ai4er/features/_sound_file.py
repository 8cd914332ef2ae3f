"""Lossless audio files and Ogg, read block by block with libsndfile."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile

from ai4er.errors import Ai4erError

_FIRST_BYTES = (b"RIFF", b"RIFX", b"RF64", b"riff", b"fLaC", b"OggS", b"FORM", b"caff", b".snd", b"NIST")
_FOR_OTHERS = (1, 4)
"""Codes of libsndfile: format not recognised, encoding not supported."""
_BLOCK = 1 << 19
_SHORTER = re.compile(r"^ *(data|SSND|Data Size|riff) *: (\d+) \(should be (\d+)\)", re.MULTILINE)
_UNKNOWN_LENGTH = 0x7FFFF000
"""From here on a 32-bit length is what programs write that do not know it yet (they stream)."""
_TOLERATED_BYTES = 4096


def damaged(path: Path, why: str) -> Ai4erError:
    """The error for a file that begins well and cannot be decoded."""
    why = why.removeprefix("Error : ").rstrip(". ")
    return Ai4erError(f"{path}: the file is damaged or cut off ({why}): copy or convert it again")


def open_sound_file(path: Path) -> soundfile.SoundFile | None:
    """The open file, or None when another library has to read it. Raises `Ai4erError` when it is damaged."""
    with path.open("rb") as file:
        if file.read(4) not in _FIRST_BYTES:
            return None
    try:
        return soundfile.SoundFile(path)
    except TypeError:  # the suffix .raw, for which soundfile wants to be told everything
        return None
    except soundfile.LibsndfileError as error:
        if error.code in _FOR_OTHERS:
            return None
        raise damaged(path, error.error_string) from None


def sound_file_blocks(
    path: Path, file: soundfile.SoundFile, start: float, end: float, channel: int | None = None
) -> Iterator[tuple[int, np.ndarray]]:
    """Sample rate and samples (samples,) from `start` to `end` in seconds, of one channel or of their mean."""
    if file.format == "OGG":
        whole = _ogg_is_whole(path)
    else:
        whole = file.format == "FLAC" or _length_is_right(file)
    if not whole:
        raise damaged(path, "it is shorter than its header says")
    first = round(start * file.samplerate)
    left = round(min(end * file.samplerate, file.frames)) - first
    try:
        if 0 < first < file.frames:
            file.seek(first)
        while left > 0:
            samples = file.read(min(left, _BLOCK), dtype="float32", always_2d=True)
            if not len(samples):
                raise damaged(path, "it is shorter than its header says")
            left -= len(samples)
            if channel is None and samples.shape[1] > 1:
                yield file.samplerate, samples.mean(axis=1)
            else:
                yield file.samplerate, np.ascontiguousarray(samples[:, channel or 0])
    except soundfile.LibsndfileError as error:
        raise damaged(path, error.error_string) from None


def _length_is_right(file: soundfile.SoundFile) -> bool:
    """Whether the samples are as long as the header says (libsndfile reads on in silence if not)."""
    for _, said, there in _SHORTER.findall(file.extra_info):
        unknown = file.format != "W64" and int(said) >= _UNKNOWN_LENGTH
        if not unknown and int(said) > int(there) + _TOLERATED_BYTES:
            return False
    return True


def _ogg_is_whole(path: Path) -> bool:
    """Whether the last page (RFC 3533, section 6) is complete."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - (1 << 17)))
        tail = file.read()
    page = tail[max(0, tail.rfind(b"OggS")) :]
    segments = page[26] if len(page) > 26 else 0
    return len(page) >= 27 + segments + sum(page[27 : 27 + segments])
