"""Records whose speakers sound like somebody else.

The factors of an utterance are drawn from (seed, corpus, id) alone. Like a noisy record, a perturbed one has its
samples in `arrays["audio"]`, which front ends of sound read first and the feature cache looks at.
"""

from __future__ import annotations

import numpy as np

from ai4er.augment.item_draw import item_generator
from ai4er.augment.voice import perturb_voice
from ai4er.features.media import audio_of
from ai4er.records import Record

OCTAVES = 0.5
"""How far strength 1 moves the pitch at most, either way: voices that are an octave apart can meet."""
FORMANTS = 1.25
"""The largest factor on the formants at strength 1, and its inverse the smallest."""
SAMPLE_RATE = 16000


def voice_factors(generator: np.random.Generator, strength: float) -> tuple[float, float]:
    """The factors of one utterance on pitch and formants, uniform on a logarithmic scale around 1.

    Pitch moves by up to `OCTAVES`, formants by up to the factor `FORMANTS`, both to the power of the strength.
    """
    pitch, formants = generator.uniform(-strength, strength, 2)
    return float(2 ** (OCTAVES * pitch)), float(FORMANTS**formants)


def perturbed(record: Record, strength: float, seed: int) -> Record:
    """The record in another voice, at 16 kHz; with strength 0 the record itself.

    Raises `Ai4erError` for a record without sound.
    """
    if strength == 0:
        return record
    factors = voice_factors(item_generator(record, seed, "voice"), strength)
    samples = perturb_voice(audio_of(record, SAMPLE_RATE), SAMPLE_RATE, *factors)
    return record.replace(arrays={"audio": samples}, attributes={**record.attributes, "sample_rate": str(SAMPLE_RATE)})
