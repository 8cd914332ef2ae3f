"""Dusha: short phrases that volunteers acted for a voice assistant, and parts of podcasts, with every vote, Russian.

201,850 recordings of 2,068 people in the part Crowd (acted), 102,113 of 6,240 in the part Podcast (real life), 16 kHz.
From the owners (SberDevices, github.com/salute-developers/golos, folder dusha) under their own licence.

Layout of `crowd.tar` and `podcast.tar`: `crowd_train/raw_crowd_train.tsv` and `crowd_test/raw_crowd_test.tsv`, a row
for each vote with hash_id, annotator_emo, golden_emo, annotator_id, speaker_text, speaker_emo and source_id among its
columns (known from users' accounts), and `crowd_train/wavs/HASH_ID.wav`; the same with `podcast` (inferred). Where a
part has no sound, the published spectrograms `features/HASH_ID.npy` (1, 64, frames) are read (inferred).

Labels: the class for which more annotators voted than for any other; `other`, and a tie, is not labelled. With
`labels=dawid_skene` the annotators of all parts that are there are weighed by Dawid and Skene's model, as the owners
do: a class is the label from the probability `confidence` on; `other` and the control items (golden_emo) have none.

Official split: train, test. `source_id` is the speaker. Quirk: what the speaker was told to act (speaker_emo, an
attribute) is often not what is heard.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._signals import lazy
from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.labels.dawid_skene import dawid_skene, decided
from ai4er.labels.plurality import plurality
from ai4er.records import Record, Records

Part = Literal["crowd", "podcast"]

_COLUMNS = ("hash_id", "annotator_emo", "annotator_id", "speaker_text", "speaker_emo", "source_id")
_PARTS: tuple[Part, ...] = ("crowd", "podcast")
_SPLITS = ("train", "test")
_OTHER = "other"
_Votes = dict[str, list[dict[str, str]]]
"""The rows of the votes for each recording."""


class Reader(TabledFiles):
    """Dusha: the `part` crowd, podcast or both. Attributes: part, acted (the emotion asked for), confidence."""

    name: ClassVar[str] = "dusha"
    title: ClassVar[str] = "Dusha"
    language: ClassVar[str] = "ru"
    licence: ClassVar[str] = "the owners' own public licence (their repository has it in English)"
    citation: ClassVar[str] = (
        "V. Kondratenko, A. Sokolov, N. Karpov, O. Kutuzov, N. Savushkin, F. Minkin: Large Raw Emotional Dataset with "
        "Aggregation Mechanism, arXiv 2212.12266, 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("dusha4",)
    features: ClassVar[dict[str, str]] = {"log_mel": "array:name=log_mel"}

    def __init__(
        self,
        root: Path,
        part: Literal["crowd", "podcast", "both"] = "crowd",
        labels: Literal["majority", "dawid_skene"] = "majority",
        confidence: float = 0.9,
    ) -> None:
        super().__init__(root)
        self.parts: tuple[Part, ...] = _PARTS if part == "both" else (part,)
        self.labels, self.confidence = labels, confidence
        self.folders = tuple(f"**/{one}_*/wavs" for one in self.parts)  # type: ignore[misc]

    def read(self) -> Records:
        published = {path.stem: path for path in self.root.glob("**/features/*.npy")}
        return Records(
            record.replace(arrays=lazy(log_mel=functools.partial(_spectrogram, published[record.id])))
            if record.id in published
            else record
            for record in super().read()
        )

    def tabled(self) -> Iterator[tuple[str, Record]]:
        for part in self.parts:
            if not any(self._votes[part].values()):
                raise Ai4erError(f"corpus dusha: {self.root} has no raw_{part}_train.tsv nor raw_{part}_test.tsv")
            for split, votes in self._votes[part].items():
                for name, rows in votes.items():
                    record = self._record(name, part, split, rows)
                    yield name, record if self.labels == "majority" else self._weighed(record, rows)

    @functools.cached_property
    def _votes(self) -> dict[Part, dict[str, _Votes]]:
        """The votes of every part and split that is there, or that is read: annotators are weighed over all of them."""
        parts = self.parts if self.labels == "majority" else _PARTS
        return {part: {split: self._table(part, split) for split in _SPLITS} for part in parts}

    def _table(self, part: str, split: str) -> _Votes:
        path, votes = find_text_file(self.root, f"raw_{part}_{split}.tsv"), _Votes()
        for row in read_rows(path, _COLUMNS, delimiter="\t") if path else ():
            if row["annotator_emo"] not in (*self.space.names, _OTHER):
                raise Ai4erError(
                    f"{path}: {row['hash_id']} has the vote {row['annotator_emo']!r}; known are "
                    f"{', '.join(self.space.names)}, other"
                )
            votes.setdefault(row["hash_id"], []).append(row)
        return votes

    def _record(self, name: str, part: Part, split: str, rows: list[dict[str, str]]) -> Record:
        first = plurality(row["annotator_emo"] for row in rows)
        counted = [row for row in rows if row["annotator_emo"] in self.space.names]
        attributes = {"part": part, "acted": rows[0]["speaker_emo"]}
        return Record(
            id=name,
            corpus=self.name,
            speaker=rows[0]["source_id"],
            split=split,
            language=self.language,
            text=rows[0]["speaker_text"] or None,
            label=first if first in self.space.names else None,
            votes=tuple(row["annotator_emo"] for row in counted),
            raters=tuple(row["annotator_id"] for row in counted),
            attributes={key: value for key, value in attributes.items() if value},
        )

    def _weighed(self, record: Record, rows: list[dict[str, str]]) -> Record:
        names = (*self.space.names, _OTHER)
        found = decided(record, self._posteriors[record.id], names, self.confidence)
        control = any(row.get("golden_emo") for row in rows)
        return found.replace(label=None) if control or found.label == _OTHER else found

    @functools.cached_property
    def _posteriors(self) -> dict[str, np.ndarray]:
        """The probabilities of every class and of `other` for each recording."""
        votes = {name: rows for splits in self._votes.values() for one in splits.values() for name, rows in one.items()}
        names = (*self.space.names, _OTHER)
        items = np.repeat(np.arange(len(votes)), [len(rows) for rows in votes.values()])
        rows = [row for rows in votes.values() for row in rows]
        annotators = np.unique([row["annotator_id"] for row in rows], return_inverse=True)[1]
        given = np.array([names.index(row["annotator_emo"]) for row in rows])
        return dict(zip(votes, dawid_skene(items, annotators, given, len(names)).posterior))


def _spectrogram(path: Path) -> np.ndarray:
    """The published log-mel spectrogram as (frames, bands). Raises `Ai4erError` for anything else."""
    try:
        return np.load(path, allow_pickle=False).reshape(64, -1).T
    except (OSError, ValueError):
        raise Ai4erError(f"{path} is no spectrogram of 64 bands: take the file from the owners again") from None
