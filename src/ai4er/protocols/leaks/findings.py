"""What the parts of a split file share: items, speakers, sentences, copies of files and near-duplicate audio."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ai4er.corpora.base import AUDIO_SUFFIXES, digests, some
from ai4er.protocols.leaks.fingerprint import fingerprints, near_duplicates
from ai4er.protocols.leaks.split_file import Entry

KINDS = ("item", "speaker", "sentence", "copy", "near_duplicate")

_SOUND = {
    *AUDIO_SUFFIXES, ".mp3", ".ogg", ".opus", ".m4a", ".aac", ".wma", ".webm", ".mp4", ".avi", ".mkv", ".mov", ".flv",
}  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One line on one kind of sharing; `leaks` is None where it could not be checked."""

    kind: str
    leaks: bool | None
    line: str


def findings(entries: Sequence[Entry]) -> list[Finding]:
    """A line for each kind, in the order of `KINDS`.

    Files that are not there are compared by name only; what cannot be decoded is said in the last line.
    """
    there = [entry for entry in _once(entries) if entry.file and entry.file.is_file()]
    files = sum(entry.file is not None for entry in _once(entries))
    absent = f"; {files - len(there)} of {files} files are not there" if len(there) < files else ""
    digest = dict(zip((entry.file for entry in there), digests([e.file for e in there if e.file])))
    return [
        _groups("item", "items", [(entry.name, entry) for entry in entries]),
        _groups("speaker", "speakers", [(entry.speaker, entry) for entry in entries]),
        _groups("sentence", "sentences", [(entry.text, entry) for entry in entries]),
        _copies([(digest[entry.file], entry) for entry in there], absent),
        _near(there, [digest[entry.file] for entry in there], absent),
    ]


def _once(entries: Iterable[Entry]) -> list[Entry]:
    """Every file once in a part: a table may list an item in several rows."""
    return list({(entry.file or entry.name, entry.part): entry for entry in entries}.values())


def _groups(kind: str, plural: str, named: Sequence[tuple[str, Entry]]) -> Finding:
    """Values that occur in several parts, with how often."""
    parts: dict[str, Counter[str]] = defaultdict(Counter)
    for value, entry in named:
        if value:
            parts[value][entry.part] += 1
    if not parts:
        return Finding(kind, None, f"{plural}: the table has no column {kind if kind != 'sentence' else 'text'}")
    found = [f"{_short(value)} ({_counted(counts)})" for value, counts in parts.items() if len(counts) > 1]
    unnamed = sum(not value for value, _ in named)
    rest = f"; {unnamed} rows say none" if unnamed else ""
    return Finding(kind, bool(found), _line(plural, found, f"of {len(parts)} are in several parts", rest))


def _copies(named: Sequence[tuple[str, Entry]], rest: str) -> Finding:
    """Files of different names with the same content."""
    same: dict[str, list[Entry]] = defaultdict(list)
    for digest, entry in named:
        same[digest].append(entry)
    groups = [group for group in same.values() if len({e.part for e in group}) > 1 and len({e.file for e in group}) > 1]
    found = [" = ".join(f"{entry.name} ({entry.part})" for entry in group[:3]) for group in groups]
    if not named:
        return Finding("copy", None, f"copies: no file to compare{rest}; say where they are with --data")
    return Finding("copy", bool(found), _line("copies", found, "in another part", rest))


def _near(entries: Sequence[Entry], digest: Sequence[str], rest: str) -> Finding:
    chosen = [i for i, entry in enumerate(entries) if entry.file and entry.file.suffix.lower() in _SOUND]
    if not chosen:
        return Finding("near_duplicate", None, f"near-duplicate audio: no recording to compare{rest}")
    unique = list({digest[i]: i for i in chosen}.values())
    prints, problems = fingerprints([file for i in unique if (file := entries[i].file)])
    numbers = {part: number for number, part in enumerate(sorted({entry.part for entry in entries}))}
    pairs = near_duplicates(prints, [numbers[entries[i].part] for i in unique])
    found = []
    for pair in pairs:
        one, other = entries[unique[pair.one]], entries[unique[pair.other]]
        found.append(f"{one.name} ({one.part}) ~ {other.name} ({other.part}), {pair.seconds:.1f} s")
    rest += f"; {len(problems)} could not be decoded: {some(problems, shown=1)}" if problems else ""
    line = _line("near-duplicate audio", found, "in another part", rest)
    return Finding("near_duplicate", bool(found), line)


def _line(plural: str, found: Sequence[str], what: str, rest: str) -> str:
    return f"{plural}: " + (f"{len(found)} {what}: {some(found, shown=3)}" if found else "none in several parts") + rest


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{part} {number}" for part, number in sorted(counts.items())[:4])


def _short(value: str) -> str:
    return value if len(value) <= 50 else value[:47] + "..."
