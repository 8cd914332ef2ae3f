"""FAU Aibo: children of 10 to 13 years play with a robot dog, chunks of their spontaneous speech, German.

18,216 chunks of 51 children of two schools, 16 kHz. On request from the owners (University of Erlangen-Nuremberg)
under a licence agreement.

Layout of the Interspeech 2009 emotion challenge: `wav/SCHOOL_CC_TTT_NN.wav` (school Ohm or Mont, child CC, turn TTT,
chunk NN) and `labels/IS2009EmotionChallenge/chunk_labels_5cl_corpus.txt` and `chunk_labels_2cl_corpus.txt`: a chunk,
its class (A anger, E emphatic, N neutral, P positive, R rest; or NEG, IDL) and the agreement of the five labellers.
Known from the challenge and from users' accounts.

Labels: five classes, or with `target=aibo2` negative and idle.

Official split: train is the school Ohm (9,959 chunks), test is Mont (8,257): other children in another school.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import counts_by_split, summed, text_file
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record

_CLASSES = {
    "aibo5": {"A": "anger", "E": "emphatic", "N": "neutral", "P": "positive", "R": "rest"},
    "aibo2": {"IDL": "idle", "NEG": "negative"},
}
_CHUNK = re.compile(r"(?P<turn>(?P<speaker>(?P<school>Ohm|Mont)_\d\d)_\d+)_\d+")
_SPLITS = {"Ohm": "train", "Mont": "test"}
_PUBLISHED = {
    "aibo5": counts_by_split("""
                  train  test
        anger       881   611
        emphatic   2093  1508
        neutral    5590  5377
        positive    674   215
        rest        721   546
    """),
    "aibo2": counts_by_split("""
                  train  test
        idle       6601  5792
        negative   3358  2465
    """),
}


class Reader(TabledFiles):
    """FAU Aibo; `turn` numbers the chunks of a child. Attributes: school, spoken_turn, agreement."""

    name: ClassVar[str] = "aibo"
    title: ClassVar[str] = "FAU Aibo Emotion Corpus"
    language: ClassVar[str] = "de"
    licence: ClassVar[str] = "on request from the owners under a licence agreement, research only"
    citation: ClassVar[str] = (
        "S. Steidl: Automatic Classification of Emotion-Related User States in Spontaneous Children's Speech, 2009; "
        "B. Schuller, S. Steidl, A. Batliner: The INTERSPEECH 2009 Emotion Challenge, Interspeech 2009"
    )
    spaces: ClassVar[tuple[str, ...]] = ("aibo5", "aibo2")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED["aibo5"])
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED["aibo5"]
    published_speakers: ClassVar[int | None] = 51
    folders: ClassVar[tuple[str, ...]] = ("**/wav",)

    def __init__(self, root: Path, target: Literal["aibo5", "aibo2"] = "aibo5") -> None:
        super().__init__(root)
        self.target = target

    @property
    def space(self) -> LabelSpace:
        return label_space(self.target)

    def expected(self) -> dict[str, dict[str, int]]:
        return _PUBLISHED[self.target]

    def tabled(self) -> Iterator[tuple[str, Record]]:
        classes = _CLASSES[self.target]
        path = text_file(self.root, f"chunk_labels_{len(classes)}cl_corpus.txt")
        turns: dict[str, int] = {}
        for number, line in enumerate(read_text(path).splitlines(), start=1):
            if not line.strip():
                continue
            chunk, label, agreement = (*line.split(), "", "", "")[:3]
            name = _CHUNK.fullmatch(chunk)
            if name is None or label not in classes:
                raise Ai4erError(
                    f"{path}: line {number} is {line!r}, not like 'Ohm_01_000_00 {next(iter(classes))} 0.8'; "
                    f"the classes are {', '.join(classes)}"
                )
            speaker = name["speaker"]
            turns[speaker] = turns.get(speaker, -1) + 1
            attributes = {"school": name["school"], "spoken_turn": name["turn"], "agreement": agreement}
            yield (
                chunk,
                Record(
                    id=chunk,
                    corpus=self.name,
                    speaker=speaker,
                    dialogue=speaker,
                    turn=turns[speaker],
                    split=_SPLITS[name["school"]],
                    language=self.language,
                    label=classes[label],
                    attributes={key: value for key, value in attributes.items() if value},
                ),
            )
