"""Local cue: in a long recording one short event counts, the loud one; everything else is the same in every class.

Each class has a tone that sounds in two short events of every recording, whatever its label. Three short events are
loud, and exactly one of the loud ones falls together with a tone, that of the label. Means and standard deviations
of tone and loudness are equal in all classes, so that statistics of each over the recording are at chance; frames have
to be looked at one by one, and the one that matters found. `difficulty` lengthens the recording
(30 to 90 frames) and adds noise.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

LOUD, LENGTH, EACH, LOUDS = CLASSES.size, 2, 2, 3
"""The factor of loudness, the frames of an event, events of each tone, loud events."""


def scene(seed: int, difficulty: float) -> Records:
    """560 items; factors: the tones of the four classes, and loudness."""
    generator = np.random.default_rng([seed, 103])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    steps, noise = 30 + round(30 * difficulty) * 2, 0.15 + 0.4 * difficulty
    return records_of("local_cue", splits, labels, (_frames(int(k), steps, noise, generator) for k in labels))


def _frames(label: int, steps: int, noise: float, generator: np.random.Generator) -> np.ndarray:
    frames = noise * generator.standard_normal((steps, CLASSES.size + 1))
    tones = np.repeat(np.arange(CLASSES.size), EACH)
    places = generator.choice(steps // LENGTH, len(tones) + LOUDS - 1, replace=False) * LENGTH
    deciding = places[label * EACH]
    for start, tone in zip(places, tones):
        frames[start : start + LENGTH, tone] += 1
    for start in (deciding, *places[len(tones) :]):
        frames[start : start + LENGTH, LOUD] += 1
    return frames


def oracle(records: Records) -> np.ndarray:
    """The tone of the event in which tone and loudness together are highest."""
    shown = factors(part(records, "test"))
    events = shown.reshape(len(shown), -1, LENGTH, shown.shape[-1]).mean(2)
    together = np.minimum(events[..., :LOUD], events[..., LOUD:])
    return np.exp(5 * together.max(1)) / np.exp(5 * together.max(1)).sum(1, keepdims=True)


def blind(records: Records) -> np.ndarray:
    """The best model of means and standard deviations."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("one short event of many", CLASSES, scene, oracle, blind, gap=0.5, harder="oracle")
