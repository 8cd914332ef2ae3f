"""openSMILE is never required, and said to be missing in a way that tells what to do."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end


def test_without_opensmile_the_error_names_the_extra_and_the_alternative(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opensmile", None)
    with pytest.raises(Ai4erError, match=r"ai4er\[opensmile\].*functionals"):
        front_end("opensmile:feature_set=emobase").extract([np.zeros(16000, np.float32)])


def test_an_unknown_set_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="eGeMAPSv02"):
        front_end("opensmile:feature_set=IS09")
