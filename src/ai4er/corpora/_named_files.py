"""Audio corpora whose file names say everything: speaker, emotion, sentence."""

from __future__ import annotations

import functools
import re
from abc import abstractmethod
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora.base import AUDIO_SUFFIXES, Corpus, audio_files, digests, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records


class NamedAudioFiles(Corpus):
    """One record for every audio file whose stem is an official one, at any depth of folder.

    `pattern` matches the whole stem of an official file name, `example` shows it to a person.
    `describe` turns a match into fields of the record. Other audio files, and a second file of the
    same stem, are left out and reported by `check`.
    """

    pattern: ClassVar[re.Pattern[str]]
    example: ClassVar[str]

    @abstractmethod
    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        """The fields of the record that the file name gives."""

    def read(self) -> Records:
        named, _, _ = self._files
        if not named:
            raise Ai4erError(
                f"corpus {self.name}: no file below {self.root} is named like {self.example} "
                f"(with one of {', '.join(AUDIO_SUFFIXES)})"
            )
        names = [self.pattern.fullmatch(stem) for stem in named]
        return Records(
            Record(
                id=name.string, corpus=self.name, language=self.language, audio=str(path), digest=digest,
                **self.describe(name),
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
        """The file of every official stem; files that repeat a stem; files with another name."""
        named: dict[str, Path] = {}
        repeated: list[str] = []
        others: list[str] = []
        for path in audio_files(self.root):
            if not self.pattern.fullmatch(path.stem):
                others.append(str(path.relative_to(self.root)))
            elif path.stem in named:
                repeated.append(str(path.relative_to(self.root)))
            else:
                named[path.stem] = path
        return dict(sorted(named.items())), repeated, others
