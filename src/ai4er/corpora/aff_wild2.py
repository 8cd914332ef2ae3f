"""Aff-Wild2: videos of faces, mostly from YouTube, with expression, valence and arousal, or action units a frame.

564 videos with about 2.8 million frames; the parts of the three tasks differ. On request from the owners (Imperial
College London, ABAW challenges) with an agreement, non-commercial research only.

Layout, known from the challenges of 2020 and later: a text file for each video, such as
`annotations/EXPR_Set/Train_Set/NAME.txt` (`Training_Set` and `Validation_Set`; since 2022 the folders of the tasks are
called `EXPR_Classification_Challenge`, `VA_Estimation_Challenge` and `AU_Detection_Challenge`), and the faces
`cropped_aligned/NAME/00001.jpg`. The first line of a text file names its columns, and line n after it is frame n:
- EXPR: `Neutral,Anger,Disgust,Fear,Happiness,Sadness,Surprise` (since 2022 with `Other`); the class as a number, -1 not
  annotated;
- VA: `valence,arousal`; two numbers from -1 to 1, -5 not annotated;
- AU: `AU1,AU2,AU4,...`; 0 or 1 for each, -1 not annotated.
Frames that are not annotated, or without a face in `cropped_aligned`, are left out. Videos of several people have a
file for each: `NAME_left.txt`.

Official split: train, and validation (here `valid`, on which everybody reports: the test part is kept by the owners).
The owners made it subject-independent; who is shown is not told. Frames of one video are a session and nearly alike:
`every=30` keeps one in a second.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._image_files import ImageFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import some
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

_TASKS = {
    "expression": ("EXPR", "aff_wild2_8"),
    "valence_arousal": ("VA", "valence_arousal"),
    "action_units": ("AU", "aff_wild2_au12"),
}
_FOLDERS = {"Train_Set": "train", "Training_Set": "train", "Validation_Set": "valid"}


class Reader(ImageFiles):
    """Aff-Wild2 for one `task`, every `every`-th frame. A record is a face; a session is a video. Attributes: frame."""

    name: ClassVar[str] = "aff_wild2"
    title: ClassVar[str] = "Aff-Wild2"
    licence: ClassVar[str] = "on request from the owners with an agreement, non-commercial research only"
    citation: ClassVar[str] = (
        "D. Kollias, S. Zafeiriou: Expression, Affect, Action Unit Recognition: Aff-Wild2, Multi-Task Learning and "
        "ArcFace, BMVC 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = tuple(space for _, space in _TASKS.values())

    def __init__(
        self, root: Path, task: Literal["expression", "valence_arousal", "action_units"] = "expression", every: int = 1
    ) -> None:
        super().__init__(root)
        if every < 1:
            raise Ai4erError(f"corpus aff_wild2: every={every} must be 1 or more")
        self.task, self.every = task, every

    @property
    def label_spaces(self) -> tuple[LabelSpace, ...]:
        return (label_space(_TASKS[self.task][1]),)

    def read(self) -> Records:
        videos = self._videos()
        if not videos:
            raise Ai4erError(
                f"corpus aff_wild2: {self.root} has no {_TASKS[self.task][0]}_Set/Train_Set/NAME.txt, nor that below "
                "one further folder such as annotations"
            )
        records = Records(record for path in videos for record in self._frames(path))
        if not records:
            raise Ai4erError(f"corpus aff_wild2: {self.root} has no face of an annotated frame in cropped_aligned/NAME")
        return records

    def left_out(self) -> list[str]:
        faceless = [path.stem for path in self._videos() if not self._faces(path.stem)]
        return [f"videos without a folder in cropped_aligned ({len(faceless)}): {some(faceless)}"] if faceless else []

    def _videos(self) -> list[Path]:
        """The annotations of the videos; the folders of faces, with millions of files, are not searched for them."""
        task, _ = _TASKS[self.task]
        patterns = (f"{above}{task}_*/{part}/*.txt" for above in ("", "*/") for part in _FOLDERS)
        return sorted(itertools.chain.from_iterable(map(self.root.glob, patterns)))

    def _faces(self, video: str) -> dict[str, Path]:
        """The face of each frame by its name."""
        folder = next((base / video for base in self._cropped if (base / video).is_dir()), None)
        files = folder.iterdir() if folder else ()
        return {path.stem: path for path in files if path.suffix.lower() in (".jpg", ".png")}

    @functools.cached_property
    def _cropped(self) -> list[Path]:
        return [folder for above in ("", "*/") for folder in sorted(self.root.glob(f"{above}cropped_aligned"))]

    def _frames(self, path: Path) -> Iterator[Record]:
        header, *lines = read_text(path).splitlines() or [""]
        names = [name.strip().lower() for name in header.split(",") if name.strip()]
        for name in names:
            if name not in self.space.names:
                raise unknown(f"column of {path}", name, self.space.names)
        faces = self._faces(path.stem) if names else {}
        for number in range(1, len(lines) + 1, self.every):
            face = faces.get(f"{number:05d}")
            target = self._target(names, lines[number - 1], f"{path}: line {number + 1}") if face else None
            if target:
                yield Record(
                    id=f"{path.stem}/{number:05d}",
                    corpus=self.name,
                    session=path.stem,
                    split=_FOLDERS[path.parent.name],
                    image=str(face),
                    attributes={"frame": str(number)},
                    **target,
                )

    def _target(self, names: list[str], line: str, where: str) -> dict[str, Any] | None:
        """The labels of a frame as fields of the record, or None where it is not annotated."""
        try:
            values = [float(value) for value in line.split(",")]
        except ValueError:
            raise Ai4erError(f"{where}: {line!r} where numbers with commas are expected") from None
        missing, low, high = {
            "expression": (-1, 0, len(names) - 1),
            "valence_arousal": (-5, -1, 1),
            "action_units": (-1, 0, 1),
        }[self.task]
        if missing in values:
            return None
        expected = 1 if self.task == "expression" else len(names)
        if len(values) != expected or not all(low <= value <= high for value in values):
            raise Ai4erError(f"{where}: {line!r} where {expected} of {low} to {high}, or {missing}, are expected")
        if self.task == "expression":
            return {"label": names[int(values[0])]}
        if self.task == "valence_arousal":
            return {"dimensions": dict(zip(names, values))}
        return {"labels": tuple(name for name, value in zip(names, values) if value)}
