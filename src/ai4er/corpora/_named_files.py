"""Corpora whose file names say everything: speaker, emotion, sentence."""

from __future__ import annotations

import functools
import re
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora.base import AUDIO_SUFFIXES, Corpus, archives, digests, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

VIDEO_SUFFIXES = (".mp4", ".avi", ".flv", ".mkv", ".mov")


class NamedAudioFiles(Corpus):
    """One record for every recording whose official name (a path of `parts` parts, without suffix) matches.

    `pattern` matches the whole official name: the stem of the file or, with `parts = 2`, `folder/stem`; folders above
    do not matter. `example` shows a name to a person. `suffixes` are those that a recording can have; a video becomes
    the record's video. `describe` turns a match into fields of the record. Other recordings, and a second file of the
    same name, are left out and reported by `check`.
    """

    pattern: ClassVar[re.Pattern[str]]
    example: ClassVar[str]
    parts: ClassVar[int] = 1
    suffixes: ClassVar[tuple[str, ...]] = AUDIO_SUFFIXES

    @abstractmethod
    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        """The fields of the record that the official name gives."""

    @classmethod
    def official_name(cls, path: Path) -> str:
        """The part of a path that `pattern` has to match.

        >>> from ai4er.corpora.emovo import Reader
        >>> Reader.official_name(Path("emovo/f1/gio-f1-b2.wav"))
        'gio-f1-b2'
        """
        return "/".join(path.with_suffix("").parts[-cls.parts :])

    def read(self) -> Records:
        named, _, _ = self._files
        if not named:
            raise Ai4erError(
                f"corpus {self.name}: no file below {self.root} is named like {self.example} "
                f"(with one of {', '.join(self.suffixes)}){archives(self.root)}"
            )
        names = [self.pattern.fullmatch(name) for name in named]
        return Records(
            Record(
                id=name.string, corpus=self.name, digest=digest,
                **{"language": self.language, _kind(path): str(path), **self.describe(name)},
            )
            for name, path, digest in zip(names, named.values(), digests(list(named.values())))
            if name
        )  # fmt: skip

    def left_out(self) -> list[str]:
        _, repeated, others = self._files
        lines = []
        if others:
            lines.append(f"files not named like {self.example} ({len(others)}): {some(others)}")
        if repeated:
            lines.append(f"files with the name of one in another folder ({len(repeated)}): {some(repeated)}")
        return lines

    @functools.cached_property
    def _files(self) -> tuple[dict[str, Path], list[str], list[str]]:
        """The file of every official name; files that repeat a name; files with another name."""
        named: dict[str, Path] = {}
        repeated: list[str] = []
        others: list[str] = []
        for path in sorted(p for p in self.root.rglob("*") if p.suffix.lower() in self.suffixes):
            name = self.official_name(path)
            if not self.pattern.fullmatch(name):
                others.append(str(path.relative_to(self.root)))
            elif name in named:
                repeated.append(str(path.relative_to(self.root)))
            else:
                named[name] = path
        return dict(sorted(named.items())), repeated, others


def _kind(path: Path) -> str:
    return "video" if path.suffix.lower() in VIDEO_SUFFIXES else "audio"
