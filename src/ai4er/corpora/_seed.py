"""What the SEED corpora share: a session is a MATLAB file with a variable for each trial."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ai4er.corpora._signals import matlab_names, matlab_signal
from ai4er.errors import Ai4erError
from ai4er.nn.electrodes import SEED_CHANNELS

SAMPLE_RATE = 200
_TRIAL = re.compile(r"\w*_eeg(\d+)", re.IGNORECASE)


def trials(path: Path, number: int) -> dict[int, str]:
    """The variable of each trial of a session, in the order of the trials.

    Raises `Ai4erError` where one of them is missing.
    """
    found = {int(match[1]): name for name in matlab_names(path) if (match := _TRIAL.fullmatch(name))}
    if sorted(found) != list(range(1, number + 1)):
        raise Ai4erError(f"{path}: {len(found)} trials such as djc_eeg1, {number} are expected; fetch it again")
    return dict(sorted(found.items()))


def trial(path: Path, variable: str) -> np.ndarray:
    """The signals of a trial, (samples, 62)."""
    signals = matlab_signal(path, variable)
    if signals.ndim != 2 or signals.shape[0] != len(SEED_CHANNELS):
        raise Ai4erError(
            f"{path}: {variable} has the shape {signals.shape}; ({len(SEED_CHANNELS)}, samples) is expected"
        )
    return signals.T
