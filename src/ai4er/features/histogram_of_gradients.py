"""In which directions the grey levels of an image change, place by place.

Source: Dalal and Triggs, "Histograms of Oriented Gradients for Human Detection", CVPR 2005; computed by OpenCV.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from ai4er.features._pixels import central_square, image_of, resized
from ai4er.features.base import FrontEnd
from ai4er.records import Record


class HistogramOfGradients(FrontEnd):
    """(4 bins x blocks,): the histograms of blocks of 2 x 2 cells, of the central square of an image in grey.

    The square is brought to `size` x `size` pixels, a cell is `cell` pixels wide, and a block begins every `step`
    pixels. Each of the `bins` is a direction out of the full circle, from dark to light, and counts the strength of the
    gradients; a block has the length 1, after values above 0.2 were cut.
    """

    needs: ClassVar[str] = "image"
    cached: ClassVar[bool] = False
    timed: ClassVar[bool | None] = False

    size: int = Field(48, ge=8)
    cell: int = Field(12, ge=2)
    step: int = Field(6, ge=1)
    bins: int = Field(16, ge=2)

    @model_validator(mode="after")
    def _blocks_fill_the_square(self) -> Self:
        if self.size < 2 * self.cell or (self.size - 2 * self.cell) % self.step:
            raise ValueError(
                f"blocks of 2 x {self.cell} pixels every {self.step} do not end at the edge of {self.size} pixels"
            )
        return self

    def load(self, record: Record) -> np.ndarray:
        """The image (height, width, 3); raises `Ai4erError` where there is none that can be read."""
        return image_of(record)

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        import cv2

        whole, block, cell = ((side, side) for side in (self.size, 2 * self.cell, self.cell))
        histogram = cv2.HOGDescriptor(
            whole, block, (self.step, self.step), cell, self.bins, _histogramNormType=0, _L2HysThreshold=0.2,
            _gammaCorrection=False, _signedGradient=True,
        )  # fmt: skip
        return [np.asarray(histogram.compute(self._grey(image)), np.float32).ravel() for image in raw]

    def _grey(self, image: np.ndarray) -> np.ndarray:
        (levels,) = resized(image, central_square(*image.shape[:2]), self.size, 1)
        return np.rint(255 * levels).astype(np.uint8)


FRONT_END = HistogramOfGradients
