"""Drowned tones: soft tones tell the valence plainly, noise drowns them, and few recordings have a valence.

A recording is a chord of twelve loud tones below 3 kHz and six soft ones above. The six go up and down with the
valence, so that fourteen recordings are enough to learn it from clean sound. The test part is in white noise as loud as
speech, in which only the loud tones are heard. Their levels tell the valence as well, but as a sum with a weight for
each tone, under variation that says nothing: more than fourteen recordings can teach. All recordings have an arousal,
another such sum. Whoever knows what a clean recording sounds like to a network that learnt from clean sound can learn
the loud tones from the other 286, whose valence nobody judged.

Array `audio` (6400,) at 16 kHz.
"""

from __future__ import annotations

import numpy as np

from ai4er.augment.noise import white
from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(
    name="valence_and_arousal", kind="dimensions", names=("valence", "arousal"), low=-1, high=1, partial=True,
    source="generated",
)  # fmt: skip
SIZES = {"train": 300, "valid": 60, "test": 200}
JUDGED = 14  # recordings for training that have a valence
RATE, SAMPLES = 16_000, 6400
LOUD, SOFT = np.geomspace(200.0, 3000.0, 12), np.linspace(4500.0, 7500.0, 6)  # hertz
_SPREAD, _BELOW, _RISE = 6.0, 45.0, 20.0
"""Decibels: deviation of a loud tone's level, of the soft tones below the loud ones, and of their rise with valence."""


def records(seed: int) -> Records:
    """560 recordings of 0.4 s; valence and arousal are independent."""
    generator = np.random.default_rng([seed, 233])
    weights = np.linalg.qr(generator.standard_normal((len(LOUD), 2)))[0]
    made = []
    for split, size in SIZES.items():
        for number in range(size):
            valence, arousal = generator.uniform(-1, 1, 2).tolist()
            audio = _speech(np.array([valence, arousal]), weights, generator)
            if split == "test":
                noise = white(SAMPLES, generator)
                audio = audio + noise * np.abs(audio).mean() / np.abs(noise).mean()
            judged = split != "train" or number < JUDGED
            made.append(
                Record(
                    id=f"{split}{number}", corpus="drowned_tones", speaker=f"{split}{number}", split=split,
                    dimensions={"valence": valence, "arousal": arousal} if judged else {"arousal": arousal},
                    arrays={"audio": audio.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)


def _speech(values: np.ndarray, weights: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    levels = generator.standard_normal(len(LOUD))
    levels += weights @ (2 * values - levels @ weights)
    decibels = np.append(_SPREAD * levels, np.full(len(SOFT), _RISE * values[0] - _BELOW))
    pitch = np.append(LOUD, SOFT)[:, None]
    phase = generator.uniform(0, 2 * np.pi, pitch.shape)
    waves = 10 ** (decibels[:, None] / 20) * np.sin(2 * np.pi * pitch * np.arange(SAMPLES) / RATE + phase)
    return 0.05 * waves.sum(0) + 1e-5 * generator.standard_normal(SAMPLES)
