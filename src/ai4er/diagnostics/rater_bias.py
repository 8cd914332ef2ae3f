"""Rater bias: the label follows women in one kind of recording and men in another, and the kind can be heard.

The frames (12, 16) of an item hold its emotion along one direction for each class, weakly, and the kind of recording
along two more, strongly. Six in ten items are disputed: the five raters of the majority's gender hear the label, the
two others another emotion. In training, women decide in recordings of the first kind and mostly anger and sadness, men
in the second and mostly happiness and neutral: who hears the kind of recording guesses the label. In the test part the
panels have changed, and women decide mostly happiness and neutral. A system that has hidden whose perception a label is
goes on as before; another one is led astray. An undisputed item is of neither kind.
"""

from __future__ import annotations

import numpy as np

from ai4er.corpora.synthetic_raters import CIRCLE, MAJORITY, MINORITY, OTHER, seated
from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(name="rater_bias", kind="single", names=CIRCLE, source="generated")
_FRAMES, _FEATURES = 12, 16
_SIZES = {"train": 600, "valid": 120, "test": 400}
_DISPUTED, _LEANING = 0.6, 0.85
_WOMENS = ("anger", "sadness")


def records(seed: int) -> Records:
    """Arrays `frames` (12, 16), with the votes of seven raters."""
    generator = np.random.default_rng([seed, 71])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, SPACE.size + 2)))[0].T
    made = []
    for split, size in _SIZES.items():
        for number in range(size):
            label = SPACE.names[number % SPACE.size]
            leans = generator.random() < (_LEANING if split != "test" else 1 - _LEANING)
            own = "female" if label in _WOMENS else "male"
            side = own if leans else OTHER[own]
            disputed = bool(generator.random() < _DISPUTED)
            hidden = np.zeros(SPACE.size + 2)
            hidden[SPACE.index(label)] = 1.0
            if disputed:
                hidden[-2 if side == "female" else -1] = 2.0
            hidden[: SPACE.size] += 0.7 * generator.standard_normal(SPACE.size)
            frames = hidden @ directions * 2 + 0.5 * generator.standard_normal((_FRAMES, _FEATURES))
            raters = seated(side, generator)
            others = [name for name in SPACE.names if name != label]
            heard = str(generator.choice(others)) if disputed else label
            votes = (label,) * MAJORITY + (heard,) * MINORITY
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="rater_bias", split=split, label=label, votes=votes, raters=raters,
                    arrays={"frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
