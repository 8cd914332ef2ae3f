"""Corpora whose tables say everything about recordings that lie in folders: the file names are only keys."""

from __future__ import annotations

import functools
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._named_files import VIDEO_SUFFIXES
from ai4er.corpora.base import AUDIO_SUFFIXES, Corpus, digests, some
from ai4er.records import Record, Records


class TabledFiles(Corpus):
    """The records that `tabled` yields, each with the recording that has the name yielded with it (without suffix).

    `folders` are glob patterns of the folders that hold the recordings, below the root; `suffixes` are those that a
    recording can have, a video becomes the record's video. A record whose recording is not there has none, and
    `check` reports it, as it does recordings that no table names.
    """

    folders: ClassVar[tuple[str, ...]] = ("**",)
    suffixes: ClassVar[tuple[str, ...]] = AUDIO_SUFFIXES

    @abstractmethod
    def tabled(self) -> Iterator[tuple[str, Record]]:
        """The name of the recording, and the record without it, in the order of the table."""

    def read(self) -> Records:
        named = list(self.tabled())
        paths = [self.recordings[name] for name, _ in named if name in self.recordings]
        digest = dict(zip(paths, digests(paths)))
        return Records(_with_file(record, self.recordings.get(name), digest) for name, record in named)

    def left_out(self) -> list[str]:
        named = [name for name, _ in self.tabled()]
        missing = sorted(set(named) - set(self.recordings))
        unnamed = sorted(set(self.recordings) - set(named))
        lines = [f"records without a recording ({len(missing)}): {some(missing)}"] if missing else []
        return lines + ([f"recordings that no table names ({len(unnamed)}): {some(unnamed)}"] if unnamed else [])

    @functools.cached_property
    def recordings(self) -> dict[str, Path]:
        """The recordings in the folders by their name without suffix."""
        files = (file for folder in self.folders for file in self.root.glob(f"{folder}/*"))
        found: dict[str, Path] = {}
        for file in sorted(file for file in files if file.suffix.lower() in self.suffixes):
            found.setdefault(file.stem, file)
        return found


def _with_file(record: Record, path: Path | None, digest: Mapping[Path, str]) -> Record:
    if path is None:
        return record
    kind = "video" if path.suffix.lower() in VIDEO_SUFFIXES else "audio"
    return record.replace(**{kind: str(path), "digest": digest[path]})
