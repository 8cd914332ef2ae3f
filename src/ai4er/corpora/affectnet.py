"""AffectNet: faces from the web with one of eight expressions, and valence and arousal from -1 to 1.

About 440,000 manually annotated images, of which 287,651 + 4,000 carry one of the 8 expressions; each was seen by
one annotator. On request from the owners (University of Denver, mohammadmahoor.com/affectnet), research only.

Layouts, whichever is there, as of the two releases:
- the full one: `training.csv` and `validation.csv` (of `Manually_Annotated_file_lists`; columns
  subDirectory_filePath, face_x, face_y, face_width, face_height, facial_landmarks, expression, valence, arousal)
  and the images below a folder `Manually_Annotated_Images` (or `Manually_Annotated/Manually_Annotated_Images`);
- the reduced one, AffectNet-8: `train_set/images/0.jpg` with `train_set/annotations/0_exp.npy`, `0_val.npy` and
  `0_aro.npy` (plain arrays of one value, read without unpickling), the same in `val_set`. Landmarks are not read.

Expressions: 0 to 7 are the classes; 8 none (valence and arousal only, no label); 9 uncertain and 10 no face are
left out. Valence or arousal of -2 was not annotated.
Official split: train, and validation (here `valid`, on which everybody reports: the test part is kept by the owners).
Quirks: the reduced release has 499 faces of contempt in `val_set`. Who is shown is not known. The file of an image
is not digested (the full release has more than 100 GB), so that copies are not found.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._image_files import IMAGE_SUFFIXES, ImageFiles
from ai4er.corpora._tables import read_rows, whole_number
from ai4er.corpora.base import counts_by_split, find_text_file, some, summed
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record, Records

CODES = label_space("affectnet8").names
_NONE, _NO_FACE = 8, 10
_TABLES = {"train": "training.csv", "valid": "validation.csv"}
_FOLDERS = {"train": "train_set", "valid": "val_set"}
_BOX = ("face_x", "face_y", "face_width", "face_height")
_COLUMNS = ("subDirectory_filePath", *_BOX, "expression", "valence", "arousal")
_PUBLISHED = counts_by_split("""
                 train  valid
    neutral      74874    500
    happy       134415    500
    sad          25459    500
    surprise     14090    500
    fear          6378    500
    disgust       3803    500
    anger        24882    500
    contempt      3750    500
""")


class Reader(ImageFiles):
    """AffectNet. Dimensions: valence, arousal. Attributes of the full release: face_x ... face_height (pixels)."""

    name: ClassVar[str] = "affectnet"
    title: ClassVar[str] = "AffectNet"
    licence: ClassVar[str] = "on request from the owners, research only"
    citation: ClassVar[str] = (
        "A. Mollahosseini, B. Hasani, M. H. Mahoor: AffectNet: A Database for Facial Expression, Valence, and Arousal "
        "Computing in the Wild, IEEE Transactions on Affective Computing 10(1), 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("affectnet8", "valence_arousal")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED

    def expected(self) -> dict[str, dict[str, int]]:
        if self._tables():
            return _PUBLISHED
        return {"train": _PUBLISHED["train"], "valid": {**_PUBLISHED["valid"], "contempt": 499}}

    def read(self) -> Records:
        tables = self._tables()
        folders = self._folders()
        if not tables and not folders:
            raise Ai4erError(
                f"corpus affectnet: {self.root} has neither training.csv or validation.csv nor train_set/annotations "
                "or val_set/annotations"
            )
        if not tables:
            return Records(self._annotated(folders))
        records = Records(record for record in self._rows(tables) if Path(str(record.image)).is_file())
        if not records:
            raise Ai4erError(f"corpus affectnet: none of the images of training.csv is below {self._images()}")
        return records

    def left_out(self) -> list[str]:
        missing = [r.id for r in self._rows(self._tables()) if not Path(str(r.image)).is_file()]
        return [f"images of the tables that are not there ({len(missing)}): {some(missing)}"] if missing else []

    def _tables(self) -> dict[str, Path]:
        found = {split: find_text_file(self.root, name) for split, name in _TABLES.items()}
        return {split: path for split, path in found.items() if path}

    def _folders(self) -> dict[str, Path]:
        found = {
            split: next((p.parent for p in sorted(self.root.rglob("annotations")) if p.parent.name == name), None)
            for split, name in _FOLDERS.items()
        }
        return {split: path for split, path in found.items() if path}

    def _images(self) -> Path:
        found = [path for path in sorted(self.root.rglob("Manually_Annotated_Images")) if path.is_dir()]
        return found[0] if found else self.root

    def _rows(self, tables: dict[str, Path]) -> Iterator[Record]:
        images = self._images()
        for split, table in tables.items():
            for row in read_rows(table, _COLUMNS):
                code = whole_number(table, row, "expression")
                try:
                    values = float(row["valence"]), float(row["arousal"])
                except ValueError:
                    raise Ai4erError(
                        f"{table}: {row['subDirectory_filePath']}: valence or arousal is no number"
                    ) from None
                path = images / row["subDirectory_filePath"]
                record = self._record(str(table), split, row["subDirectory_filePath"], path, code, values)
                if record:
                    yield record.replace(attributes={name: row[name] for name in _BOX})

    def _annotated(self, folders: dict[str, Path]) -> Iterator[Record]:
        for split, folder in folders.items():
            images = sorted(path for path in (folder / "images").glob("*") if path.suffix.lower() in IMAGE_SUFFIXES)
            if not images:
                raise Ai4erError(f"corpus affectnet: {folder}/images has no image such as 0.jpg")
            with ThreadPoolExecutor(4) as pool:
                values = pool.map(_annotation, [folder / "annotations" / path.stem for path in images])
                for path, (expression, *dimensions) in zip(images, values):
                    name = f"{folder.name}/{path.stem}"
                    record = self._record(name, split, name, path, int(expression), (dimensions[0], dimensions[1]))
                    if record:
                        yield record

    def _record(
        self, where: str, split: str, name: str, path: Path, code: int, values: tuple[float, float]
    ) -> Record | None:
        if not 0 <= code <= _NO_FACE:
            raise Ai4erError(f"{where}: {name} has the expression {code}; 0 to {_NO_FACE} are known")
        if code > _NONE:
            return None
        return Record(
            id=f"{split}/{name}",
            corpus=self.name,
            split=split,
            image=str(path),
            label=CODES[code] if code < _NONE else None,
            dimensions={key: value for key, value in zip(("valence", "arousal"), values) if abs(value) <= 1},
        )


def _annotation(stem: Path) -> tuple[float, float, float]:
    """Expression, valence and arousal of an image of the reduced release."""
    values = []
    for kind in ("exp", "val", "aro"):
        path = stem.with_name(f"{stem.name}_{kind}.npy")
        try:
            values.append(float(np.load(path, allow_pickle=False).item()))
        except FileNotFoundError:
            raise Ai4erError(f"{path}: no such file, but the image is there") from None
        except (ValueError, OSError) as error:
            raise Ai4erError(f"{path}: not one plain number ({error})") from None
    return values[0], values[1], values[2]
