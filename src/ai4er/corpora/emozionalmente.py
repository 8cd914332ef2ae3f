"""Emozionalmente: sentences acted by volunteers at home in seven emotions, Italian.

6,902 recordings of 431 amateur actors, 986 of each class. Free download from the owners (Zenodo).

Layout: `audio/TIME.wav` (a time stamp) and `metadata/samples.csv` with the columns file_name, actor and
emotion_expressed. The paths are those of a table of all of them, the three columns those of users' accounts; the
other columns of that table become attributes under their own names (a `sentence` is the text). The tables of the
actors and of the listeners' evaluations, which lie beside it, are not read: their columns are not known here.

Official split: none; leave speakers out. All say the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_COLUMNS = ("file_name", "actor", "emotion_expressed")


class Reader(TabledFiles):
    """Emozionalmente. Attributes: the further columns of samples.csv."""

    name: ClassVar[str] = "emozionalmente"
    title: ClassVar[str] = "Emozionalmente: a crowdsourced corpus of acted emotional speech"
    language: ClassVar[str] = "it"
    licence: ClassVar[str] = "free download from Zenodo, under the licence of its record there"
    citation: ClassVar[str] = (
        "F. Catania: Speech Emotion Recognition in Italian Using Wav2Vec 2 and the Novel Crowdsourced Emotional Speech "
        "Corpus Emozionalmente, TechRxiv"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emozionalmente7",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(
        ("anger", "disgust", "fear", "joy", "neutrality", "sadness", "surprise"), 986
    )
    published_speakers: ClassVar[int | None] = 431
    folders: ClassVar[tuple[str, ...]] = ("**/audio",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "samples.csv")
        for row in read_rows(path, _COLUMNS):
            label = row["emotion_expressed"].strip().lower()
            if label not in self.space.names:
                raise Ai4erError(
                    f"{path}: {row['file_name']} has the emotion {label!r}; known are {', '.join(self.space.names)}"
                )
            stem = Path(row["file_name"]).stem
            yield (
                stem,
                Record(
                    id=stem,
                    corpus=self.name,
                    speaker=row["actor"].strip(),
                    language=self.language,
                    text=row.get("sentence"),
                    label=label,
                    attributes={k: v for k, v in row.items() if k and v and k not in (*_COLUMNS, "sentence")},
                ),
            )
