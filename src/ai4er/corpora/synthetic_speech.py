"""Generated speech: voices of a source-filter model speak four emotions, at two levels of sound and words.

Known truth: the emotion sets pitch, range, tempo, level, brightness and breath of the voice (see
`_voice.py`), an intensity between 0.6 and 1.2 how far; one word of the text names the emotion. Valence,
arousal and dominance are the emotion's place times the intensity, as three to five annotators see it: the
weaker the emotion, the further their ratings are apart, and the more of them (never most) vote for
another class. Ten speakers, half of them with a female voice, in pairs that are the sessions.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, Plan, votes
from ai4er.corpora._lexicon import short_sentence
from ai4er.corpora._voice import SAMPLE_RATE, gender, manner, speak, syllables, voice
from ai4er.records import Record

PLACES: dict[str, tuple[float, float, float]] = {
    "anger": (-0.6, 0.7, 0.6),
    "happiness": (0.7, 0.5, 0.4),
    "neutral": (0.0, 0.0, 0.0),
    "sadness": (-0.6, -0.5, -0.6),
}
"""Valence, arousal and dominance of each emotion at intensity 1."""

CONFUSED = {"anger": "happiness", "happiness": "anger", "neutral": "sadness", "sadness": "neutral"}
"""The class that a doubtful annotator hears instead: the one of nearest arousal."""


class Reader(Generated):
    """`synthetic_speech:seed=0,size=120,speakers=10`; arrays["audio"] of 0.6 to 1.6 s at 16 kHz."""

    name: ClassVar[str] = "synthetic_speech"
    title: ClassVar[str] = "Generated speech"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("common4", "valence_arousal_dominance", "valence_arousal")

    def build(self, generator: np.random.Generator) -> list[Record]:
        plan = Plan.of(self.size, self.speakers, len(self.space.names))
        return [self._record(i, plan, generator) for i in range(self.size)]

    def _record(self, number: int, plan: Plan, generator: np.random.Generator) -> Record:
        label, speaker = self.space.names[plan.label[number]], int(plan.speaker[number])
        intensity = generator.uniform(0.6, 1.2)
        text = short_sentence(label, generator)
        seconds = float(np.clip(len(syllables(text)) / manner(label, intensity).tempo, 0.6, 1.6))
        place = intensity * np.array(PLACES[label])
        raters = int(generator.integers(3, 6))
        spread = 0.05 + 0.25 * (1.2 - intensity)
        rated = np.clip(place + spread * generator.standard_normal((raters, 3)), -1, 1)
        names = ("valence", "arousal", "dominance")
        return self.planned(
            plan,
            number,
            text=text,
            arrays={"audio": speak(label, voice(speaker), seconds, generator, text, intensity)},
            votes=votes(label, CONFUSED[label], np.full(raters, spread), generator),
            dimensions=dict(zip(names, rated.mean(axis=0).tolist())),
            ratings=tuple(dict(zip(names, row)) for row in rated.tolist()),
            attributes={
                "sample_rate": str(SAMPLE_RATE), "gender": gender(speaker), "intensity": f"{intensity:.3f}",
            },
        )  # fmt: skip
