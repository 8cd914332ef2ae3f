"""Pixels of an image, brought to one size."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from pydantic import Field

from ai4er.features._pixels import Channels, central_square, image_of, resized
from ai4er.features.base import FrontEnd
from ai4er.records import Record


class Image(FrontEnd):
    """The central square of an image as (channels, size, size) in [0, 1].

    `channels` is 1 for grey (0.299 red + 0.587 green + 0.114 blue) or 3 for red, green and blue.
    """

    needs: ClassVar[str] = "image"
    cached: ClassVar[bool] = False
    timed: ClassVar[bool | None] = False

    size: int = Field(48, gt=0)
    channels: Channels = 1

    def load(self, record: Record) -> np.ndarray:
        """The image (height, width, 3); raises `Ai4erError` where there is none that can be read."""
        return image_of(record)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        return [resized(image, central_square(*image.shape[:2]), self.size, self.channels) for image in raw]


FRONT_END = Image
