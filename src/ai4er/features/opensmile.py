"""Functionals of openSMILE, where the user has installed it: its licence is for research only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from ai4er.errors import Ai4erError
from ai4er.features._audio import AudioFrontEnd


class OpenSmile(AudioFrontEnd):
    """A published set of functionals (features,): 88 of eGeMAPS, 6373 of ComParE 2016, 988 of emobase.

    Raises `Ai4erError` when openSMILE is not installed. Source: Eyben et al., ACM Multimedia 2010.
    """

    feature_set: Literal["eGeMAPSv02", "ComParE_2016", "emobase"] = "eGeMAPSv02"

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        smile = self._smile()
        vectors = (smile.process_signal(samples, self.sample_rate).to_numpy(np.float32)[0] for samples in raw)
        return [np.nan_to_num(vector, nan=0, posinf=0, neginf=0) for vector in vectors]

    def _smile(self) -> Any:
        try:
            import opensmile
        except ImportError:
            raise Ai4erError(
                "front end opensmile needs openSMILE (its licence: research only): pip install 'ai4er[opensmile]', "
                "or use the open front end functionals"
            ) from None
        level = opensmile.FeatureLevel.Functionals
        return opensmile.Smile(feature_set=opensmile.FeatureSet[self.feature_set], feature_level=level)


FRONT_END = OpenSmile
