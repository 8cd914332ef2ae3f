"""Unseen emotion: three of nine emotions never occur in training, and are half of the test.

An emotion is a degree of valence and one of arousal, three each, and an item shows both. Every degree occurs in
training, but not in every combination. Classes that are mere numbers cannot be predicted without an example, so that a
system with one output for each class stays at the blind solver; who knows from elsewhere, such as from the names, what
an emotion is made of can put an unseen one together. A degree is shown wrongly with probability
`difficulty` / 5. The validation part has the seen emotions only.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import SIZES, mistaken, records_of, shuffled, symbols
from ai4er.diagnostics.suite._solvers import decided, factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.labels import LabelSpace
from ai4er.records import Records

SPACE = LabelSpace(
    name="valence_by_arousal",
    kind="single",
    names=("sadness", "disgust", "anger", "boredom", "neutral", "surprise", "contentment", "happiness", "elation"),
    neutral="neutral",
    source="generated: three degrees of valence by three of arousal",
)
DEGREES, SYMBOLS, STEPS = 3, 10, 8


def scene(seed: int, difficulty: float) -> Records:
    """560 items of 8 symbols: two of valence, two of arousal, four fillers."""
    generator = np.random.default_rng([seed, 110])
    column = generator.permutation(DEGREES)
    unseen = np.arange(DEGREES) * DEGREES + column
    seen = np.setdiff1d(np.arange(SPACE.size), unseen)
    splits = np.repeat(list(SIZES), list(SIZES.values()))
    labels = np.concatenate([
        generator.permutation(np.resize(seen, SIZES["train"])), generator.permutation(np.resize(seen, SIZES["valid"])),
        np.resize(unseen, SIZES["test"] // 2), np.resize(seen, SIZES["test"] // 2),
    ])  # fmt: skip
    degrees = mistaken(np.stack([labels // DEGREES, labels % DEGREES], 1), difficulty / 5, DEGREES, generator)
    degrees[:, 1] += DEGREES
    fillers = range(2 * DEGREES, SYMBOLS)
    shown = (shuffled([*both, *both], STEPS, fillers, generator) for both in degrees)
    return records_of("unseen_emotion", splits, labels, (symbols(one, SYMBOLS) for one in shown), SPACE)


def oracle(records: Records) -> np.ndarray:
    """Valence and arousal put together."""
    counts = factors(part(records, "test")).sum(1)
    valence, arousal = counts[:, :DEGREES].argmax(1), counts[:, DEGREES : 2 * DEGREES].argmax(1)
    return decided(valence * DEGREES + arousal, SPACE.size)


def blind(records: Records) -> np.ndarray:
    """The best model of the emotions that training has."""
    return fitted(records, SPACE)


MECHANISM = Mechanism("what an emotion is made of", SPACE, scene, oracle, blind, gap=0.2, harder="oracle", metric="wa")
