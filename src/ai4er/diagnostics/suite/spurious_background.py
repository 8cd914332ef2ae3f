"""Spurious background: a hum that goes with the emotion in training and with nothing in the test.

The hum is clearer than the emotion itself, agrees with it in nearly all training recordings, and is drawn anew in the
test. The few training recordings in which both disagree say that the hum is no part of the emotion; a model that
fits the average item has little reason to heed them, one that also does well by the worst group has
(`attributes["background"]` names the hum; Sagawa et al., ICLR 2020). `difficulty` is how often both agree.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._confounds import companions, cue, cue_only
from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import fitted
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

STEPS, PAUSE = 10, 4


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 10 steps, four of them a pause in which only the hum is heard; four factors each of both."""
    generator = np.random.default_rng([seed, 121])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    hums = companions(splits, labels, 0.9 + 0.1 * difficulty, generator)
    voice = np.repeat(cue(labels, generator)[:, None], STEPS, axis=1)
    voice[:, :PAUSE] = 0
    voice = voice + 0.1 * generator.standard_normal(voice.shape)
    hum = np.repeat(np.eye(CLASSES.size)[hums][:, None], STEPS, axis=1)
    made = records_of("spurious_background", splits, labels, np.concatenate([voice, 1.5 * hum], axis=2))
    return Records(r.replace(attributes={"background": f"hum{h}"}) for r, h in zip(made, hums))


def blind(records: Records) -> np.ndarray:
    """The best model of means and standard deviations for the average item."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("that the background means nothing", CLASSES, scene, cue_only, blind, gap=0.2, harder="blind")
