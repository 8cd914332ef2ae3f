"""EMNS, the Emotive Narrative Storytelling corpus: sentences acted by one woman, British English.

1,181 utterances in the table of EmoBox (2.3 hours), 8 classes, 48 kHz, with the level of expressiveness and a
description in words. OpenSLR resource 136.

Layout: `metadata.csv` (separated by `|`: id, utterance, description, emotion, date_created, status, gender, age, level,
audio_recording, user_id) and the recordings, `cleaned_webm/recorded_audio_jBSPPAn.webm` or the same below `raw_webm`;
`audio_recording` names one with any folder and suffix. Taken from the EmoBox table of paths, and for the columns from
what users of the table state.

Official split: none. There is one speaker: for augmentation, synthesis and cross-corpus tests.
Quirks: where both sets of recordings are there, the cleaned one is read. Lines of the table without a recording are
left out and reported.
"""

from __future__ import annotations

import functools
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import AUDIO_SUFFIXES, Corpus, digests, some, text_file
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records

_SUFFIXES = (".webm", *AUDIO_SUFFIXES)
_COLUMNS = ("id", "utterance", "description", "emotion", "gender", "age", "level", "audio_recording", "user_id")
_SPELLINGS = {"surprised": "surprise", "disgusted": "disgust"}


class Reader(Corpus):
    """EMNS. Attributes: gender, age, expressiveness, description."""

    name: ClassVar[str] = "emns"
    title: ClassVar[str] = "EMNS: Emotive Narrative Storytelling corpus"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "open on OpenSLR; see the terms on the page of resource 136"
    citation: ClassVar[str] = (
        "K. A. Noriy, X. Yang, J. J. Zhang: EMNS /Imz/ Corpus: An emotive single-speaker dataset for narrative "
        "storytelling in games, television and graphic novels, arXiv 2305.13137, 2023"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emns8",)

    def read(self) -> Records:
        rows = [(row, self._files[_stem(row)]) for row in self._rows if _stem(row) in self._files]
        if not rows:
            raise Ai4erError(
                f"corpus emns: no recording below {self.root} is named in metadata.csv, "
                "like cleaned_webm/recorded_audio_jBSPPAn.webm"
            )
        codes = digests([path for _, path in rows])
        return Records(self._record(row, path, code) for (row, path), code in zip(rows, codes))

    def left_out(self) -> list[str]:
        named = {_stem(row) for row in self._rows}
        absent = sorted(named - set(self._files))
        unnamed = sorted(set(self._files) - named)
        lines = []
        if absent:
            lines.append(f"lines of metadata.csv without a recording ({len(absent)}): {some(absent)}")
        if unnamed:
            lines.append(f"recordings that metadata.csv does not name ({len(unnamed)}): {some(unnamed)}")
        return lines

    @functools.cached_property
    def _rows(self) -> list[dict[str, str]]:
        return read_rows(text_file(self.root, "metadata.csv"), _COLUMNS, delimiter="|")

    @functools.cached_property
    def _files(self) -> dict[str, Path]:
        """The first recording of each name: `cleaned_webm` comes before `raw_webm`."""
        files: dict[str, Path] = {}
        for path in sorted(p for p in self.root.rglob("*") if p.suffix.lower() in _SUFFIXES):
            files.setdefault(path.stem, path)
        return files

    def _record(self, row: dict[str, str], path: Path, code: str) -> Record:
        label = row["emotion"].strip().lower()
        label = _SPELLINGS.get(label, label)
        known = label_space("emns8").names
        if label not in known:
            raise Ai4erError(
                f"metadata.csv: unknown emotion {row['emotion']!r} of {path.name}; known: {', '.join(known)}"
            )
        return Record(
            id=path.stem,
            corpus=self.name,
            speaker=row["user_id"].strip(),
            language=self.language,
            text=row["utterance"].strip(),
            audio=str(path),
            digest=code,
            label=label,
            attributes={
                "gender": row["gender"].strip().lower(),
                "age": row["age"].strip(),
                "expressiveness": row["level"].strip(),
                "description": row["description"].strip(),
            },
        )


def _stem(row: dict[str, str]) -> str:
    return Path(row["audio_recording"].strip()).stem
