"""The largest face of an image, or of the frames of a video, cut out and brought to one size.

The detector is the cascade of Haar-like features for frontal faces that OpenCV 4 brings along (Viola and Jones,
"Rapid object detection using a boosted cascade of simple features", CVPR 2001).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.errors import Ai4erError
from ai4er.features._pixels import Channels, central_square, image_of, resized
from ai4er.features._video_frames import video_frames
from ai4er.features.base import FrontEnd
from ai4er.records import Record

Boxes = Callable[[np.ndarray], np.ndarray]
"""A detector: an image (height, width, 3) in BGR -> boxes (faces, 4) of left, top, width and height."""

_SMALLEST, _LARGEST = 240, 640
"""The longer side that the detector sees, in pixels: it is made for faces of about 10 to 300 pixels."""


class FaceCrop(FrontEnd):
    """A square around the largest face: (channels, size, size) in [0, 1].

    The side of the square is that of the detected box and `margin` of it more on each side. With `fps` the
    frames of the record's video are read at this rate and the result is (frames, channels, size, size). An
    image in which no face is found is taken whole: its central square.
    """

    needs: ClassVar[str] = "image"

    size: int = Field(112, gt=0)
    channels: Channels = 3
    margin: float = Field(0.15, ge=0)
    fps: float | None = Field(None, gt=0)

    def has(self, record: Record) -> bool:
        return record.video is not None if self.fps else record.image is not None or "image" in record.arrays

    def is_timed(self, features: np.ndarray) -> bool:
        return self.fps is not None

    def load(self, record: Record) -> list[np.ndarray]:
        """One image, or the frames of the video; raises `Ai4erError` where they cannot be read."""
        if self.fps is None:
            return [image_of(record)]
        if record.video is None:
            raise Ai4erError(f"{record.id}: the record has no video; without fps the front end reads images")
        return list(video_frames(record.video, self.fps, record.start, record.end))

    def extract(self, raw: Sequence[list[np.ndarray]]) -> list[np.ndarray]:
        detector = _cascade()
        items = [np.stack([self._cut(detector, image) for image in images]) for images in raw]
        return [item if self.fps else item[0] for item in items]

    def _cut(self, detector: Boxes, image: np.ndarray) -> np.ndarray:
        box = _largest_face(detector, image)
        square = central_square(*image.shape[:2]) if box is None else around(box, self.margin)
        return resized(image.astype(np.float32), square, self.size, self.channels)


def around(box: tuple[float, float, float, float], margin: float) -> tuple[float, float, float]:
    """Left, top and side of the square around a box (left, top, width, height).

    >>> around((10.0, 20.0, 30.0, 40.0), margin=0.25)
    (-5.0, 10.0, 60.0)
    """
    left, top, width, height = box
    side = max(width, height) * (1 + 2 * margin)
    return left + width / 2 - side / 2, top + height / 2 - side / 2, side


def _largest_face(detector: Boxes, image: np.ndarray) -> tuple[float, float, float, float] | None:
    """The box (left, top, width, height) of the largest face, or None.

    The image is seen at a size that the detector is made for, with a border as wide as a quarter of it,
    since a face that fills the image is not found otherwise.
    """
    import cv2

    longer = max(image.shape[:2])
    scale = float(np.clip(longer, _SMALLEST, _LARGEST)) / longer
    seen = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    border = round(0.25 * max(seen.shape[:2]))
    inner = np.clip(seen[..., ::-1], 0, 255).astype(np.uint8)
    bgr = cv2.copyMakeBorder(inner, border, border, border, border, cv2.BORDER_REPLICATE)
    faces = detector(bgr)
    if not len(faces):
        return None
    left, top, width, height = faces[np.argmax(faces[:, 2] * faces[:, 3])].tolist()
    return (left - border) / scale, (top - border) / scale, width / scale, height / scale


def _cascade() -> Boxes:
    import cv2

    folder = cv2.data.haarcascades  # type: ignore[attr-defined]  # the package's stubs leave it out
    classifier = cv2.CascadeClassifier(folder + "haarcascade_frontalface_default.xml")

    def detect(image: np.ndarray) -> np.ndarray:
        grey = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
        found = classifier.detectMultiScale(grey, scaleFactor=1.1, minNeighbors=4, minSize=(24, 24))
        return np.asarray(found, np.float64).reshape(-1, 4)

    return detect


FRONT_END = FaceCrop
