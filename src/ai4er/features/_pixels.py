"""Pixels of records: reading, cutting out, resizing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import pydantic

from ai4er.errors import Ai4erError
from ai4er.records import Record


def _one_or_three(value: int) -> int:
    if value not in (1, 3):
        raise ValueError("channels are 1 (grey) or 3 (red, green, blue)")
    return value


Channels = Annotated[int, pydantic.AfterValidator(_one_or_three)]
"""1 for grey, 3 for red, green and blue."""


def image_of(record: Record) -> np.ndarray:
    """The image of a record as red, green and blue, (height, width, 3) float32 in [0, 255].

    From arrays["image"] (height, width[, 3]) or the file `record.image`, turned as its EXIF data say.
    Raises `Ai4erError` for a record without image, or a file that is missing or cannot be decoded.
    """
    if "image" in record.arrays:
        pixels = np.asarray(record.arrays["image"], np.float32)
        if pixels.ndim == 2:
            pixels = np.repeat(pixels[..., None], 3, axis=2)
        if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
            raise Ai4erError(
                f"{record.id}: arrays['image'] has the shape {pixels.shape}; (height, width) or (height, width, 3) "
                "is expected"
            )
        return pixels
    if not record.image:
        raise Ai4erError(f"{record.id}: the record has no image")
    return _decoded(Path(record.image))


def _decoded(path: Path) -> np.ndarray:
    import cv2

    if not path.is_file():
        raise Ai4erError(f"no image file {path}")
    data = np.fromfile(path, np.uint8)
    pixels = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if pixels is None:
        raise Ai4erError(f"{path}: not an image that can be decoded; JPEG, PNG, BMP, TIFF and WebP can")
    return pixels[..., ::-1].astype(np.float32)


def central_square(height: int, width: int) -> tuple[float, float, float]:
    """Left, top and side of the largest square in the middle.

    >>> central_square(100, 60)
    (0.0, 20.0, 60.0)
    """
    side = min(height, width)
    return (width - side) / 2, (height - side) / 2, float(side)


def resized(image: np.ndarray, square: tuple[float, float, float], size: int, channels: int) -> np.ndarray:
    """A square (left, top, side) of an image as (channels, size, size) float32 in [0, 1].

    What lies outside of the image repeats its edge. Each pixel is the mean of the area that it covers
    where the image shrinks, and is interpolated linearly where it grows.
    """
    import cv2

    left, top, side = square
    first_x, first_y = round(left), round(top)
    width = max(1, round(side))
    before_x, before_y = max(0, -first_x), max(0, -first_y)
    after_x = max(0, first_x + width - image.shape[1])
    after_y = max(0, first_y + width - image.shape[0])
    part = image[max(0, first_y) : first_y + width, max(0, first_x) : first_x + width]
    part = np.pad(part, ((before_y, after_y), (before_x, after_x), (0, 0)), mode="edge")
    if channels == 1:
        part = cv2.cvtColor(np.ascontiguousarray(part), cv2.COLOR_RGB2GRAY)[..., None]
    shrinks = width > size
    out = cv2.resize(part, (size, size), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.ascontiguousarray(out.reshape(size, size, channels).transpose(2, 0, 1)) / np.float32(255)
