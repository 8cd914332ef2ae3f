"""Speaker bias: in training each speaker was mostly recorded in one emotion, and voices of that kind sound alike.

A voice is of one of four kinds, and shows it more clearly than the emotion shows. Nearly all training recordings of
a speaker have the emotion that goes with the kind; the voices of the test are new, and any of them has any emotion.
Who takes the kind of voice for the emotion is wrong in the test; the `speaker` of the recordings says what has to be
kept out. Validation speakers are like those of training. `difficulty` is how one-sided the speakers are.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._confounds import companions, cue, cue_only
from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, jittered, labels_of, records_of
from ai4er.diagnostics.suite._solvers import averages, fitted
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

STEPS, EACH = 6, 4
"""Steps of an item, and speakers of each kind in every split."""


def scene(seed: int, difficulty: float) -> Records:
    """560 items; four factors of the emotion, four of the voice. 16 speakers in every split."""
    generator = np.random.default_rng([seed, 119])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    kinds = companions(splits, labels, 0.9 + 0.1 * difficulty, generator)
    number = generator.integers(EACH, size=len(labels))
    voices = {split: 0.2 * generator.standard_normal((CLASSES.size, EACH, CLASSES.size)) for split in SIZES}
    shown = np.stack([np.eye(CLASSES.size)[k] + voices[s][k, i] for s, k, i in zip(splits, kinds, number)])
    factors = np.concatenate([cue(labels, generator), 1.5 * shown], axis=1)
    made = records_of("speaker_bias", splits, labels, jittered(factors, STEPS, 0.1, generator))
    return Records(r.replace(speaker=f"{s}-{k}{i}") for r, s, k, i in zip(made, splits, kinds, number))


def blind(records: Records) -> np.ndarray:
    """The best model that does not know the speakers."""
    return fitted(records, CLASSES, averages)


MECHANISM = Mechanism("who speaks, to leave it out", CLASSES, scene, cue_only, blind, gap=0.2, harder="blind")
