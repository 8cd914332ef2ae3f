"""Rater disagreement: how far raters are apart depends on what they hear.

The frames (12, 8) of an item hide a mean and a spread, each along a direction of its own. A training item
has five ratings drawn from that Gaussian; a test item has one, as if the next rater came along. Who only
sees the mean of the five knows where the ratings lie but takes its spread, smaller by the root of five, for
that of the next one. On the scale, seven points about the middle, the spread is 0.4 to 2.5; on a scale of
-1 to 1 the regulariser of evidential regression, an error over a variance, outweighs the likelihood. It also
tells the variance of the ratings to who is trained on their mean: at its published weight (0.1) the mean does
nearly as well as the ratings, so the diagnostic has it at 0.03 for both contestants. The Gaussian that makes
the ratings has a negative log likelihood of about 1.4.
"""

from __future__ import annotations

import numpy as np

from ai4er.labels import LabelSpace
from ai4er.records import Record, Records

SPACE = LabelSpace(
    name="seven_points", kind="dimensions", names=("valence", "arousal"), low=-3, high=3, source="generated"
)
_FRAMES, _FEATURES = 12, 8
_SIZES = {"train": (300, 5), "valid": (60, 5), "test": (400, 1)}


def records(seed: int) -> Records:
    """Arrays `frames` (12, 8); `ratings` of five raters, in the test part of one."""
    generator = np.random.default_rng([seed, 43])
    directions = np.linalg.qr(generator.standard_normal((_FEATURES, 2 * SPACE.size)))[0].T
    made = []
    for split, (size, raters) in _SIZES.items():
        for number in range(size):
            hidden = generator.uniform(-1, 1, 2 * SPACE.size)
            frames = hidden @ directions * 2 + 0.5 * generator.standard_normal((_FRAMES, _FEATURES))
            mean, spread = 1.5 * hidden[: SPACE.size], np.exp(0.9 * hidden[SPACE.size :])
            rated = mean + spread * generator.standard_normal((raters, SPACE.size))
            ratings = tuple(dict(zip(SPACE.names, row.tolist())) for row in rated)
            made.append(
                Record(
                    id=f"{split}-{number}", corpus="rater_disagreement", split=split, ratings=ratings,
                    dimensions=dict(zip(SPACE.names, rated.mean(0).tolist())),
                    arrays={"frames": frames.astype(np.float32)},
                )
            )  # fmt: skip
    return Records(made)
