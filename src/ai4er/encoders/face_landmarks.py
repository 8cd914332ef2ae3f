"""Where the parts of a face are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np
from pydantic import Field

from ai4er.encoders.base import EncoderFrontEnd
from ai4er.features._pixels import Channels
from ai4er.features.image import Image


class FaceLandmarks(Image, EncoderFrontEnd):
    """(956,): right and down of 478 landmarks, in the order of MediaPipe's face mesh, then of those of the irises.

    Aligned: their middle is 0, the line between the outer corners of the eyes is level, and the sum of squares is 1.
    The central square of the image holds one face. The network is `nn/landmark_network.py`.
    """

    cached: ClassVar[bool] = True

    encoder: Literal["ai4er-face"] = "ai4er-face"
    size: int = Field(192, gt=0)
    channels: Channels = 3

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        from ai4er.encoders._face_networks import FaceShape, frozen, seen

        return list(seen(frozen(FaceShape), np.stack(super().extract(raw))))


FRONT_END = FaceLandmarks
