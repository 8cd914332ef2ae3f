"""Sentence confound: in training each sentence was mostly spoken in one emotion, as in many acted corpora.

Eight sentences, two for each emotion, are rows of sounds; the voice shows the emotion less clearly than the sounds
show the sentence. In the test every sentence is spoken in every emotion. Who recognises the sentence is right in
training and wrong in the test; `attributes["text_id"]` names the sentences. Validation is as training.
`difficulty` is how often a sentence has its own emotion.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._confounds import companions, cue, cue_only
from ai4er.diagnostics.suite._scenes import CLASSES, SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import fitted
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.records import Records

SOUNDS, STEPS, SENTENCES = 8, 8, 8


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 8 steps; four factors of the voice, eight sounds."""
    generator = np.random.default_rng([seed, 120])
    splits, labels = labels_of(SIZES, CLASSES.size, generator)
    sentences = np.stack([generator.permutation(np.repeat(generator.permutation(SOUNDS)[:4], 2)) for _ in range(8)])
    kinds = companions(splits, labels, 0.9 + 0.1 * difficulty, generator)
    spoken = kinds + CLASSES.size * generator.integers(SENTENCES // CLASSES.size, size=len(labels))
    voice = np.repeat(cue(labels, generator)[:, None], STEPS, axis=1)
    voice = voice + 0.1 * generator.standard_normal(voice.shape)
    factors = np.concatenate([voice, 2 * np.eye(SOUNDS)[sentences[spoken]]], axis=2)
    made = records_of("sentence_confound", splits, labels, factors)
    return Records(r.replace(attributes={"text_id": f"sentence{s}"}) for r, s in zip(made, spoken))


def blind(records: Records) -> np.ndarray:
    """The best model of means and standard deviations that does not know the sentences."""
    return fitted(records, CLASSES)


MECHANISM = Mechanism("the sentence, to leave it out", CLASSES, scene, cue_only, blind, gap=0.2, harder="blind")
