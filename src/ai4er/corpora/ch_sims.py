"""CH-SIMS: Chinese multimodal sentiment of film and television clips, seen as a whole and by each modality alone.

2,281 clips, sentiment from -1 to 1. From the owners (github.com/thuiar/MMSA), for research.

Layout: `meta.csv`, plain or gzipped, with the header video_id, clip_id, text, label, label_T, label_A, label_V,
annotation, mode, and beside it the videos `Raw/VIDEO/CLIP.mp4` (clips numbered with four digits), where they are. The
layout is taken from knowledge of the release, not from a copy.

Official split: `mode` (train, valid, test). Who speaks is not known. A video is a session: its clips can stand in more
than one part.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_SPLITS = ("train", "valid", "test")
_ALONE = {"label_T": "sentiment_text", "label_A": "sentiment_audio", "label_V": "sentiment_video"}


class Reader(Corpus):
    """CH-SIMS. Dimensions: the sentiment by text, audio and video alone. Attributes: annotation (the class)."""

    name: ClassVar[str] = "ch_sims"
    title: ClassVar[str] = "CH-SIMS: Chinese multimodal sentiment analysis"
    language: ClassVar[str] = "zh"
    licence: ClassVar[str] = "from the owners for research; scenes of films and television"
    citation: ClassVar[str] = (
        "W. Yu, H. Xu, F. Meng, Y. Zhu, Y. Ma, J. Wu, J. Zou, K. Yang: CH-SIMS: A Chinese Multimodal Sentiment "
        "Analysis Dataset with Fine-grained Annotation of Modality, ACL 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("sims_score",)
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        path = text_file(self.root, "meta.csv")
        columns = ("video_id", "clip_id", "text", "label", *_ALONE, "annotation", "mode")
        videos = {f"{video.parent.name}/{video.stem}": str(video) for video in self.root.rglob("*.mp4")}
        return Records(self._record(path, row, videos) for row in read_rows(path, columns))

    def _record(self, path: Path, row: dict[str, str], videos: dict[str, str]) -> Record:
        name = f"{row['video_id']}/{row['clip_id'].zfill(4)}"
        if row["mode"] not in _SPLITS:
            raise Ai4erError(f"{path}: {name}: mode is {row['mode']!r}; {', '.join(_SPLITS)} are known")
        return Record(
            id=name,
            corpus=self.name,
            session=row["video_id"],
            split=row["mode"],
            language=self.language,
            text=row["text"],
            video=videos.get(name),
            score=_score(path, name, row, "label"),
            dimensions={alone: _score(path, name, row, column) for column, alone in _ALONE.items()},
            attributes={"annotation": row["annotation"].lower()},
        )


def _score(path: Path, name: str, row: dict[str, str], column: str) -> float:
    try:
        value = float(row[column])
        if not -1 <= value <= 1:
            raise ValueError
    except ValueError:
        raise Ai4erError(f"{path}: {name}: {column} is {row[column]!r} where a number in [-1, 1] is expected") from None
    return value
