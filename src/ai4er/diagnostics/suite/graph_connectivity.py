"""Graph connectivity: which regions of the head go up and down together, and nothing else.

Four regions, the quarters of the head, are coupled in two pairs: front and back, left and right, or across. In every
window coupled regions share one signal, and each electrode has noise of its own. Every electrode has the same mean,
spread and course in all classes, so that models of single electrodes are at chance, whatever they know of
them over time. `difficulty` is the noise of the electrodes.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import SIZES, labels_of, records_of
from ai4er.diagnostics.suite._solvers import factors, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.labels import label_space
from ai4er.nn.electrodes import positions
from ai4er.records import Records

SPACE = label_space("seed3")
WINDOWS, BANDS, BAND = 8, 5, 2
PAIRS = (((0, 1), (2, 3)), ((0, 2), (1, 3)), ((0, 3), (1, 2)))
"""The coupled regions of each class."""


def regions() -> np.ndarray:
    """The quarter of the head of each electrode, 0 to 3; the midline counts as right, the middle row as front."""
    places = positions()
    return (places[:, 0] >= -1e-9) + 2 * (places[:, 1] >= -1e-9)


def scene(seed: int, difficulty: float) -> Records:
    """560 trials (8 windows, 62 channels, 5 bands); the coupling is in the third band, the others are noise."""
    generator = np.random.default_rng([seed, 123])
    splits, labels = labels_of(SIZES, SPACE.size, generator)
    where, noise = regions(), 0.5 + 4 * difficulty
    return records_of(
        "graph_connectivity", splits, labels, (_trial(int(label), where, noise, generator) for label in labels), SPACE
    )


def _trial(label: int, where: np.ndarray, noise: float, generator: np.random.Generator) -> np.ndarray:
    eeg = generator.standard_normal((WINDOWS, len(where), BANDS), np.float32)
    signals = np.empty((WINDOWS, 4))
    for pair in PAIRS[label]:
        signals[:, list(pair)] = generator.standard_normal((WINDOWS, 1))
    eeg[..., BAND] = (signals[:, where] + noise * eeg[..., BAND]) / np.sqrt(1 + noise**2)
    return eeg


def oracle(records: Records) -> np.ndarray:
    """How much the regions of each class's pairs agree over the windows."""
    shown, where = factors(part(records, "test"))[..., BAND], regions()
    means = np.stack([shown[..., where == region].mean(-1) for region in range(4)], axis=-1)
    agreement = [sum((means[..., a] * means[..., b]).sum(1) for a, b in pairs) for pairs in PAIRS]
    scores = np.stack(agreement, axis=1)
    scores = np.exp(scores - scores.max(1, keepdims=True))
    return scores / scores.sum(1, keepdims=True)


def blind(records: Records) -> np.ndarray:
    """The best model of each electrode's mean and spread."""
    return fitted(records, SPACE)


MECHANISM = Mechanism("which regions go together", SPACE, scene, oracle, blind, gap=0.5, harder="oracle")
