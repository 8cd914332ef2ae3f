"""The largest face of an image, or of the frames of a video, cut out and brought to one size.

The detector is YuNet (Wu, Peng, Yu: "YuNet: A Tiny Millisecond-level Face Detector", Machine Intelligence
Research 2023) as OpenCV runs it. OpenCV 5 comes without any detector, so that its weights (0.3 MB, Apache
2.0) are a file: `model`, or else `pretrained/face_detect/yunet_n_dynamic.onnx` in the folder AI4ER_DATA.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from ai4er.errors import Ai4erError
from ai4er.features._pixels import Channels, central_square, image_of, resized
from ai4er.features._video_frames import video_frames
from ai4er.features.base import FrontEnd
from ai4er.records import Record

_IN_DATA = "pretrained/face_detect/yunet_n_dynamic.onnx"
_SMALLEST, _LARGEST = 240, 640
"""The longer side that the detector sees, in pixels: it is made for faces of about 10 to 300 pixels."""


class FaceCrop(FrontEnd):
    """A square around the largest face: (channels, size, size) in [0, 1].

    The side of the square is that of the detected box and `margin` of it more on each side. With `fps` the
    frames of the record's video are read at this rate and the result is (frames, channels, size, size). An
    image in which the detector is nowhere as sure as `confidence` is taken whole: its central square.
    """

    needs: ClassVar[str] = "image"

    size: int = Field(112, gt=0)
    channels: Channels = 3
    margin: float = Field(0.15, ge=0)
    confidence: float = Field(0.6, gt=0, lt=1)
    fps: float | None = Field(None, gt=0)
    model: str | None = None

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
        detector = _detector(self.weights(), self.confidence)
        items = [np.stack([self._cut(detector, image) for image in images]) for images in raw]
        return [item if self.fps else item[0] for item in items]

    def weights(self) -> str:
        """The file of the detector. Raises `Ai4erError` that says how to get one."""
        data = os.environ.get("AI4ER_DATA")
        path = Path(self.model) if self.model else Path(data, _IN_DATA) if data else None
        if path is None or not path.is_file():
            where = f"no file {path}" if path else "no face detector"
            raise Ai4erError(
                f"face_crop: {where}; give YuNet's weights (face_detection_yunet_2023mar.onnx of the OpenCV model zoo) "
                "as model=PATH"
            )
        return str(path)

    def _cut(self, detector: Any, image: np.ndarray) -> np.ndarray:
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


def _largest_face(detector: Any, image: np.ndarray) -> tuple[float, float, float, float] | None:
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
    detector.setInputSize((bgr.shape[1], bgr.shape[0]))
    faces = detector.detect(bgr)[1]
    if faces is None:
        return None
    left, top, width, height = faces[np.argmax(faces[:, 2] * faces[:, 3]), :4].tolist()
    return (left - border) / scale, (top - border) / scale, width / scale, height / scale


def _detector(weights: str, confidence: float) -> Any:
    import cv2

    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # OpenCV 5 warns of its own defaults
    try:
        return cv2.FaceDetectorYN.create(weights, "", (_SMALLEST, _SMALLEST), confidence)
    except cv2.error:
        raise Ai4erError(f"{weights}: OpenCV cannot load this as YuNet's weights") from None
    finally:
        cv2.utils.logging.setLogLevel(level)


FRONT_END = FaceCrop
