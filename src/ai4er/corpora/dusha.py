"""Dusha: short phrases that volunteers acted for a voice assistant, with every annotator's vote, Russian.

201,850 recordings of 2,068 people in the part Crowd, 16 kHz. From the owners (SberDevices,
github.com/salute-developers/golos, dusha) under their own licence. The part Podcast has no audio and is not read.

Layout of `crowd.tar`: `crowd_train/raw_crowd_train.tsv` and `crowd_test/raw_crowd_test.tsv`, a row for each vote with
hash_id, annotator_emo, annotator_id, speaker_text, speaker_emo and source_id among its columns (known from users'
accounts), and `crowd_train/wavs/HASH_ID.wav`.

Labels: the class for which more annotators voted than for any other; `other`, and a tie, is not labelled. The owners'
own experiments weigh the annotators (Dawid and Skene) and keep what is sure enough; that is not done here.

Official split: train, test. `source_id` is the speaker. Quirk: what the speaker was told to act (speaker_emo, an
attribute) is often not what is heard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_COLUMNS = ("hash_id", "annotator_emo", "annotator_id", "speaker_text", "speaker_emo", "source_id")
_SPLITS = ("train", "test")


class Reader(TabledFiles):
    """Dusha, part Crowd. Attributes: acted (the emotion asked for), raters."""

    name: ClassVar[str] = "dusha"
    title: ClassVar[str] = "Dusha, part Crowd"
    language: ClassVar[str] = "ru"
    licence: ClassVar[str] = "the owners' own public licence (their repository has it in English)"
    citation: ClassVar[str] = (
        "V. Kondratenko, A. Sokolov, N. Karpov, O. Kutuzov, N. Savushkin, F. Minkin: Large Raw Emotional Dataset with "
        "Aggregation Mechanism, arXiv 2212.12266, 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("dusha4",)
    folders: ClassVar[tuple[str, ...]] = ("**/wavs",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        tables = {split: find_text_file(self.root, f"raw_crowd_{split}.tsv") for split in _SPLITS}
        if not any(tables.values()):
            raise Ai4erError(f"corpus dusha: {self.root} has no raw_crowd_train.tsv nor raw_crowd_test.tsv")
        for split, path in tables.items():
            votes: dict[str, list[dict[str, str]]] = {}
            for row in read_rows(path, _COLUMNS, delimiter="\t") if path else ():
                if row["annotator_emo"] not in (*self.space.names, "other"):
                    raise Ai4erError(
                        f"{path}: {row['hash_id']} has the vote {row['annotator_emo']!r}; known are "
                        f"{', '.join(self.space.names)}, other"
                    )
                votes.setdefault(row["hash_id"], []).append(row)
            for name, rows in votes.items():
                yield name, self._record(name, split, rows)

    def _record(self, name: str, split: str, rows: list[dict[str, str]]) -> Record:
        given = [row["annotator_emo"] for row in rows]
        first, *others = Counter(given).most_common(2)
        sure = first[0] in self.space.names and not (others and others[0][1] == first[1])
        attributes = {"acted": rows[0]["speaker_emo"], "raters": ",".join(row["annotator_id"] for row in rows)}
        return Record(
            id=name,
            corpus=self.name,
            speaker=rows[0]["source_id"],
            split=split,
            language=self.language,
            text=rows[0]["speaker_text"] or None,
            label=first[0] if sure else None,
            votes=tuple(vote for vote in given if vote in self.space.names),
            attributes={key: value for key, value in attributes.items() if value},
        )
