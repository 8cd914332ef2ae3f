"""Generated EEG: three mental states with the band powers and places that textbooks give them.

Known truth: over a 1/f background, relaxation raises the alpha rhythm at the back of the head,
concentration raises theta at the frontal midline, beta at the front and gamma at the temples, and neutral
is between the two (`POWERS`); the head smears everything over neighbouring electrodes (volume
conduction). Every subject has an alpha frequency and a gain for each electrode, every session a gain of
its own. `eye` stands for the 33 eye-movement statistics of SEED-V: a fixed direction for each state.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, Plan
from ai4er.nn.electrodes import distances, positions
from ai4er.records import Record

SAMPLE_RATE = 200
EYE_FEATURES = 33
SESSIONS = 3

POWERS: dict[str, tuple[float, float, float, float]] = {
    "relaxed": (0.3, 4.0, 0.3, 0.2),
    "neutral": (0.6, 2.0, 0.7, 0.5),
    "concentrating": (1.8, 0.7, 1.5, 1.2),
}
"""Power of theta, alpha, beta and gamma in each state, relative to the background at 10 Hz."""

_CENTRES = (((0.0, 0.25),), ((0.0, -0.4),), ((-0.2, 0.4), (0.2, 0.4)), ((-0.45, 0.0), (0.45, 0.0)))
_PEAKS, _WIDTHS = np.array([6.0, 10.0, 22.0, 38.0]), np.array([0.7, 1.0, 3.0, 5.0])
_MICROVOLT = 30.0


class Reader(Generated):
    """`synthetic_eeg:seed=0,size=120,speakers=8,seconds=4`; arrays["eeg"] (samples, 62) in microvolt at 200 Hz."""

    name: ClassVar[str] = "synthetic_eeg"
    title: ClassVar[str] = "Generated EEG"
    language: ClassVar[str] = ""
    spaces: ClassVar[tuple[str, ...]] = ("mental_state3",)

    def __init__(self, seed: int = 0, size: int = 120, speakers: int = 8, seconds: float = 4.0) -> None:
        super().__init__(seed, size, speakers)
        self.seconds = self.at_least(1, "seconds", seconds)

    def build(self, generator: np.random.Generator) -> list[Record]:
        size, speakers = self.size, self.speakers
        plan = Plan.of(size, speakers, len(self.space.names))
        session = np.arange(size) // (speakers * len(self.space.names)) % SESSIONS
        eeg = self._signals(plan, session, generator)
        eye = self._eye(plan, generator)
        return [
            Record(
                id=f"{i:04d}",
                corpus=self.name,
                speaker=f"subject{plan.speaker[i]:02d}",
                session=f"session{session[i]}",
                split=str(plan.split[i]),
                arrays={"eeg": eeg[i], "eye": eye[i]},
                label=self.space.names[plan.label[i]],
                attributes={"sample_rate": str(SAMPLE_RATE)},
            )
            for i in range(size)
        ]

    def _signals(self, plan: Plan, session: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """All trials, (items, samples, 62): white noise shaped by the square root of the power spectrum."""
        from scipy.fft import irfft

        samples, channels = round(self.seconds * SAMPLE_RATE), len(positions())
        frequencies = np.fft.rfftfreq(samples, 1 / SAMPLE_RATE)
        power = self._power(plan, frequencies, generator).astype(np.float32)
        parts = generator.standard_normal((*power.shape, 2), np.float32)
        noise = parts.view(np.complex64)[..., 0] * np.sqrt(power * samples / 2)
        smeared = np.einsum("cd,ndf->ncf", _conduction(), noise, optimize=True)
        gains = np.exp(0.1 * generator.standard_normal((self.speakers, channels)))[plan.speaker]
        drift = np.exp(0.1 * generator.standard_normal((self.speakers, SESSIONS)))[plan.speaker, session]
        signals = irfft(smeared, samples, axis=-1) * (_MICROVOLT * gains * drift[:, None])[..., None]
        return np.ascontiguousarray(signals.transpose(0, 2, 1), np.float32)

    def _power(self, plan: Plan, frequencies: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """The power spectrum before conduction, (items, 62, frequencies)."""
        states = np.array([POWERS[name] for name in self.space.names])[plan.label]
        states = states * np.exp(0.15 * generator.standard_normal(states.shape))
        peaks = np.tile(_PEAKS, (self.speakers, 1))
        peaks[:, 1] += generator.uniform(-1, 1, self.speakers)
        bumps = np.exp(-0.5 * ((frequencies - peaks[plan.speaker][..., None]) / _WIDTHS[:, None]) ** 2)
        background = np.where(frequencies > 0.5, 10 / np.maximum(frequencies, 0.5), 0)
        rhythms = np.einsum("nb,bc,nbf->ncf", states, _places(), bumps, optimize=True)
        return 0.1 * background + rhythms

    def _eye(self, plan: Plan, generator: np.random.Generator) -> np.ndarray:
        directions = np.random.default_rng(EYE_FEATURES).standard_normal((len(self.space.names), EYE_FEATURES))
        own = 0.4 * generator.standard_normal((self.speakers, EYE_FEATURES))[plan.speaker]
        noise = 0.6 * generator.standard_normal((self.size, EYE_FEATURES))
        return (directions[plan.label] + own + noise).astype(np.float32)


def _places() -> np.ndarray:
    """How strongly each rhythm shows at each electrode before conduction, (4, 62)."""
    return np.stack([
        sum(np.exp(-0.5 * np.sum((positions() - np.array(centre)) ** 2, axis=1) / 0.22**2) for centre in centres)
        for centres in _CENTRES
    ])  # fmt: skip


def _conduction() -> np.ndarray:
    """Volume conduction: what an electrode sees of the places of all others; rows of norm 1, (62, 62)."""
    weights = np.exp(-distances() / 0.1)
    return (weights / np.linalg.norm(weights, axis=1, keepdims=True)).astype(np.float32)
