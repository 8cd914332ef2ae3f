"""Corpora of image files: finding and checking them, and names that say everything."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora.base import Corpus, digests, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

IMAGE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")


class ImageFiles(Corpus):
    """A corpus of image files; `check` finds those whose header cannot be read."""

    language: ClassVar[str] = ""
    speakers_known: ClassVar[bool] = False

    def unreadable(self, records: Records) -> list[str]:
        paths = sorted({record.image for record in records if record.image})
        with ThreadPoolExecutor(4) as pool:
            sound = pool.map(is_image, paths)
        return [f"{path}: not an image that can be decoded" for path, good in zip(paths, sound) if not good]


class NamedImageFiles(ImageFiles, NamedAudioFiles):
    """One record for every image whose official name matches; see `NamedAudioFiles`."""

    suffixes: ClassVar[tuple[str, ...]] = IMAGE_SUFFIXES

    def read(self) -> Records:
        return Records(record.replace(image=record.audio, audio=None) for record in super().read())

    @abstractmethod
    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        """The fields of the record that the official name gives."""


class ListedImageFiles(ImageFiles):
    """A corpus whose tables name the images: those that are not in the folder are left out and reported by `check`."""

    @abstractmethod
    def listed(self) -> Iterable[tuple[Path, Record]]:
        """The image and the record, without image and digest, of every row of the tables."""

    def read(self) -> Records:
        found = [(path, record) for path, record in self.listed() if path.is_file()]
        if not found:
            raise Ai4erError(f"corpus {self.name}: none of the images that the tables name is below {self.root}")
        same = digests([path for path, _ in found])
        return Records(record.replace(image=str(path), digest=digest) for (path, record), digest in zip(found, same))

    def left_out(self) -> list[str]:
        missing = [record.id for path, record in self.listed() if not path.is_file()]
        return [f"images of the tables that are not there ({len(missing)}): {some(missing)}"] if missing else []


def is_image(path: str) -> bool:
    """Whether a file has the header of an image that can be decoded."""
    import cv2

    return Path(path).is_file() and bool(cv2.haveImageReader(path))
