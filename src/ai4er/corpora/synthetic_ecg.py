"""Generated ECG: heart rate, its variability and the T wave follow the emotion.

The signal is that of McSharry et al. 2003 ("A dynamical model for generating synthetic
electrocardiogram signals"): five Gaussian waves P, Q, R, S, T at fixed phases of a beat, whose rate
swings with breathing (0.25 Hz) and blood pressure (0.1 Hz).

Known truth: `STATES` gives for each emotion the factor on the subject's own resting rate (55 to 75 beats a
minute), the depth of both swings, and the height of the T wave; `attributes["beats_per_minute"]` is the mean
rate of the item. Valence and arousal are the place of the emotion, so that quadrants can be learnt too.
Subjects differ in resting rate, wave heights and widths.
"""

from __future__ import annotations

from typing import ClassVar, NamedTuple

import numpy as np

from ai4er.corpora._generated import Generated, Plan
from ai4er.records import Record

SAMPLE_RATE = 250


class State(NamedTuple):
    """What an emotion does: `rate` factor on the resting rate, `breathing` and `pressure` swings (share of
    the beat interval), `t_wave` factor, and its place as `valence` and `arousal`."""

    rate: float
    breathing: float
    pressure: float
    t_wave: float
    valence: float
    arousal: float


STATES: dict[str, State] = {
    "anger": State(1.40, 0.01, 0.03, 0.5, -0.6, 0.7),
    "happiness": State(1.20, 0.08, 0.03, 1.3, 0.7, 0.5),
    "neutral": State(1.00, 0.06, 0.03, 1.0, 0.2, -0.2),
    "sadness": State(0.92, 0.01, 0.02, 0.7, -0.6, -0.6),
}

_PHASES = np.deg2rad([-70.0, -15.0, 0.0, 15.0, 100.0])
_HEIGHTS = np.array([0.12, -0.12, 1.1, -0.2, 0.3])
_WIDTHS = np.array([0.25, 0.1, 0.1, 0.1, 0.4])


class Reader(Generated):
    """`synthetic_ecg:seed=0,size=160,speakers=10,seconds=10,noise=0.02`; arrays["ecg"] (samples,), mV, 250 Hz."""

    name: ClassVar[str] = "synthetic_ecg"
    who: ClassVar[str] = "subject"
    title: ClassVar[str] = "Generated ECG"
    language: ClassVar[str] = ""
    spaces: ClassVar[tuple[str, ...]] = ("common4", "valence_arousal")

    def __init__(
        self, seed: int = 0, size: int = 160, speakers: int = 10, seconds: float = 10.0, noise: float = 0.02
    ) -> None:
        super().__init__(seed, size, speakers)
        self.seconds = self.at_least(2, "seconds", seconds)
        self.noise = self.at_least(0, "noise", noise)

    def build(self, generator: np.random.Generator) -> list[Record]:
        plan = Plan.of(self.size, self.speakers, len(self.space.names))
        states = np.array([STATES[name] for name in self.space.names])[plan.label]
        interval = self._intervals(plan, states, generator)
        signals = self._signals(plan, states, interval, generator)
        rates = 60 * np.mean(1 / interval, axis=1)
        return [
            self.planned(
                plan,
                i,
                arrays={"ecg": signals[i]},
                dimensions={"valence": float(states[i, 4]), "arousal": float(states[i, 5])},
                attributes={"sample_rate": str(SAMPLE_RATE), "beats_per_minute": f"{rates[i]:.2f}"},
            )
            for i in range(self.size)
        ]

    def _intervals(self, plan: Plan, states: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """The length of a beat in seconds as it swings over time, (items, samples)."""
        time = np.arange(round(self.seconds * SAMPLE_RATE)) / SAMPLE_RATE
        resting = generator.uniform(55, 75, self.speakers)[plan.speaker]
        rate = resting * states[:, 0] * np.exp(0.03 * generator.standard_normal(self.size))
        breath, pressure = generator.uniform(0, 2 * np.pi, (2, self.size, 1))
        swing = states[:, 1:2] * np.sin(2 * np.pi * 0.25 * time + breath)
        swing += states[:, 2:3] * np.sin(2 * np.pi * 0.1 * time + pressure)
        return 60 / rate[:, None] * (1 + swing)

    def _signals(
        self, plan: Plan, states: np.ndarray, interval: np.ndarray, generator: np.random.Generator
    ) -> np.ndarray:
        """All items in millivolt, (items, samples)."""
        beats = np.cumsum(1 / interval, axis=1) / SAMPLE_RATE + generator.random((self.size, 1))
        phase = 2 * np.pi * (beats % 1) - np.pi
        heights = _HEIGHTS * np.exp(0.15 * generator.standard_normal((self.speakers, 5)))[plan.speaker]
        heights[:, 4] *= states[:, 3]
        widths = _WIDTHS * np.exp(0.1 * generator.standard_normal((self.speakers, 5)))[plan.speaker]
        signal = self.noise * generator.standard_normal(phase.shape)
        for height, width, place in zip(heights.T, widths.T, _PHASES):
            signal += height[:, None] * np.exp(-0.5 * ((phase - place) / width[:, None]) ** 2)
        return signal.astype(np.float32)
