"""Small images for the folders of tests."""

from __future__ import annotations

import cv2
import numpy as np


def png(name: str) -> bytes:
    """An image of 8 x 8 grey pixels as a PNG file, different for each name."""
    pixels = np.random.default_rng(sum(name.encode())).integers(0, 256, (8, 8), np.uint8)
    return bytes(cv2.imencode(".png", pixels)[1])
