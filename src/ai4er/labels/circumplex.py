"""Where emotions lie on the circumplex of valence and arousal."""

from __future__ import annotations

from collections.abc import Mapping

from ai4er.labels.mappings import synonym

PLACES: dict[str, tuple[float, float]] = {
    "anger": (-0.51, 0.59),
    "boredom": (-0.65, -0.62),
    "calm": (0.68, -0.46),
    "disgust": (-0.60, 0.35),
    "fear": (-0.64, 0.60),
    "happiness": (0.81, 0.51),
    "neutral": (0.0, 0.0),
    "sadness": (-0.63, -0.27),
    "surprise": (0.40, 0.67),
}
"""Mean pleasure and arousal from -1 to 1 that people gave to the words angry, bored, relaxed, disgusted, fearful,
happy, sad and surprised. Source: Russell and Mehrabian, "Evidence for a three-factor theory of emotions", Journal of
Research in Personality 11, 1977 (from memory); neutral is the middle of the scales."""


def valence_arousal(probabilities: Mapping[str, float]) -> tuple[float, float] | None:
    """The expected place of a distribution over emotions; None where one of them has no place.

    This is what the emotions mean to people on average, and no measurement of how strongly somebody expresses them.

    >>> valence_arousal({"angry": 0.5, "neutral": 0.5})
    (-0.255, 0.295)
    >>> valence_arousal({"stress": 1.0}) is None
    True
    """
    places = [PLACES.get(synonym(name)) for name in probabilities]
    if any(place is None for place in places):
        return None
    expected = [
        sum(value * place[axis] for value, place in zip(probabilities.values(), places) if place) for axis in (0, 1)
    ]
    return expected[0], expected[1]
