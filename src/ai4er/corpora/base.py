"""What every corpus reader has in common: finding the folder, reading, checking."""

from __future__ import annotations

import inspect
import os
import typing
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import pydantic

from ai4er.config import parse_spec, reason
from ai4er.corpora._digest import digest
from ai4er.corpora._oddities import archives, same, sample_rates, unknown_labels
from ai4er.corpora._oddities import some as some
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records
from ai4er.registry import find, places

AUDIO_SUFFIXES = (".wav", ".flac", ".aiff", ".aif", ".w64", ".caf")
"""Lossless containers that a reader accepts for an officially named audio file."""


@dataclass(frozen=True)
class CheckReport:
    """What `ai4er corpora check` found: `problems` is empty for a complete, sound copy.

    `counts` and `speakers` are those of the copy; `problems` are lines for a person, and `notes` are
    lines about what is so in the owners' own release.
    """

    corpus: str
    root: Path
    items: int
    counts: dict[str, int]
    speakers: dict[str, int]
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


class Corpus(ABC):
    """A reader of one published dataset. It only reads; it never writes to the folder.

    A subclass is called `Reader`, lives in `corpora/<name>.py` and sets the class attributes.
    `spaces` are names of label spaces, the default first; `needs_folder` is False where the settings alone say what to
    read. `published` are the counts by class
    that the owners publish, for `check`, and `published_splits` the same for each official split;
    `published_speakers` is the number of speakers that a complete copy tells apart.
    `speakers_known` is False where the corpus does not say who speaks (then a protocol
    cannot promise speaker independence). `quirks` are flaws of the owners' own release, and
    `known_copies` the ids of records whose file repeats another one there. `features` are the
    front ends of what the owners publish in place of raw recordings, by the usual input name.

    A reader with settings has them as keyword arguments of its `__init__` after `root`, with types
    and defaults: `hazumi1911:target=self`.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    language: ClassVar[str]
    licence: ClassVar[str]
    citation: ClassVar[str]
    spaces: ClassVar[tuple[str, ...]]
    needs_folder: ClassVar[bool] = True
    published: ClassVar[dict[str, int]] = {}
    published_splits: ClassVar[dict[str, dict[str, int]]] = {}
    published_speakers: ClassVar[int | None] = None
    speakers_known: ClassVar[bool] = True
    quirks: ClassVar[tuple[str, ...]] = ()
    known_copies: ClassVar[frozenset[str]] = frozenset()
    features: ClassVar[dict[str, str]] = {}

    def __init__(self, root: Path) -> None:
        self.root = Path(root)
        _need_folder(self.name, self.root)

    @abstractmethod
    def read(self) -> Records:
        """All records in a fixed order.

        Raises `Ai4erError` when the folder does not hold this corpus, saying what was looked for.
        """

    @property
    def label_spaces(self) -> tuple[LabelSpace, ...]:
        """The label spaces that the records have targets in, the default first."""
        return tuple(map(label_space, self.spaces))

    @property
    def space(self) -> LabelSpace:
        """The label space of the records' classes, for `check`."""
        return self.label_spaces[0]

    def expected(self) -> Mapping[str, Mapping[str, int]]:
        """The published counts by class that hold for this copy, by split; the split "" is all of it."""
        return self.published_splits or {"": self.published}

    def left_out(self) -> list[str]:
        """A line for each kind of file in the folder that `read` leaves out and perhaps should not."""
        return []

    def check(self) -> CheckReport:
        """Compare the copy with what the owners publish; unreadable files and copies included."""
        records = self.read()
        problems = self.left_out() + unknown_labels(records, self.space)
        for split, published in self.expected().items():
            part = [record for record in records if split in ("", record.split)]
            problems += self._differences(split, self._counts(part), published)
        speakers = Counter(r.speaker for r in records if r.speaker)
        if self.published_speakers is not None and len(speakers) != self.published_speakers:
            problems.append(f"{len(speakers)} speakers, published {self.published_speakers}")
        copies, known = self._copies(records)
        problems += copies + self.unreadable(records)
        notes = [*self.quirks, *known, *sample_rates(records)]
        counts = dict(self._counts(records))
        return CheckReport(self.name, self.root, len(records), counts, dict(speakers), problems, notes)

    def _counts(self, records: Iterable[Record]) -> Counter[str]:
        if self.space.kind == "multi":
            return Counter(name for record in records for name in record.labels or ())
        return Counter(record.label for record in records if record.label is not None)

    @staticmethod
    def _differences(split: str, counts: Mapping[str, int], published: Mapping[str, int]) -> list[str]:
        where = f"{split}: " if split else ""
        if split and published and not counts:
            return [f"{where}no labelled record; this split is not in the folder"]
        return [
            f"{where}class {name}: {counts.get(name, 0)} items, published {number}"
            for name, number in published.items()
            if counts.get(name, 0) != number
        ]

    def unreadable(self, records: Records) -> list[str]:
        """A line for every recording or video that cannot be decoded; corpora without files have none."""
        from ai4er.features.media import probe, probe_video

        sounds = sorted({r.audio for r in records if r.audio})
        videos = sorted({r.video for r in records if r.video})
        with ThreadPoolExecutor(4) as pool:
            found = [*pool.map(probe, sounds), *pool.map(probe_video, videos)]
        return [problem for problem in found if problem]

    def _copies(self, records: Records) -> tuple[list[str], list[str]]:
        """A line about copies that should not be, and one about those of the owners' own release."""
        first: dict[str, str] = {}
        found: list[str] = []
        known: list[str] = []
        for record in records:
            if record.digest and record.digest in first:
                in_release = record.id in self.known_copies or not (record.audio or record.video or record.image)
                (known if in_release else found).append(f"{record.id} = {first[record.digest]}")
            first.setdefault(record.digest, record.id)
        return same(found), same(known)


def corpus_names() -> list[str]:
    """The names that `open_corpus` accepts."""
    return sorted(places("ai4er.corpora"))


def open_corpus(spec: str, data: Path | str | None = None) -> Corpus:
    """The reader of a corpus by name.

    `data` is the folder of the corpus itself or one that holds a folder of its name; without it the
    environment variable AI4ER_DATA is used. Generated corpora need no folder:
    `synthetic_speech:seed=3,size=200`.
    Raises `Ai4erError` for an unknown name or setting, or a folder that is not there.
    """
    name, given = parse_spec(spec)
    reader = find("ai4er.corpora", "corpus", name).Reader
    settings = _settings(name, reader, given)
    if not reader.needs_folder:
        return reader(**settings)
    base = data or os.environ.get("AI4ER_DATA")
    if not base:
        raise Ai4erError(f"corpus {name}: say where it is with --data DIR or the variable AI4ER_DATA")
    base = Path(base)
    _need_folder(name, base)
    return reader(base / name if (base / name).is_dir() else base, **settings)


def _need_folder(name: str, path: Path) -> None:
    if path.is_file():
        raise Ai4erError(f"corpus {name}: {path} is a file; unpack it, and give the folder")
    if not path.is_dir():
        raise Ai4erError(f"corpus {name}: no folder {path}")


def _settings(name: str, reader: type[Corpus], given: Mapping[str, str]) -> dict[str, Any]:
    """The settings of a spec, as the types that the reader's `__init__` declares."""
    accepted = [key for key in inspect.signature(reader).parameters if key != "root"]
    types = typing.get_type_hints(reader.__init__)
    settings = {}
    for key, value in given.items():
        if key not in accepted:
            raise unknown(f"setting of corpus {name}", key, accepted)
        try:
            settings[key] = pydantic.TypeAdapter(types[key]).validate_python(value)
        except pydantic.ValidationError as error:
            raise Ai4erError(f"corpus {name}: {key}={value!r}: {reason(error)}") from None
    return settings


def digests(paths: Sequence[Path]) -> list[str]:
    """The digest of each file's content (for audio: of its samples), computed in parallel."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(digest, paths))


def find_text_file(root: Path, name: str) -> Path | None:
    """The file of that name below a folder, plain or gzipped, or None."""
    for pattern in (name, name + ".gz"):
        found = sorted(root.rglob(pattern))
        if found:
            return found[0]
    return None


def text_file(root: Path, *names: str) -> Path:
    """The file of that name (the first of these that exists) below a folder, plain or gzipped.

    Raises `Ai4erError` when there is none.
    """
    for name in names:
        found = find_text_file(root, name)
        if found is not None:
            return found
    raise Ai4erError(f"{root}: no file {' or '.join(names)} (plain or .gz){archives(root)}")


def counts_by_split(table: str) -> dict[str, dict[str, int]]:
    r"""Published counts written as a table: the splits in the first line, then a class a line.

    >>> counts_by_split("      train  test\n joy     12     3\n anger    7     2")
    {'train': {'joy': 12, 'anger': 7}, 'test': {'joy': 3, 'anger': 2}}
    """
    splits, *rows = (line.split() for line in table.strip().splitlines())
    return {split: {name: int(row[i]) for name, *row in rows} for i, split in enumerate(splits)}


def summed(splits: Mapping[str, Mapping[str, int]]) -> dict[str, int]:
    """The counts by class over all splits.

    >>> summed({"train": {"joy": 12}, "test": {"joy": 3}})
    {'joy': 15}
    """
    total: Counter[str] = Counter()
    for counts in splits.values():
        total.update(counts)
    return dict(total)
