"""EmoContext, SemEval-2019 Task 3: the emotion of the last of three turns of a text chat, English.

38,424 chats of three turns, labelled happy, sad, angry or others; in dev and test the three emotions are rare. From the
organisers (on request), for research.

Layout: `train.txt`, `dev.txt`, `test.txt`, plain or gzipped, tab-separated with the header id, turn1, turn2, turn3,
label. The layout is taken from knowledge of the release, not from a copy; a test file without the column label is read
without labels.

Official split: train, dev, test. Who writes is not known: the first and third turn are one person's, the second the
other's. A chat becomes three records of one dialogue, of which the last has the label.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, counts_by_split, summed, text_file
from ai4er.errors import unknown
from ai4er.records import Record, Records

_TURNS = ("turn1", "turn2", "turn3")
_PUBLISHED = counts_by_split("""
              train   dev  test
    others    14948  2338  4677
    happy      4243   142   284
    sad        5463   125   250
    angry      5506   150   298
""")


class Reader(Corpus):
    """EmoContext; the third turn of each dialogue has the label."""

    name: ClassVar[str] = "emocontext"
    title: ClassVar[str] = "EmoContext: SemEval-2019 Task 3"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "given by the organisers for research, without a licence text known here"
    citation: ClassVar[str] = (
        "A. Chatterjee, K. N. Narahari, M. Joshi, P. Agrawal: SemEval-2019 Task 3: EmoContext Contextual Emotion "
        "Detection in Text, SemEval 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emocontext4",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        paths = {split: text_file(self.root, f"{split}.txt") for split in _PUBLISHED}
        return Records(
            record
            for split, path in paths.items()
            for row in read_rows(path, ("id", *_TURNS, *(() if split == "test" else ("label",))), delimiter="\t")
            for record in self._chat(split, path, row)
        )

    def _chat(self, split: str, path: Path, row: dict[str, str]) -> list[Record]:
        label = row["label"].strip().lower() if "label" in row else None
        if label is not None and label not in self.space.names:
            raise unknown(f"emotion of {path}", label, self.space.names)
        dialogue = f"{split}/{row['id']}"
        return [
            Record(
                id=f"{dialogue}/{turn}",
                corpus=self.name,
                speaker=f"{dialogue}/{'AB'[turn % 2]}",
                dialogue=dialogue,
                turn=turn,
                split=split,
                language=self.language,
                text=row[column],
                label=label if turn == 2 else None,
            )
            for turn, column in enumerate(_TURNS)
        ]
