"""Functionals and frames of openSMILE, where the user has installed it: its licence is for research only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._audio import AudioFrontEnd


class OpenSmile(AudioFrontEnd):
    """A published set of functionals (features,): 88 of eGeMAPS, 6373 of ComParE 2016, 988 of emobase.

    `level=descriptors` gives what they are computed from, with deltas, every 10 ms: (frames, 130) of ComParE 2016.
    Raises `Ai4erError` when openSMILE is not installed. Source: Eyben et al., ACM Multimedia 2010.
    """

    feature_set: Literal["eGeMAPSv02", "ComParE_2016", "emobase"] = "eGeMAPSv02"
    level: Literal["functionals", "descriptors"] = "functionals"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        levels = ["Functionals"]
        if self.level == "descriptors":
            levels = ["LowLevelDescriptors", "LowLevelDescriptors_Deltas"]
        smiles = [self._smile(level) for level in levels]
        found = (
            np.concatenate([smile.process_signal(x, self.sample_rate).to_numpy(np.float32) for smile in smiles], axis=1)
            for x in raw
        )
        features = (rows[0] if self.level == "functionals" else rows for rows in found)
        return [np.nan_to_num(one, nan=0, posinf=0, neginf=0) for one in features]

    def _smile(self, level: str) -> Any:
        try:
            import opensmile
        except ImportError:
            raise Ai4erError(
                "front end opensmile needs openSMILE (its licence: research only): pip install 'ai4er[opensmile]', "
                "or use the open front end functionals"
            ) from None
        return opensmile.Smile(
            feature_set=opensmile.FeatureSet[self.feature_set], feature_level=opensmile.FeatureLevel[level]
        )


FRONT_END = OpenSmile
