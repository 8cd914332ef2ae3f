"""What every corpus reader has in common: finding the folder, reading, checking."""

from __future__ import annotations

import hashlib
import os
from abc import ABC, abstractmethod
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ai4er.config import parse_spec
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Records
from ai4er.registry import find, places

AUDIO_SUFFIXES = (".wav", ".flac", ".aiff", ".aif", ".w64", ".caf")
"""Lossless containers that a reader accepts for an officially named audio file."""


@dataclass(frozen=True)
class CheckReport:
    """What `ai4er corpora check` found: `problems` is empty for a complete, sound copy.

    `counts` and `speakers` are those of the copy; `problems` are lines for a person.
    """

    corpus: str
    root: Path
    items: int
    counts: dict[str, int]
    speakers: dict[str, int]
    problems: list[str] = field(default_factory=list)


class Corpus(ABC):
    """A reader of one published dataset. It only reads; it never writes to the folder.

    A subclass is called `Reader`, lives in `corpora/<name>.py` and sets the class attributes.
    `spaces` are names of label spaces, the default first. `published` are the counts by class
    that the owners publish, for `check`; `published_speakers` their number of speakers.
    `speakers_known` is False where the corpus does not say who speaks (then a protocol
    cannot promise speaker independence).
    """

    name: ClassVar[str]
    title: ClassVar[str]
    language: ClassVar[str]
    licence: ClassVar[str]
    citation: ClassVar[str]
    spaces: ClassVar[tuple[str, ...]]
    published: ClassVar[dict[str, int]] = {}
    published_speakers: ClassVar[int | None] = None
    speakers_known: ClassVar[bool] = True

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        if not self.root.is_dir():
            raise Ai4erError(f"corpus {self.name}: no folder {self.root}")

    @abstractmethod
    def read(self) -> Records:
        """All records in a fixed order.

        Raises `Ai4erError` when the folder does not hold this corpus, saying what was looked for.
        """

    @property
    def space(self) -> LabelSpace:
        """The default label space."""
        return label_space(self.spaces[0])

    def check(self) -> CheckReport:
        """Compare the copy with what the owners publish; unreadable files and copies included."""
        records = self.read()
        counts: Counter[str] = Counter()
        for record in records:
            counts.update(record.labels if record.labels is not None else filter(None, [record.label]))
        speakers = Counter(r.speaker for r in records if r.speaker)
        problems = [
            f"class {name}: {counts.get(name, 0)} items, published {number}"
            for name, number in self.published.items()
            if counts.get(name, 0) != number
        ]
        if self.published_speakers is not None and len(speakers) != self.published_speakers:
            problems.append(f"{len(speakers)} speakers, published {self.published_speakers}")
        problems += self._copies(records) + self.unreadable(records)
        return CheckReport(self.name, self.root, len(records), dict(counts), dict(speakers), problems)

    def unreadable(self, records: Records) -> list[str]:
        """A line for every record whose file cannot be decoded; corpora without files have none."""
        from ai4er.features.media import probe

        paths = sorted({r.audio for r in records if r.audio})
        with ThreadPoolExecutor(4) as pool:
            return [problem for problem in pool.map(probe, paths) if problem]

    @staticmethod
    def _copies(records: Records) -> list[str]:
        first: dict[str, str] = {}
        lines = []
        for record in records:
            if record.digest and record.digest in first:
                lines.append(f"{record.id} is a copy of {first[record.digest]}")
            first.setdefault(record.digest, record.id)
        return lines


def corpus_names() -> list[str]:
    """The names that `open_corpus` accepts."""
    return sorted(places("ai4er.corpora"))


def open_corpus(spec: str, data: Path | str | None = None) -> Corpus:
    """The reader of a corpus by name.

    `data` is the folder of the corpus itself or one that holds a folder of its name; without it the
    environment variable AI4ER_DATA is used. Generated corpora need no folder and take
    settings: `synthetic_speech:seed=3,size=200`.
    Raises `Ai4erError` for an unknown name or a folder that is not there.
    """
    name, settings = parse_spec(spec)
    reader = find("ai4er.corpora", "corpus", name).Reader
    if getattr(reader, "generated", False):
        return reader(**settings)
    if settings:
        raise unknown(f"setting of corpus {name}", next(iter(settings)), [])
    base = data or os.environ.get("AI4ER_DATA")
    if not base:
        raise Ai4erError(f"corpus {name}: say where it is with --data DIR or the variable AI4ER_DATA")
    base = Path(base)
    if not base.is_dir():
        raise Ai4erError(f"corpus {name}: no folder {base}")
    return reader(base / name if (base / name).is_dir() else base)


def digests(paths: list[Path]) -> list[str]:
    """SHA-1 of each file's bytes, read in parallel."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda p: hashlib.sha1(p.read_bytes()).hexdigest(), paths))


def audio_files(root: Path) -> list[Path]:
    """All lossless audio files below a folder, sorted by their path."""
    return sorted(p for p in root.rglob("*") if p.suffix.lower() in AUDIO_SUFFIXES)


def text_file(root: Path, name: str) -> Path:
    """The file of that name below a folder, plain or gzipped.

    Raises `Ai4erError` when there is neither.
    """
    for pattern in (name, name + ".gz"):
        found = sorted(root.rglob(pattern))
        if found:
            return found[0]
    raise Ai4erError(f"{root}: no file {name} (or {name}.gz)")
