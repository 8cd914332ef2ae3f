"""A picture as it might also have been taken: mirrored, turned, nearer or farther, and not quite in the middle."""

from __future__ import annotations

import numpy as np

TURN = 10.0
"""Degrees by which a picture is turned at most, to either side."""
NEARER, FARTHER = 1.12, 0.9
"""The largest and the smallest scale."""
SHIFT = 0.05
"""The share of width and height by which it is moved at most, to either side."""


def mirrored(image: np.ndarray) -> np.ndarray:
    """A picture (height, width[, channels]) with left and right exchanged."""
    return np.ascontiguousarray(image[:, ::-1])


def another_view(image: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """A picture (height, width[, channels]) of the same size, each change drawn evenly; every second is mirrored.

    What comes in from outside of the picture repeats its edge.
    """
    import cv2

    height, width = image.shape[:2]
    turn, scale = generator.uniform(-TURN, TURN), generator.uniform(FARTHER, NEARER)
    change = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, scale), np.float64)
    change[:, 2] += generator.uniform(-SHIFT, SHIFT, 2) * (width, height)
    given = mirrored(image) if generator.random() < 0.5 else image
    return cv2.warpAffine(given, change, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
