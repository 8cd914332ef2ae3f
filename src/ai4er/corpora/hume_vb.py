"""Hume-VB: vocal bursts (laughs, gasps, cries ...) from four countries, rated for ten emotions.

59,201 recordings of 1,702 people in China, South Africa, the United States and Venezuela; data of the challenges
ExVo 2022 and A-VB 2022. From the owners (Hume AI) under their licence agreement.

Layout of A-VB, from users' accounts: `wav/NUMBER.wav` and the tables `labels/high_info.csv` (File_ID, Split, and the
intensities Awe, Excitement, Amusement, Awkwardness, Fear, Horror, Distress, Triumph, Sadness, Surprise from 0 to 1),
`two_info.csv` (Valence, Arousal), `type_info.csv` (Voc_Type) and `culture_info.csv` (columns like China_Awe and United
States_Awe: the intensities as people of the speaker's own country rate them, those of the other countries empty).
File_ID is the number in brackets, `[10119]`. Only `high_info.csv` must be there.

The country is that whose columns are filled. A burst has ten of the forty ratings by country: the space
`hume_vb_cultures` is partial, and what is trained on it must leave out what is not known (`vocal_burst_chain` does).

Official split: train, valid (Val), test; people are not shared. These tables do not name the people; the test part
came without labels.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import decimal_number, read_rows
from ai4er.corpora.base import find_text_file, text_file
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record

_EMOTIONS = tuple(name.capitalize() for name in label_space("hume_vb10").names)
_AFFECT = ("Valence", "Arousal")
_COUNTRIES = ("China", "United States", "South Africa", "Venezuela")
_CULTURAL = tuple(f"{country}_{emotion}" for country in _COUNTRIES for emotion in _EMOTIONS)
_EMPTY = ("", "nan")
_SPLITS = {"train": "train", "val": "valid", "test": "test"}


class Reader(TabledFiles):
    """Hume-VB; the label is the type of the burst.

    Dimensions: the ten intensities, valence and arousal, and the ten intensities as the speaker's country rates them
    (`china_awe` ...). Attributes: country.
    """

    name: ClassVar[str] = "hume_vb"
    title: ClassVar[str] = "Hume-VB: the Hume Vocal Burst dataset"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "licence agreement with the owners, research only"
    citation: ClassVar[str] = (
        "A. Baird, P. Tzirakis, J. A. Brooks, C. B. Gregory, B. Schuller, A. Batliner, D. Keltner, A. Cowen: The ACII "
        "2022 Affective Vocal Bursts Workshop and Competition, ACII Workshops 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("hume_vb10", "hume_vb_valence_arousal", "hume_vb_cultures", "hume_vb_types")
    speakers_known: ClassVar[bool] = False
    folders: ClassVar[tuple[str, ...]] = ("**/wav",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "high_info.csv")
        two = self._further("two_info.csv", "Valence", "Arousal")
        types = self._further("type_info.csv", "Voc_Type")
        cultures = self._further("culture_info.csv", *_CULTURAL)
        for row in read_rows(path, ("File_ID", "Split", *_EMOTIONS)):
            number = _number(row)
            split = _SPLITS.get(row["Split"].strip().lower())
            if split is None:
                raise Ai4erError(f"{path}: {number} is in the part {row['Split']!r}; known are Train, Val and Test")
            cultural = _values(Path("culture_info.csv"), cultures.get(number, {}), _CULTURAL)
            countries = [country for country in _COUNTRIES if f"{_named(country)}_awe" in cultural]
            yield (
                number,
                Record(
                    id=number,
                    corpus=self.name,
                    split=split,
                    label=self._type(types.get(number, {})),
                    dimensions={
                        **_values(path, row, _EMOTIONS),
                        **_values(Path("two_info.csv"), two.get(number, {}), _AFFECT),
                        **cultural,
                    },
                    attributes={"country": countries[0]} if len(countries) == 1 else {},
                ),
            )

    def _further(self, name: str, *columns: str) -> dict[str, dict[str, str]]:
        """The rows of another table by number; empty where it is not there."""
        path = find_text_file(self.root, name)
        return {_number(row): row for row in read_rows(path, ("File_ID", *columns))} if path else {}

    @staticmethod
    def _type(row: dict[str, str]) -> str | None:
        written = row.get("Voc_Type", "").strip().lower()
        types = label_space("hume_vb_types").names
        if written and written not in types:
            raise Ai4erError(f"type_info.csv: unknown type {written!r}; known are {', '.join(types)}")
        return written or None


def _number(row: dict[str, str]) -> str:
    return row["File_ID"].strip().strip("[]")


def _named(column: str) -> str:
    """What the label spaces call a column: `united_states_awe`."""
    return column.lower().replace(" ", "_")


def _values(path: Path, row: dict[str, str], columns: tuple[str, ...]) -> dict[str, float]:
    """The numbers in the columns that are filled; the test part has none."""
    filled = [column for column in columns if row.get(column, "").strip().lower() not in _EMPTY]
    return {_named(column): decimal_number(path, row, column) for column in filled}
