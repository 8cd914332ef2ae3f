"""MSP-Podcast: speaking turns cut from podcasts, chosen for emotion and rated by at least five people, English.

It grows with every release (1.12 of June 2024: 207,136 turns, 324 hours, 16 kHz). From the owners (Multimodal
Signal Processing Laboratory, University of Texas at Dallas) under an academic or a commercial licence.

Layout, from the owners' readme and from users' accounts; paths of 23,126 recordings are checked against a table:

- `Audios/` (older releases `Audio/`) `MSP-PODCAST_PPPP_NNNN.wav`, or `..._NNNN_MMMM.wav` for a part of a turn;
- `Labels/labels_consensus.csv` (older `labels_concensus.csv`): FileName, EmoClass (a letter), EmoAct, EmoVal,
  EmoDom (means, 1 to 7), SpkrID, Gender, Split_Set;
- the raters, whichever is there: `labels_detailed.csv` with EmoClass_Major, EmoClass_Second, EmoAct, EmoVal and
  EmoDom (and a column that names the rater) or with all of it in EmoDetail; else `labels.txt`;
- `Transcripts/MSP-PODCAST_PPPP_NNNN.txt`.

Labels: the class on which most raters agree. `target` is `msp_podcast8` (as in the owners' challenges) or
`msp_podcast9` with the class other. No agreement (X), and other in the first case, is not labelled.

Official split: train, dev (Validation or Development), test1, test2, test3; with the protocol
`official:test=test1`. Speakers of test are not in train, but the owners could not name all: an unknown one
(`SpkrID` Unknown) has the speaker "".
Quirks: counts change with the release, so that none are compared. The turns of one podcast PPPP are not a
dialogue: they are cut out here and there; `session` is the podcast.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._msp_ratings import LETTERS, Rating, rated_class, rated_turns, rating_of
from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import decimal_number, read_rows, read_text
from ai4er.corpora.base import find_text_file, text_file
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record

_COLUMNS = ("FileName", "EmoClass", "EmoAct", "EmoVal", "EmoDom", "SpkrID", "Gender", "Split_Set")
_DIMENSIONS = {"valence": "EmoVal", "arousal": "EmoAct", "dominance": "EmoDom"}
_RATERS = ("WorkerID", "Worker", "Workers", "Annotator")
_SPLITS = {"validation": "dev", "development": "dev"}
NAME = re.compile(r"MSP-PODCAST_(?P<podcast>\d{4})(?:_\d{4}){1,2}")


class Reader(TabledFiles):
    """MSP-Podcast. Attributes: gender, emotion (one of msp_podcast9, or no_agreement), raters, secondary (of each)."""

    name: ClassVar[str] = "msp_podcast"
    title: ClassVar[str] = "MSP-Podcast corpus"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "academic or commercial licence agreement with the owners"
    citation: ClassVar[str] = (
        "R. Lotfian, C. Busso: Building Naturalistic Emotionally Balanced Speech Corpus by Retrieving Emotional "
        "Speech from Existing Podcast Recordings, IEEE Transactions on Affective Computing 10(4), 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("msp_podcast8", "msp_podcast9", "valence_arousal_dominance_1_7")
    folders: ClassVar[tuple[str, ...]] = ("**/Audios", "**/Audio")

    def __init__(self, root: Path, target: Literal["msp_podcast8", "msp_podcast9"] = "msp_podcast8") -> None:
        super().__init__(root)
        self.target = target

    @property
    def space(self) -> LabelSpace:
        return label_space(self.target)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "labels_consensus.csv", "labels_concensus.csv")
        ratings = self._ratings()
        transcripts = {file.stem: file for file in self.root.rglob("Transcripts/**/MSP-PODCAST_*.txt")}
        for row in read_rows(path, _COLUMNS):
            stem = Path(row["FileName"]).stem
            yield stem, self._record(path, stem, row, ratings.get(stem, []), transcripts.get(stem))

    def _ratings(self) -> dict[str, list[Rating]]:
        """The ratings of every turn; empty where the folder has only the consensus."""
        ratings: dict[str, list[Rating]] = {}
        if path := find_text_file(self.root, "labels_detailed.csv"):
            for number, row in enumerate(read_rows(path, ("FileName",)), start=2):
                where = f"{path}: row {number}"
                ratings.setdefault(Path(row["FileName"]).stem, []).append(_detailed(path, where, row))
        elif path := find_text_file(self.root, "labels.txt"):
            ratings = {turn.stem: turn.ratings for turn in rated_turns(path)}
        return ratings

    def _record(
        self,
        path: Path,
        stem: str,
        row: dict[str, str],
        ratings: list[Rating],
        transcript: Path | None,
    ) -> Record:
        name = NAME.fullmatch(stem)
        if name is None or row["EmoClass"] not in LETTERS:
            raise Ai4erError(
                f"{path}: {row['FileName']!r} with the class {row['EmoClass']!r}; expected are names like "
                f"MSP-PODCAST_0001_0008.wav and the classes {', '.join(LETTERS)}"
            )
        label = LETTERS[row["EmoClass"]]
        split = row["Split_Set"].strip().lower()
        attributes = {
            "gender": row["Gender"].strip().lower(),
            "emotion": label or "no_agreement",
            "raters": ",".join(rating.rater for rating in ratings if rating.rater),
            "secondary": "|".join(rating.secondary for rating in ratings),
        }
        return Record(
            id=stem,
            corpus=self.name,
            speaker="" if row["SpkrID"].strip().lower() == "unknown" else row["SpkrID"].strip(),
            session=name["podcast"],
            split=_SPLITS.get(split, split),
            language=self.language,
            text=read_text(transcript).strip() if transcript else None,
            label=label if label in self.space.names else None,
            votes=tuple(rating.primary for rating in ratings if rating.primary in self.space.names),
            raters=tuple(rating.rater for rating in ratings if rating.primary in self.space.names),
            dimensions={dimension: decimal_number(path, row, column) for dimension, column in _DIMENSIONS.items()},
            ratings=tuple(rating.values for rating in ratings),
            attributes={key: value for key, value in attributes.items() if value.strip("|")},
        )


def _detailed(path: Path, where: str, row: dict[str, str]) -> Rating:
    """A rating from a row of labels_detailed.csv."""
    if "EmoDetail" in row:
        return rating_of(row["EmoDetail"], where)
    missing = [column for column in ("EmoClass_Major", "EmoClass_Second", *_DIMENSIONS.values()) if column not in row]
    if missing:
        raise Ai4erError(f"{path}: no column {', '.join(missing)} (nor EmoDetail)")
    return Rating(
        rater=next((row[column] for column in _RATERS if column in row), ""),
        primary=rated_class(row["EmoClass_Major"], where),
        secondary=row["EmoClass_Second"].strip(),
        values={
            dimension: decimal_number(path, row, column) for dimension, column in _DIMENSIONS.items() if row[column]
        },
    )
