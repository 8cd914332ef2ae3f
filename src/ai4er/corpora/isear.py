"""ISEAR, the International Survey on Emotion Antecedents and Reactions: when people last felt one of seven emotions.

7,666 answers of about 1,100 students in several countries, seven questions each, in English (translated by the
collaborators). From the owners (Swiss Center for Affective Sciences, University of Geneva, unige.ch/cisa).

Layout: `isear.csv`, the table that everybody uses, made from the owners' Access database: fields between `|`, with the
header ID (the respondent), CITY, COUN, SUBJ, SEX, AGE ... EMOT (1 to 7), further answers, Field1 (the name of the
emotion), MYKEY, SIT (the text), STATE. The same table with commas is read too; the database (.mdb) and the SPSS file
(.sav) are not: export the table. The header and its meaning are taken from the distributed table.

Official split: none; leave respondents out. Every field but the text is an attribute, by its name in lower case; the
codes (of INTS, COPING ...) are those of the owners' questionnaire, in this table often counted from 0.
Quirks: a lone `á` marks where a line ended in the database and is left out of `text`. Answers in square brackets are
no situations (`[ No response.]`, `[ Same as in anger.]`) and are kept. A few texts hold the delimiter.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError, unknown
from ai4er.records import Record, Records

_COLUMNS = ("ID", "SEX", "AGE", "EMOT", "Field1", "SIT")
_GENDERS = {"1": "male", "2": "female"}
_LINE_MARK = re.compile(r"\s+á(?=\s|$)")


class Reader(Corpus):
    """ISEAR. Attributes: gender, and every field of the table but the text, by its name in lower case."""

    name: ClassVar[str] = "isear"
    title: ClassVar[str] = "ISEAR: International Survey on Emotion Antecedents and Reactions"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY-NC-SA 3.0 (as reported of the owners' page)"
    citation: ClassVar[str] = (
        "K. R. Scherer, H. G. Wallbott: Evidence for Universality and Cultural Variation of Differential Emotion "
        "Response Patterning, Journal of Personality and Social Psychology 66(2), 1994"
    )
    spaces: ClassVar[tuple[str, ...]] = ("isear7",)
    published: ClassVar[dict[str, int]] = {
        "joy": 1094, "fear": 1095, "anger": 1096, "sadness": 1096, "disgust": 1096, "shame": 1096, "guilt": 1093,
    }  # fmt: skip

    def read(self) -> Records:
        path = text_file(self.root, "isear.csv", "ISEAR.csv")
        return Records(self._record(number, path, row) for number, row in enumerate(_rows(path), start=1))

    def _record(self, number: int, path: Path, row: dict[str, str]) -> Record:
        label = row["Field1"].strip().lower()
        if label not in self.space.names:
            raise unknown(f"emotion of {path}", label, self.space.names)
        gender = _GENDERS.get(row["SEX"].strip())
        others = {name.lower(): value.strip() for name, value in row.items() if name and name != "SIT"}
        return Record(
            id=str(number),
            corpus=self.name,
            speaker=row["ID"],
            language=self.language,
            text=_text(row["SIT"]),
            label=label,
            attributes={**({"gender": gender} if gender else {}), **others},
        )


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of the table; delimiters in a text between `|` stay in the text."""
    text = read_text(path)
    delimiter = "|" if "|" in text.partition("\n")[0] else ","
    names, *rows = _between_bars(text) if delimiter == "|" else list(csv.reader(io.StringIO(text, newline=""))) or [[]]
    header = [name.strip() for name in names]
    missing = [name for name in _COLUMNS if name not in header]
    if missing:
        raise Ai4erError(f"{path}: no column {', '.join(missing)}; the header must have {', '.join(_COLUMNS)}")
    at = header.index("SIT")
    for number, row in enumerate(filter(None, rows), start=1):
        more = len(row) - len(header)
        if more < 0:
            raise Ai4erError(f"{path}: row {number} has {len(row)} fields where {len(header)} are expected")
        fields = [*row[:at], delimiter.join(row[at : at + more + 1]), *row[at + more + 1 :]]
        yield dict(zip(header, fields))


def _between_bars(text: str) -> list[list[str]]:
    """The fields of each row: quotes mean nothing, and a row starts where a line starts with a respondent's number.

    >>> _between_bars("ID|SIT|\\n7|on two\\nlines|\\n8|a|\\n")
    [['ID', 'SIT', ''], ['7', 'on two\\nlines', ''], ['8', 'a', '']]
    """
    return [row.split("|") for row in re.split(r"\r?\n(?=\d+\|)", text.strip("\r\n"))]


def _text(written: str) -> str:
    """The text on one line, without the marks of line ends.

    >>> _text("When I did not á speak  the truth. á ")
    'When I did not speak the truth.'
    """
    return " ".join(_LINE_MARK.sub(" ", written).split())
