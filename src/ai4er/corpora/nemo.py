"""nEMO: sentences that cover the sounds of Polish, acted in six emotions, Polish.

4,481 recordings of 9 actors, 24 kHz. CC BY-NC-SA 4.0 (github.com/amu-cai/nEMO, Hugging Face amu-cai/nEMO).

Layout of the repository: `samples/FILE.wav`, for example EB0_anger_1.wav, and `data.tsv` with the columns file_id,
emotion, raw_text, normalized_text, speaker_id, gender and age (those that the owners' card names).

Official split: none; leave speakers out. All say the same sentences.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_COLUMNS = ("file_id", "emotion", "raw_text", "normalized_text", "speaker_id", "gender", "age")


class Reader(TabledFiles):
    """nEMO. Attributes: gender, age, normalized_text."""

    name: ClassVar[str] = "nemo"
    title: ClassVar[str] = "nEMO: Dataset of Emotional Speech in Polish"
    language: ClassVar[str] = "pl"
    licence: ClassVar[str] = "CC BY-NC-SA 4.0"
    citation: ClassVar[str] = "I. Christop: nEMO: Dataset of Emotional Speech in Polish, LREC-COLING 2024"
    spaces: ClassVar[tuple[str, ...]] = ("nemo6",)
    published: ClassVar[dict[str, int]] = {
        "anger": 749, "fear": 736, "happiness": 749, "neutral": 809, "sadness": 769, "surprise": 669,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 9
    folders: ClassVar[tuple[str, ...]] = ("**/samples",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "data.tsv")
        for row in read_rows(path, _COLUMNS, delimiter="\t"):
            stem = row["file_id"].strip().removesuffix(".wav")
            label = row["emotion"].strip().lower()
            if label not in self.space.names:
                raise Ai4erError(f"{path}: {stem} has the emotion {label!r}; known are {', '.join(self.space.names)}")
            yield (
                stem,
                Record(
                    id=stem,
                    corpus=self.name,
                    speaker=row["speaker_id"].strip(),
                    language=self.language,
                    text=row["raw_text"],
                    label=label,
                    attributes={key: row[key] for key in ("gender", "age", "normalized_text") if row[key]},
                ),
            )
