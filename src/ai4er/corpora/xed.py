"""XED: lines of film subtitles with one or more of Plutchik's eight emotions, or neutral; 32 languages.

English 17,528 and Finnish 14,449 lines annotated by people, neutral lines in a file of their own (English 9,674), and
the English labels carried over to aligned subtitles in other languages. From the owners (github.com/Helsinki-NLP/XED),
CC BY 4.0.

Layout, as in the owners' repository, plain or gzipped: `en-annotated.tsv` and `fi-annotated.tsv`, without header
(line, comma-separated numbers: 1 anger, 2 anticipation, 3 disgust, 4 fear, 5 joy, 6 sadness, 7 surprise, 8 trust,
0 neutral); `neu_LL.txt` (number of the source, line); `XX-projections.tsv` as the annotated ones (XX = cn for Chinese).
`language=` chooses one; of a language that has an annotated file its projections are not read.

Official split: none. Who wrote or speaks a line is not known. The projected lines are translations of the English
ones, without a common name: do not train on one language and test on another as if they were unseen.
Quirks: some projected files hold a few lines without labels, and lines of the alignment (more columns); they are left
out and told by `check`. The Turkish one has a header. Equal lines have the same `digest`, so that protocols keep
them on one side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, find_text_file, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_NUMBERED = ("neutral", "anger", "anticipation", "disgust", "fear", "joy", "sadness", "surprise", "trust")
_CODES = {"zh": "cn"}


class Reader(Corpus):
    """XED in one `language`. Attributes: `source`, which is annotated, neutral or projected."""

    name: ClassVar[str] = "xed"
    title: ClassVar[str] = "XED: multilingual dataset for sentiment analysis and emotion detection"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY 4.0"
    citation: ClassVar[str] = (
        "E. Öhman, M. Pàmies, K. Kajava, J. Tiedemann: XED: A Multilingual Dataset for Sentiment Analysis and Emotion "
        "Detection, COLING 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("xed9",)
    speakers_known: ClassVar[bool] = False

    def __init__(self, root: Path, language: str = "en") -> None:
        super().__init__(root)
        self.spoken = language

    def read(self) -> Records:
        return Records(record for source, path in self._files().items() for record in self._lines(source, path))

    def left_out(self) -> list[str]:
        lines = [
            f"{path.name}: {number}"
            for source, path in self._files().items() if source != "neutral"
            for number, line in enumerate(read_text(path).split("\n"), start=1)
            if line.strip() and len(line.rstrip("\r\t").split("\t")) != 2
        ]  # fmt: skip
        return [f"lines that are not a text and its labels ({len(lines)}): {some(lines)}"] if lines else []

    def _files(self) -> dict[str, Path]:
        code = _CODES.get(self.spoken, self.spoken)
        annotated = find_text_file(self.root, f"{code}-annotated.tsv")
        neutral = find_text_file(self.root, f"neu_{code}.txt") if annotated else None
        projected = None if annotated else find_text_file(self.root, f"{code}-projections.tsv")
        found = {"annotated": annotated, "neutral": neutral, "projected": projected}
        files = {source: path for source, path in found.items() if path is not None}
        if not files:
            there = sorted({p.name.partition("-")[0] for p in self.root.rglob("*-*.tsv*")})
            hint = f"; it holds {', '.join(there)}" if there else ""
            raise Ai4erError(
                f"corpus xed: {self.root} has no {code}-annotated.tsv or {code}-projections.tsv (plain or .gz){hint}"
            )
        return files

    def _lines(self, source: str, path: Path) -> Iterator[Record]:
        for number, line in enumerate(read_text(path).split("\n"), start=1):
            fields = line.rstrip("\r\t").split("\t")
            if len(fields) != 2 or (number == 1 and fields[1] == "emotion"):
                continue
            text, labels = (
                (fields[1], ("neutral",)) if source == "neutral" else (fields[0], _labels(path, number, fields))
            )
            yield Record(
                id=f"{source}/{number}",
                corpus=self.name,
                language=self.spoken,
                text=text,
                digest=hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest(),
                labels=labels,
                attributes={"source": source},
            )


def _labels(path: Path, line: int, fields: list[str]) -> tuple[str, ...]:
    numbers = [number for number in fields[1].split(",") if number.strip()]
    try:
        known = {_NUMBERED.index(_NUMBERED[int(number)]) for number in numbers}
    except (ValueError, IndexError):
        raise Ai4erError(f"{path}: line {line}: labels {fields[1]!r} where numbers from 0 to 8 are expected") from None
    return tuple(_NUMBERED[number] for number in sorted(known))
