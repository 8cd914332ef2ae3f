"""Where the faces of an image are.

The detector is the cascade of Haar-like features for frontal faces that OpenCV 4 brings along (Viola and Jones,
"Rapid object detection using a boosted cascade of simple features", CVPR 2001).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Box = tuple[float, float, float, float]
"""Left, top, width and height in pixels."""
Detector = Callable[[np.ndarray, int], np.ndarray]
"""A grey image (height, width) uint8, the least side of a face in pixels -> boxes (faces, 4)."""

_SMALLEST_IMAGE, _SMALLEST_FACE = 240, 32
"""Pixels of the longer side that the detector sees at least, and of a face in it."""


def cascade() -> Detector:
    """A detector of its own for every caller, since one detector is not for several threads at once."""
    import cv2

    folder = cv2.data.haarcascades  # type: ignore[attr-defined]  # the package's stubs leave it out
    classifier = cv2.CascadeClassifier(folder + "haarcascade_frontalface_alt2.xml")

    def detect(grey: np.ndarray, least: int) -> np.ndarray:
        found = classifier.detectMultiScale(grey, scaleFactor=1.15, minNeighbors=3, minSize=(least, least))
        return np.asarray(found, np.float64).reshape(-1, 4)

    return detect


def find_faces(detector: Detector, image: np.ndarray, longest: int = 640) -> list[Box]:
    """The boxes of the faces of an image (height, width, 3), red, green and blue in [0, 255], the largest first.

    The image is seen at a size that the detector is made for, its longer side no more than `longest` pixels. Where no
    face is found, one that fills the image is looked for, which needs a border around it.
    """
    import cv2

    longer = max(image.shape[:2])
    scale = float(np.clip(longer, _SMALLEST_IMAGE, longest)) / longer
    grey = cv2.cvtColor(np.clip(image, 0, 255).astype(np.uint8), cv2.COLOR_RGB2GRAY)
    seen = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    faces = detector(seen, _SMALLEST_FACE)
    if not len(faces):
        border = round(0.25 * max(seen.shape))
        around_it = cv2.copyMakeBorder(seen, border, border, border, border, cv2.BORDER_REPLICATE)
        faces = detector(around_it, min(seen.shape) // 2) - (border, border, 0, 0)
    order = np.argsort(-faces[:, 2] * faces[:, 3], kind="stable")
    return [(left, top, width, height) for left, top, width, height in (faces[order] / scale).tolist()]


def around(box: Box, margin: float) -> tuple[float, float, float]:
    """Left, top and side of the square around a box, with `margin` of its longer side more on each side.

    >>> around((10.0, 20.0, 30.0, 40.0), margin=0.25)
    (-5.0, 10.0, 60.0)
    """
    left, top, width, height = box
    side = max(width, height) * (1 + 2 * margin)
    return left + width / 2 - side / 2, top + height / 2 - side / 2, side
