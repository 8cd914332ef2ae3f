"""SemEval-2018 Task 1, Affect in Tweets, subtask E-c: the emotions of a tweet (any number of 11).

English 10,983 tweets, Arabic 4,381, Spanish 7,094. From the organisers
(competitions.codalab.org/competitions/17751), for research; tweets are under the platform's terms.

Layout: `2018-E-c-LL-train.txt`, `-dev.txt`, `-test-gold.txt` or `-test.txt` (LL = En, Ar, Es), tab-separated with
a header: ID, Tweet, and 11 columns of 0 and 1. A test file without labels says NONE, and its records
have `labels` None.

Official split: train, dev, test; those that are there are read. Authors are not part of the release,
so nobody can say whether they are shared.
Quirks: a tweet may have no emotion at all (`labels` is empty then).
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import CheckReport, Corpus, counts_by_split, find_text_file, summed
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records

_EMOTIONS = label_space("semeval2018_ec11").names
_FILES = {"train": ("train",), "dev": ("dev",), "test": ("test-gold", "test")}
_TWEETS = {
    "en": {"train": 6838, "dev": 886, "test": 3259},
    "ar": {"train": 2278, "dev": 585, "test": 1518},
    "es": {"train": 3561, "dev": 679, "test": 2854},
}
_PUBLISHED = counts_by_split("""
                    train    dev
    anger            2544    315
    anticipation      978    124
    disgust          2602    319
    fear             1242    121
    joy              2477    400
    love              700    132
    optimism         1984    307
    pessimism         795    100
    sadness          2008    265
    surprise          361     35
    trust             357     43
""")


class Reader(Corpus):
    """SemEval-2018 E-c in one `language`: en, ar or es."""

    name: ClassVar[str] = "semeval2018_ec"
    title: ClassVar[str] = "SemEval-2018 Task 1: Affect in Tweets, E-c"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "published by the organisers for research, without a licence text; tweets: platform terms"
    citation: ClassVar[str] = (
        "S. Mohammad, F. Bravo-Marquez, M. Salameh, S. Kiritchenko: SemEval-2018 Task 1: Affect in Tweets, SemEval 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("semeval2018_ec11",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False

    def __init__(self, root: Path, language: Literal["en", "ar", "es"] = "en") -> None:
        super().__init__(root)
        self.spoken = language

    def expected(self) -> dict[str, dict[str, int]]:
        return _PUBLISHED if self.spoken == "en" else {}

    def check(self) -> CheckReport:
        report = super().check()
        labelled = {record.split for record in self.read() if record.labels is not None}
        report.problems.extend(
            f"{split}: no labelled tweet; the organisers' part has {number}"
            for split, number in _TWEETS[self.spoken].items()
            if split not in labelled
        )
        return report

    def read(self) -> Records:
        files = self._files(self.spoken)
        if not files:
            others = [language for language in ("en", "ar", "es") if self._files(language)]
            hint = f"; it holds semeval2018_ec:language={others[0]}" if others else ""
            code = self.spoken.capitalize()
            raise Ai4erError(
                f"corpus semeval2018_ec: {self.root} has no 2018-E-c-{code}-train.txt, -dev.txt or -test-gold.txt "
                f"(plain or .gz){hint}"
            )
        return Records(
            self._record(split, row, path)
            for split, path in files.items()
            for row in read_rows(path, ("ID", "Tweet", *_EMOTIONS), delimiter="\t")
        )

    def _files(self, language: str) -> dict[str, Path]:
        """The file of each part that is there; of two test files the one with labels."""
        files = {}
        for split, endings in _FILES.items():
            paths = [find_text_file(self.root, f"2018-E-c-{language.capitalize()}-{ending}.txt") for ending in endings]
            if any(paths):
                files[split] = next(path for path in paths if path)
        return files

    def _record(self, split: str, row: dict[str, str], path: Path) -> Record:
        marks = {row[name].strip() for name in _EMOTIONS}
        if not marks <= {"0", "1", "NONE"}:
            raise Ai4erError(f"{path}: tweet {row['ID']} has {', '.join(sorted(marks))} where 0, 1 or NONE is expected")
        return Record(
            id=row["ID"],
            corpus=self.name,
            split=split,
            language=self.spoken,
            text=row["Tweet"],
            labels=None if "NONE" in marks else tuple(name for name in _EMOTIONS if row[name].strip() == "1"),
        )
