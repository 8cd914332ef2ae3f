"""EmoryNLP emotion detection: dialogue of the television series Friends, English.

9,489 utterances in 827 scenes, 7 classes: the subset with time stamps that the MELD authors
distribute and most conversation models use (the whole corpus has 12,606 utterances).
From github.com/declare-lab/MELD (`data/emorynlp`); annotation Apache 2.0 (emorynlp/emotion-detection).

Layout: `emorynlp_train_final.csv`, `emorynlp_dev_final.csv`, `emorynlp_test_final.csv`. A dialogue is
one scene of an episode; the column Speaker is a list in text form.

Official split: train, dev, test. It is NOT speaker-independent: the six main characters speak in all
parts. The series is that of MELD, so some lines stand in both corpora.
Quirks: a line that several people say together has them all as its speaker, joined by ` & `.
"""

from __future__ import annotations

import ast
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows, repaired, whole_number
from ai4er.corpora.base import Corpus, counts_by_split, summed, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_COLUMNS = ("Utterance", "Speaker", "Emotion", "Scene_ID", "Utterance_ID", "Season", "Episode")
_PUBLISHED = counts_by_split("""
             train  dev  test
    joyful    1677  205   217
    mad        785   97    86
    neutral   2485  322   288
    peaceful   638   82   111
    powerful   551   70    96
    sad        474   51    70
    scared     941  127   116
""")


class Reader(Corpus):
    """EmoryNLP. Attributes: season, episode."""

    name: ClassVar[str] = "emorynlp"
    title: ClassVar[str] = "EmoryNLP: emotion detection on television show transcripts"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "Apache 2.0 (annotation); lines of a television series, for research"
    citation: ClassVar[str] = (
        "S. M. Zahiri, J. D. Choi: Emotion Detection on TV Show Transcripts with Sequence-based "
        "Convolutional Neural Networks, AAAI Workshop on Affective Content Analysis 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emorynlp7",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED

    def read(self) -> Records:
        tables = {split: text_file(self.root, f"emorynlp_{split}_final.csv") for split in _PUBLISHED}
        return Records(
            self._record(split, path, row) for split, path in tables.items() for row in read_rows(path, _COLUMNS)
        )

    def _record(self, split: str, path: Path, row: dict[str, str]) -> Record:
        scene = f"s{row['Season'].zfill(2)}e{row['Episode'].zfill(2)}/{row['Scene_ID'].zfill(2)}"
        return Record(
            id=f"{scene}/{row['Utterance_ID'].zfill(3)}",
            corpus=self.name,
            speaker=_together(path, row["Speaker"]),
            dialogue=scene,
            turn=whole_number(path, row, "Utterance_ID"),
            split=split,
            language=self.language,
            text=repaired(row["Utterance"]),
            label=row["Emotion"].lower(),
            attributes={"season": row["Season"], "episode": row["Episode"]},
        )


def _together(path: Path, speakers: str) -> str:
    """The speakers of a line, from their list in text form.

    >>> _together(Path("train.csv"), "['Monica Geller', 'Ross Geller']")
    'Monica Geller & Ross Geller'
    """
    try:
        return " & ".join(sorted(ast.literal_eval(speakers)))
    except (SyntaxError, ValueError, TypeError):
        raise Ai4erError(f"{path}: Speaker is {speakers!r} where a list like ['Ross Geller'] is expected") from None
