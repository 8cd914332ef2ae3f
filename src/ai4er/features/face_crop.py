"""The largest face of an image, or of the frames of a video, cut out and brought to one size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.errors import Ai4erError
from ai4er.features._face_detection import Detector, around, cascade, find_faces
from ai4er.features._pixels import Channels, central_square, image_of, resized
from ai4er.features._video_frames import video_frames
from ai4er.features.base import FrontEnd
from ai4er.records import Record


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
        detector = cascade()
        items = [np.stack([self._cut(detector, image) for image in images]) for images in raw]
        return [item if self.fps else item[0] for item in items]

    def _cut(self, detector: Detector, image: np.ndarray) -> np.ndarray:
        faces = find_faces(detector, image)
        square = around(faces[0], self.margin) if faces else central_square(*image.shape[:2])
        return resized(image.astype(np.float32), square, self.size, self.channels)


FRONT_END = FaceCrop
