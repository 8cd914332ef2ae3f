"""CMU-MOSEI: sentences of monologues on YouTube with sentiment from -3 to 3 and six emotions from 0 to 3; English.

About 23,000 sentences of 3,228 videos of more than 1,000 people, on 250 topics, three raters each. From the owners
(Carnegie Mellon University, CMU-MultimodalSDK), for research.

Layout, that of the SDK and of the raw release (CMU_MOSEI.zip), as the SDK's readme and users' accounts have it:
- the labels `CMU_MOSEI_Labels.csd`, an HDF5 file, which is not read here; it becomes `CMU_MOSEI_Labels.npz` with the
  one command that the error shows (it needs the package h5py): for every video the arrays `VIDEO/features` (segments,
  7: sentiment, happy, sad, anger, surprise, disgust, fear) and `VIDEO/intervals` (segments, 2: seconds);
- `Raw/Transcript/Segmented/Combined/VIDEO.txt`, lines `VIDEO___CLIP___START___END___TEXT`, joined by their times;
- recordings named `VIDEO` (below `Audio/Full/WAV_16000`, `Videos/Full/Combined`) or `VIDEO_CLIP` (below
  `Videos/Segmented/Combined`). A whole recording is preferred to that of the clip.
The ratings of single raters (`Raw/Labels`) are not read.

Official split: that of the SDK, where its file `cmu_mosei_std_folds.py` is in the folder (train, valid, test by video);
without it there is none. Who speaks is not told; a video is a session.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from ai4er.corpora._cmu_multimodal import recorded, recordings, standard_folds, transcripts
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, some
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records

_LABELS = "CMU_MOSEI_Labels"
_EMOTIONS = label_space("mosei6").names
_SAME = 0.1
"""Seconds by which the times of a label and of its line in the transcript may differ, in sum."""
_CONVERT = (
    "python -c \"import h5py, numpy; d = next(iter(h5py.File('{0}.csd').values()))['data']; "
    "numpy.savez('{0}.npz', **{{v + '/' + k: d[v][k][()] for v in d for k in d[v]}})\""
)


class _Line(NamedTuple):
    clip: str
    text: str
    start: float
    end: float


class Reader(Corpus):
    """CMU-MOSEI. The score is the mean sentiment, `labels` the emotions of a mean intensity above 0.

    `dimensions` are all mean values. A record has the name that the SDK gives a segment: `VIDEO[3]`.
    Attributes: clip, its number in the transcript.
    """

    name: ClassVar[str] = "cmu_mosei"
    title: ClassVar[str] = "CMU-MOSEI: Multimodal Opinion Sentiment and Emotion Intensity"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "from the owners for research; videos of YouTube"
    citation: ClassVar[str] = (
        "A. Zadeh, P. P. Liang, S. Poria, E. Cambria, L.-P. Morency: Multimodal Language Analysis in the Wild: "
        "CMU-MOSEI Dataset and Interpretable Dynamic Fusion Graph, ACL 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mosei6", "mosi_score", "mosei6_intensity")
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        path = next(iter(sorted(self.root.rglob(f"{_LABELS}.npz"))), None)
        if path is None:
            there = next(iter(sorted(self.root.rglob(f"{_LABELS}.csd"))), None)
            how = f"; in {there.parent}, run: {_CONVERT.format(_LABELS)}" if there else f", made of {_LABELS}.csd"
            raise Ai4erError(f"corpus cmu_mosei: {self.root} has no {_LABELS}.npz{how}")
        folds, files = standard_folds(self.root, "cmu_mosei_std_folds.py"), recordings(self.root)
        lines = transcripts(self.root, ".txt")
        records = []
        for video, features, intervals in _labels(path):
            said = _said(lines[video], video) if video in lines else []
            for number, (values, times) in enumerate(zip(features.tolist(), intervals.tolist())):
                record = self._record(path, video, number, values, _nearest(said, *times))
                recording = recorded(files, video, record.attributes.get("clip"), *times)
                records.append(record.replace(split=folds.get(video, ""), **recording))
        return Records(records)

    def left_out(self) -> list[str]:
        silent = [record.id for record in self.read() if record.text is None]
        return [f"segments without a line in the transcript ({len(silent)}): {some(silent)}"] if silent else []

    def _record(self, path: Path, video: str, number: int, values: list[float], line: _Line | None) -> Record:
        """The segment without its split and recording."""
        rated = dict(zip(("sentiment", *_EMOTIONS), values))
        if not -3 <= rated["sentiment"] <= 3 or not all(0 <= rated[name] <= 3 for name in _EMOTIONS):
            raise Ai4erError(
                f"{path}: {video}[{number}] is {values}; sentiment from -3 to 3 and emotions from 0 to 3 are expected"
            )
        return Record(
            id=f"{video}[{number}]",
            corpus=self.name,
            session=video,
            language=self.language,
            text=line.text if line else None,
            labels=tuple(name for name in _EMOTIONS if rated[name] > 0),
            score=rated["sentiment"],
            dimensions=rated,
            attributes={"clip": line.clip} if line else {},
        )


def _said(path: Path, video: str) -> list[_Line]:
    """The lines of the transcript of a video."""
    parts = [line[len(video) :].split("___", 4) for line in read_text(path).splitlines() if line.strip()]
    try:
        return [_Line(clip, text.strip(), float(start), float(end)) for _, clip, start, end, text in parts]
    except ValueError:
        raise Ai4erError(f"{path}: a line is not VIDEO___CLIP___START___END___TEXT; fetch it again") from None


def _nearest(said: list[_Line], start: float, end: float) -> _Line | None:
    """The line with these times."""
    apart = [abs(line.start - start) + abs(line.end - end) for line in said]
    return said[apart.index(min(apart))] if apart and min(apart) < _SAME else None


def _labels(path: Path) -> Iterator[tuple[str, np.ndarray, np.ndarray]]:
    """Video, features (segments, 7) and intervals (segments, 2) of the labels."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            for name in sorted(key for key in arrays if key.endswith("/features")):
                video = name.removesuffix("/features")
                features, intervals = arrays[name], arrays[f"{video}/intervals"]
                if features.shape != (len(features), 1 + len(_EMOTIONS)) or intervals.shape != (len(features), 2):
                    raise ValueError(f"{video} has the shapes {features.shape} and {intervals.shape}")
                yield video, features, intervals
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise Ai4erError(f"{path}: not the converted labels ({error}); convert {_LABELS}.csd again") from None
