"""FER2013: 35,887 grey face images of 48 x 48 pixels from the web, seven expressions.

From the Kaggle competition "Challenges in Representation Learning: Facial Expression Recognition
Challenge" (ICML 2013). No licence text; given out for research; the people shown did not consent.

Layout, whichever is there: the folders `Training`, `PublicTest` and `PrivateTest` with a folder for each
class (`angry`, `disgust`, `fear`, `happy`, `neutral`, `sad`, `surprise`) of JPEG or PNG files; the same
inside `images.tar.gz`; or the original `fer2013.csv` (or `icml_face_data.csv`, plain or gzipped) with the
columns emotion (0 angry, 1 disgust, 2 fear, 3 happy, 4 sad, 5 surprise, 6 neutral), pixels (2,304 grey
levels) and Usage.

Official split: Training = train, PublicTest = valid, PrivateTest = test. Who is shown is not known.
Quirks: 1,853 images are copies of another, some with another label and some across the splits; the digest
of a record is that of its pixels, so that protocols keep copies in one role.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import ClassVar

import numpy as np

from ai4er.corpora.base import Corpus, counts_by_split, find_text_file, summed
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SPLITS = {"Training": "train", "PublicTest": "valid", "PrivateTest": "test"}
CODES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
_SUFFIXES = (".jpg", ".jpeg", ".png")
_PUBLISHED = counts_by_split("""
                train  valid  test
    angry        3995    467   491
    disgust       436     56    55
    fear         4097    496   528
    happy        7215    895   879
    neutral      4965    607   626
    sad          4830    653   594
    surprise     3171    415   416
""")


class Reader(Corpus):
    """FER2013; every record has arrays["image"] (48, 48), 0 to 255."""

    name: ClassVar[str] = "fer2013"
    title: ClassVar[str] = "FER2013"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "no licence text: given out for research; the people shown did not consent"
    citation: ClassVar[str] = (
        "I. J. Goodfellow et al.: Challenges in Representation Learning: A Report on Three Machine Learning Contests, "
        "ICONIP 2013"
    )
    spaces: ClassVar[tuple[str, ...]] = ("fer2013",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        table = find_text_file(self.root, "fer2013.csv") or find_text_file(self.root, "icml_face_data.csv")
        archive = self.root / "images.tar.gz"
        if table is not None:
            return Records(self._rows(table))
        if archive.is_file():
            return Records(sorted(self._archived(archive), key=lambda record: record.id))
        records = Records(self._files())
        if not records:
            raise Ai4erError(
                f"corpus fer2013: {self.root} has neither fer2013.csv nor images.tar.gz nor folders such as "
                "Training/happy with .jpg or .png files"
            )
        return records

    def _files(self) -> Iterator[Record]:
        for usage in sorted(SPLITS):
            for path in sorted(self.root.glob(f"{usage}/*/*")):
                record = self._encoded(PurePosixPath(path.relative_to(self.root).as_posix()), path.read_bytes)
                if record is not None:
                    yield record

    def _archived(self, archive: Path) -> Iterator[Record]:
        try:
            with tarfile.open(archive, "r|gz") as tar:
                for member in tar:
                    stream = tar.extractfile(member) if member.isfile() else None
                    if stream is not None and (record := self._encoded(PurePosixPath(member.name), stream.read)):
                        yield record
        except (tarfile.TarError, EOFError, OSError) as error:
            raise Ai4erError(f"{archive}: the archive is damaged ({error}); fetch it again") from None

    def _encoded(self, path: PurePosixPath, content: Callable[[], bytes]) -> Record | None:
        """The record of an image file by its place SPLIT/CLASS/NAME; None for any other file."""
        import cv2

        usage, label = (path.parts[-3], path.parts[-2].lower()) if len(path.parts) >= 3 else ("", "")
        if usage not in SPLITS or label not in CODES or path.suffix.lower() not in _SUFFIXES:
            return None
        image = cv2.imdecode(np.frombuffer(content(), np.uint8), cv2.IMREAD_GRAYSCALE)
        if image is None:
            raise Ai4erError(f"{self.root}: {path} is not an image that can be decoded; fetch it again")
        return self._record(f"{usage}/{label}/{path.stem}", usage, label, image)

    def _rows(self, table: Path) -> Iterator[Record]:
        opener = gzip.open if table.suffix == ".gz" else open
        with opener(table, "rt") as file:
            rows = csv.reader(file)
            columns = [name.strip() for name in next(rows, [])]
            if not {"emotion", "pixels", "Usage"} <= set(columns):
                raise Ai4erError(
                    f"{table}: the header must have emotion, pixels and Usage, it has {', '.join(columns)}"
                )
            for number, row in enumerate(rows):
                yield self._row(table, number, dict(zip(columns, row)))

    def _row(self, table: Path, number: int, row: dict[str, str]) -> Record:
        try:
            image = np.array(row["pixels"].split(), np.uint8).reshape(48, 48)
            usage, label = row["Usage"].strip(), CODES[int(row["emotion"])]
            if usage not in SPLITS:
                raise ValueError(usage)
        except (KeyError, ValueError, IndexError):
            raise Ai4erError(
                f"{table}: row {number + 1} is not an emotion from 0 to 6, 2,304 pixels and one of {', '.join(SPLITS)}"
            ) from None
        return self._record(f"{usage}/{number:05d}", usage, label, image)

    def _record(self, name: str, usage: str, label: str, image: np.ndarray) -> Record:
        return Record(
            id=name,
            corpus=self.name,
            split=SPLITS[usage],
            arrays={"image": image.astype(np.float32)},
            digest=hashlib.sha1(image.tobytes(), usedforsecurity=False).hexdigest(),
            label=label,
        )
