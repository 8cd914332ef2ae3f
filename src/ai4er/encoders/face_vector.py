"""A face as a network sees it that knows people."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Literal

import numpy as np

from ai4er.encoders.base import EncoderFrontEnd
from ai4er.features.image import Image


class FaceVector(Image, EncoderFrontEnd):
    """(896,): the mean over the last map that is kept of `ai4er-face`; the blocks above it tell people apart.

    The central square of the image holds one face (`face_crop` is for others); it is brought to `size` pixels first, so
    that near faces are seen as small ones are. Source: Schroff et al., "FaceNet: A Unified Embedding for Face
    Recognition and Clustering", CVPR 2015; the network is Inception-ResNet v1 (`nn/inception_resnet.py`).
    """

    cached: ClassVar[bool] = True

    encoder: Literal["ai4er-face"] = "ai4er-face"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        from ai4er.encoders._face_networks import FaceState, frozen, seen

        return list(seen(frozen(FaceState), np.stack(super().extract(raw))))


FRONT_END = FaceVector
