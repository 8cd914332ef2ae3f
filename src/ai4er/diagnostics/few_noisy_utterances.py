"""Few clean utterances to learn from, and neutral talk of somebody else behind every utterance of the test.

The voices are those of `synthetic_speech`. The training part has a few utterances of clean speech; to every
utterance of the validation and the test part, that of another person who speaks neutrally is added at a level
between that of the utterance itself and 6 dB below. What stays of an emotion then has to be known, and is when
neutral utterances of the training part were heard behind emotional ones.

Array `audio` (samples,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.augment.mixing import at_level, fitted, rms
from ai4er.corpora import open_corpus
from ai4er.labels import LABEL_SPACES
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]
TRAINED, VALID = 32, 32
SIZE = 480  # of the corpus that is drawn from, a fifth of it for the test
BELOW = (0.0, 6.0)  # decibels


def records(seed: int) -> Records:
    """32 clean utterances to learn from, 32 and 96 noisy ones; no speaker, not even behind, is in two parts."""
    generator = np.random.default_rng([seed, 5])
    everything = open_corpus(f"synthetic_speech:seed={seed},size={SIZE}").read()
    parts = {split: [r for r in everything if r.split == split] for split in ("train", "valid", "test")}
    found = parts["train"][:TRAINED]
    for split, number in (("valid", VALID), ("test", SIZE)):
        neutral = [r for r in parts[split] if r.label == "neutral"]
        found += [_noisy(record, neutral, generator) for record in parts[split][:number]]
    return Records(record.replace(corpus="few_noisy_utterances") for record in found)


def _noisy(record: Record, neutral: list[Record], generator: np.random.Generator) -> Record:
    """The utterance with a neutral one of another speaker behind it."""
    others = [other for other in neutral if other.speaker != record.speaker]
    audio = record.arrays["audio"]
    behind = fitted(others[int(generator.integers(len(others)))].arrays["audio"], len(audio), generator)
    level = rms(audio) * 10 ** (-generator.uniform(*BELOW) / 20)
    return record.replace(arrays={"audio": audio + at_level(behind, level)})
