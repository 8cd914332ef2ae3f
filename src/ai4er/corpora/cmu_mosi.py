"""CMU-MOSI: opinions about films in videos of YouTube, sentence by sentence, with sentiment from -3 to 3; English.

2,199 segments of 93 videos of 89 people who speak to the camera, five raters. From the owners (Carnegie Mellon
University, CMU-MultimodalSDK), for research.

Layout, that of the raw release (`Raw` of CMU_MOSI.zip), known from it and from users' accounts:
`Labels/OpinionLevelSentiment.csv` (no header: start and end in seconds, video, number of the segment, mean sentiment),
`Transcript/Segmented/VIDEO.annotprocessed` (a line such as `1_DELIM_A LOT OF SAD PARTS`), and recordings named `VIDEO`
(below `Audio/WAV_16000/Full`, `Video/Full`) or `VIDEO_1` (below the folders `Segmented`). A whole recording is
preferred to that of the segment. The computational sequences of the SDK (.csd, HDF5 files) are not read.

Official split: that of the SDK, where its file `cmu_mosi_std_folds.py` is in the folder (train, valid, test by video);
without it there is none. Who speaks is not told; a video is a session.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from ai4er.corpora._cmu_multimodal import recorded, recordings, standard_folds, transcripts
from ai4er.corpora._tables import read_lines, read_text
from ai4er.corpora.base import Corpus, find_text_file, some
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_LABELS = "OpinionLevelSentiment.csv"
_MARK = "_DELIM_"


class Reader(Corpus):
    """CMU-MOSI. The score is the mean sentiment; `dimensions` hold it as `sentiment`."""

    name: ClassVar[str] = "cmu_mosi"
    title: ClassVar[str] = "CMU-MOSI: Multimodal Opinion-level Sentiment Intensity"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "from the owners for research; videos of YouTube"
    citation: ClassVar[str] = (
        "A. Zadeh, R. Zellers, E. Pincus, L.-P. Morency: Multimodal Sentiment Intensity Analysis in Videos: Facial "
        "Gestures and Verbal Messages, IEEE Intelligent Systems 31(6), 2016"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mosi_score",)
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        labels = find_text_file(self.root, _LABELS)
        if labels is None:
            sequences = sorted(self.root.rglob("*.csd"))
            hint = f"; {sequences[0].name} (HDF5) is not read: unpack the raw release beside it" if sequences else ""
            raise Ai4erError(f"corpus cmu_mosi: {self.root} has no Raw/Labels/{_LABELS} (plain or .gz){hint}")
        folds, files = standard_folds(self.root, "cmu_mosi_std_folds.py"), recordings(self.root)
        rows = read_lines(labels, fields=5, delimiter=",")
        said = {video: _said(path) for video, path in transcripts(self.root, ".annotprocessed").items()}
        return Records(self._record(labels, row, folds, files, said) for row in rows)

    def left_out(self) -> list[str]:
        silent = [record.id for record in self.read() if record.text is None]
        return [f"segments without a line in Transcript/Segmented ({len(silent)}): {some(silent)}"] if silent else []

    def _record(
        self,
        path: Path,
        row: list[str],
        folds: dict[str, str],
        files: dict[str, dict[str, str]],
        said: dict[str, dict[str, str]],
    ) -> Record:
        video, segment = row[2].strip(), row[3].strip()
        try:
            start, end, score = float(row[0]), float(row[1]), float(row[4])
        except ValueError:
            raise Ai4erError(f"{path}: {video}_{segment}: start, end and sentiment must be numbers") from None
        if not self.space.low <= score <= self.space.high:
            raise Ai4erError(f"{path}: {video}_{segment}: sentiment {score:g} where -3 to 3 is expected")
        return Record(
            id=f"{video}_{segment}",
            corpus=self.name,
            session=video,
            split=folds.get(video, ""),
            language=self.language,
            text=said.get(video, {}).get(segment),
            score=score,
            dimensions={"sentiment": score},
            **recorded(files, video, segment, start, end),
        )


def _said(path: Path) -> dict[str, str]:
    """The text of each segment of a video by its number."""
    lines = (line.partition(_MARK) for line in read_text(path).splitlines())
    return {number.strip(): text.strip() for number, mark, text in lines if mark}
