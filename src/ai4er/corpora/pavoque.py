"""PAVOQUE: one German actor reads sentences neutrally and in the style of four characters.

7,334 utterances (with 1,892 outtakes) of a man, 44.1 kHz. CC BY-NC-SA 3.0 (github.com/marytts/pavoque-data).

Layout of the release with one long recording a style: `pavoque-PART.flac` (PART: angry, happy, neutral, poker, sad,
outtakes) and beside it `pavoque-PART.yaml`, a list of utterances with prompt, text, style, start and end (seconds),
and segments (sounds, not read). Parts and styles are those of a table of all utterances, the keys those of users'
accounts and of the repository.

The classes are the owners' styles: happy (Poppy), sad (Obadiah), angry (Spike), poker (cool, laid-back), neutral.

Official split: none. There is one speaker, so that every protocol here is speaker-dependent. Quirk: outtakes are
second takes (m0170a) of prompts that are in the other parts too; `outtakes=no` leaves them out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import decimal_number, read_text
from ai4er.corpora.base import Corpus, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_PARTS = ("angry", "happy", "neutral", "poker", "sad", "outtakes")
_FIELD = re.compile(r"(?P<new>- |  )(?P<key>\w+): ?(?P<value>.*)")


class Reader(Corpus):
    """PAVOQUE: records are parts of the long recordings. Attributes: prompt, part."""

    name: ClassVar[str] = "pavoque"
    title: ClassVar[str] = "PAVOQUE Corpus of Expressive Speech"
    language: ClassVar[str] = "de"
    licence: ClassVar[str] = "CC BY-NC-SA 3.0"
    citation: ClassVar[str] = (
        "I. Steiner, M. Schröder, A. Klepp: The PAVOQUE corpus as a resource for analysis and synthesis of expressive "
        "speech, Phonetik & Phonologie 9, 2013"
    )
    spaces: ClassVar[tuple[str, ...]] = ("pavoque5",)
    published: ClassVar[dict[str, int]] = {"angry": 724, "happy": 746, "neutral": 4344, "poker": 819, "sad": 701}
    published_speakers: ClassVar[int | None] = 1

    def __init__(self, root: Path, outtakes: bool = True) -> None:
        super().__init__(root)
        self.outtakes = outtakes

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": self.published} if self.outtakes else {}

    def read(self) -> Records:
        lists = self._lists()
        if not lists:
            raise Ai4erError(f"corpus pavoque: {self.root} has no pavoque-neutral.yaml (with pavoque-neutral.flac)")
        return Records(
            self._record(path, part, row)
            for part, path in lists.items()
            for row in _rows(path)
            if "start" in row and "end" in row
        )

    def left_out(self) -> list[str]:
        silent = [path.name for path in self._lists().values() if not path.with_suffix(".flac").is_file()]
        missing = [part for part in _PARTS if part not in self._lists() and (self.outtakes or part != "outtakes")]
        lines = [f"lists without their recording ({len(silent)}): {some(silent)}"] if silent else []
        return lines + ([f"parts without pavoque-PART.yaml ({len(missing)}): {some(missing)}"] if missing else [])

    def _lists(self) -> dict[str, Path]:
        parts = _PARTS if self.outtakes else _PARTS[:-1]
        found = {part: sorted(self.root.rglob(f"pavoque-{part}.yaml")) for part in parts}
        return {part: paths[0] for part, paths in found.items() if paths}

    def _record(self, path: Path, part: str, row: dict[str, str]) -> Record:
        style, prompt = row.get("style", part), row.get("prompt", "")
        if style not in self.space.names or not prompt:
            raise Ai4erError(
                f"{path}: the utterance {prompt!r} has the style {style!r}; every one must have a prompt and a style, "
                f"one of {', '.join(self.space.names)}"
            )
        recording = path.with_suffix(".flac")
        return Record(
            id=f"{prompt}-{style}",
            corpus=self.name,
            speaker="StefanRoettig",
            language=self.language,
            text=row.get("text"),
            audio=str(recording) if recording.is_file() else None,
            start=decimal_number(path, row, "start"),
            end=decimal_number(path, row, "end"),
            label=style,
            attributes={"prompt": prompt, "part": part},
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The utterances of a list: its plain YAML of a mapping an item, without what is nested in the items."""
    row: dict[str, str] = {}
    key = ""
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if found := _FIELD.fullmatch(line):
            if found["new"] == "- " and row:
                yield _unquoted(path, row)
                row = {}
            key = found["key"]
            row[key] = found["value"].strip()
        elif line.startswith("   ") and row.get(key) and not line.lstrip().startswith("- "):
            row[key] += " " + line.strip()
        elif line.strip() and line != "---" and not line.startswith("  "):
            raise Ai4erError(f"{path}: line {number} is not like '- prompt: m0001' or '  style: happy'")
    if row:
        yield _unquoted(path, row)


def _unquoted(path: Path, row: dict[str, str]) -> dict[str, str]:
    return {key: _plain(path, value) for key, value in row.items()}


def _plain(path: Path, value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == "'":
        return value[1:-1].replace("''", "'")
    if value.startswith('"'):
        try:
            return str(json.loads(value))
        except json.JSONDecodeError:
            raise Ai4erError(f"{path}: {value} is not a whole quoted text; fetch the file again") from None
    return value
