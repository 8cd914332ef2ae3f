"""CK+, the Extended Cohn-Kanade Dataset: posed expressions from neutral to their peak, in the laboratory.

593 sequences of 123 persons, of which 327 of 118 persons carry one of 7 expressions. On request from the
owners (University of Pittsburgh, Jeffrey Cohn), for research.

Layout, as of the release: `cohn-kanade-images/S005/001/S005_001_00000011.png` (the first frame neutral, the last the
peak) and `Emotion/S005/001/S005_001_00000011_emotion.txt` with one number (0 neutral, 1 anger, 2 contempt, 3 disgust,
4 fear, 5 happy, 6 sadness, 7 surprise). The folders above do not matter (`extended-cohn-kanade-images`,
`Emotion_labels`). Action units (`FACS`) and landmarks are not read.

Records are the `frames` last frames of every labelled sequence (1: the peak), and with `neutral=true` its first
frame as the eighth class. A sequence is a dialogue, so that its frames stay together.
Official split: none; leave persons out (ten groups of them are usual).
Quirks: sequences without a label file are left out: no emotion could be told for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._image_files import ImageFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import digests
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

_CODES = label_space("ck_plus8").names
_LABEL = re.compile(r"(?P<sequence>(?P<person>S\d{3})_(?P<number>\d{3}))_(?P<frame>\d{8})_emotion\.txt")
_FRAME = re.compile(r"(?P<sequence>S\d{3}_\d{3})_(?P<frame>\d{8})\.png")
_PUBLISHED = {"anger": 45, "contempt": 18, "disgust": 59, "fear": 25, "happy": 69, "sadness": 28, "surprise": 83}


class Reader(ImageFiles):
    """CK+. Attributes: frame, of (frames of the sequence)."""

    name: ClassVar[str] = "ck_plus"
    title: ClassVar[str] = "CK+: Extended Cohn-Kanade Dataset"
    licence: ClassVar[str] = "on request from the owners, research only"
    citation: ClassVar[str] = (
        "P. Lucey, J. F. Cohn, T. Kanade, J. Saragih, Z. Ambadar, I. Matthews: The Extended Cohn-Kanade Dataset (CK+): "
        "A Complete Dataset for Action Unit and Emotion-Specified Expression, CVPR Workshops 2010"
    )
    spaces: ClassVar[tuple[str, ...]] = ("ck_plus7", "ck_plus8")
    published: ClassVar[dict[str, int]] = _PUBLISHED
    published_speakers: ClassVar[int | None] = 118
    speakers_known: ClassVar[bool] = True

    def __init__(self, root: Path, frames: int = 1, neutral: bool = False) -> None:
        super().__init__(root)
        if frames < 1:
            raise Ai4erError(f"corpus ck_plus: frames={frames} must be at least 1")
        self.frames = frames
        self.neutral = neutral

    @property
    def space(self) -> LabelSpace:
        return label_space("ck_plus8" if self.neutral else "ck_plus7")

    def expected(self) -> dict[str, dict[str, int]]:
        counts = {name: number * self.frames for name, number in _PUBLISHED.items()}
        return {"": {**counts, "neutral": sum(_PUBLISHED.values())} if self.neutral else counts}

    def read(self) -> Records:
        labels = {name["sequence"]: path for path in self.root.rglob("*.txt") if (name := _LABEL.fullmatch(path.name))}
        images = self._images()
        if not labels or not images:
            raise Ai4erError(
                f"corpus ck_plus: {self.root} lacks Emotion/S005/001/S005_001_00000011_emotion.txt or "
                "cohn-kanade-images/S005/001/S005_001_00000011.png, or files named like these"
            )
        records = [r for sequence in sorted(labels) for r in self._sequence(labels[sequence], images.get(sequence, []))]
        same = digests([Path(str(record.image)) for record in records])
        return Records(record.replace(digest=digest) for record, digest in zip(records, same))

    def left_out(self) -> list[str]:
        images = self._images()
        labels = [path for path in self.root.rglob("*_emotion.txt") if _LABEL.fullmatch(path.name)]
        bare = sorted(path.name for path in labels if path.name[:8] not in images)
        return [f"labels without images ({len(bare)}): {', '.join(bare[:5])}"] if bare else []

    def _images(self) -> dict[str, list[Path]]:
        """The frames of each sequence, in their order."""
        found: dict[str, list[Path]] = {}
        for path in sorted(self.root.rglob("*.png"), key=lambda path: path.name):
            name = _FRAME.fullmatch(path.name)
            if name:
                found.setdefault(name["sequence"], []).append(path)
        return found

    def _sequence(self, table: Path, frames: list[Path]) -> Iterator[Record]:
        try:
            code = int(float(read_text(table)))
            label = _CODES[code] if code >= 0 else ""
        except (ValueError, IndexError):
            label = ""
        if not label:
            raise Ai4erError(f"{table}: not one number from 0 to {len(_CODES) - 1}")
        named = [(path, label) for path in frames[-self.frames :]]
        if self.neutral and len(frames) > self.frames:
            named.insert(0, (frames[0], "neutral"))
        sequence = table.name[:8]
        for path, shown in named:
            yield Record(
                id=path.stem,
                corpus=self.name,
                speaker=sequence[:4],
                dialogue=sequence,
                turn=int(path.stem[-8:]),
                image=str(path),
                label=shown,
                attributes={"frame": str(int(path.stem[-8:])), "of": str(len(frames))},
            )
