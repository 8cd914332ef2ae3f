"""Cross-subject EEG shift: every head has an offset of its own, larger than what the emotions change.

Each emotion has a pattern over 62 electrodes and five bands. A subject's recordings all carry the subject's offset,
which lies mostly in the very directions in which the emotions differ, so that no choice of electrodes avoids it. The
subject of the test is new; its unlabelled trials show its offset, which only has to be taken off. `difficulty` is the
size of the offset.
"""

from __future__ import annotations

import numpy as np

from ai4er.diagnostics.suite._scenes import record
from ai4er.diagnostics.suite._solvers import averages, decided, fitted, part
from ai4er.diagnostics.suite.base import Mechanism
from ai4er.labels import label_space
from ai4er.nn.electrodes import SEED_CHANNELS, distances
from ai4er.records import Record, Records

SPACE = label_space("seed3")
WINDOWS, BANDS, TRIALS = 4, 5, {"train": 30, "valid": 30, "unlabelled": 60, "test": 120}
SUBJECTS = {"train": 8, "valid": 1, "unlabelled": 1, "test": 1}
REACH, SIGNAL = 0.3, 0.15


def scene(seed: int, difficulty: float) -> Records:
    """450 trials (4 windows, 62 channels, 5 bands); `unlabelled` and `test` are of one subject."""
    generator = np.random.default_rng([seed, 122])
    smooth = np.exp(-0.5 * (distances() / REACH) ** 2)
    smooth /= np.linalg.norm(smooth, axis=1, keepdims=True)
    patterns = smooth @ generator.standard_normal((SPACE.size, len(SEED_CHANNELS), BANDS))
    offsets = [_offset(patterns, 4 * difficulty, generator) for _ in range(SUBJECTS["train"] + 2)]
    made: list[Record] = []
    for split, subjects in SUBJECTS.items():
        first = {"train": 0, "valid": SUBJECTS["train"]}.get(split, SUBJECTS["train"] + 1)
        for subject in range(first, first + subjects):
            for trial in range(TRIALS[split]):
                label = trial % SPACE.size
                mood = patterns[label] + 0.4 * np.tensordot(generator.standard_normal(SPACE.size), patterns, 1)
                windows = SIGNAL * (mood + offsets[subject]) + generator.standard_normal((WINDOWS, *mood.shape))
                name = None if split == "unlabelled" else SPACE.names[label]
                made.append(record("cross_subject_eeg", split, len(made), windows, label=name, speaker=f"s{subject}"))
    return Records(made)


def _offset(patterns: np.ndarray, size: float, generator: np.random.Generator) -> np.ndarray:
    inside = np.tensordot(generator.standard_normal(len(patterns)), patterns, 1)
    return size * (inside + 0.2 * generator.standard_normal(inside.shape))


def centred(records: Records) -> np.ndarray:
    """Averages over the windows, (records, channels * bands), less those of the subject's labelled or other trials."""
    shown = averages(records).reshape(len(records), -1)
    subjects = records.column("speaker")
    for subject in set(subjects):
        shown[subjects == subject] -= shown[subjects == subject].mean(0)
    return shown


def oracle(records: Records) -> np.ndarray:
    """Class patterns of centred training trials; those of the test are centred by the subject's unlabelled trials."""
    train, test = part(records, "train"), part(records, "test")
    shown, labels = centred(train), np.array([SPACE.index(str(record.label)) for record in train])
    templates = np.stack([shown[labels == k].mean(0) for k in range(SPACE.size)])
    there = averages(part(records, "unlabelled")).mean(0)
    found = (averages(test) - there).reshape(len(test), -1)
    return decided((found @ templates.T - 0.5 * np.square(templates).sum(1)).argmax(1), SPACE.size)


def flat(records: Records) -> np.ndarray:
    """Averages over the windows, (records, channels * bands)."""
    return averages(records).reshape(len(records), -1)


def blind(records: Records) -> np.ndarray:
    """The best model that does not know the subjects."""
    return fitted(records, SPACE, flat)


MECHANISM = Mechanism("the offset of the subject", SPACE, scene, oracle, blind, gap=0.25, harder="blind")
