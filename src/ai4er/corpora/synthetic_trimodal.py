"""Generated frame sequences of three modalities that share one emotion and show different sides of it.

Known truth: every item has a valence and an arousal (drawn around the place of its class), a surprise and
a fear. They show as one event, a smooth bump somewhere in the item that the modalities share with small
lags (its centre is the frame `attributes["event"]`). Each modality sees the four with errors of its own
(`ERRORS`: audio knows the arousal and hardly the valence, text the valence and the surprise, video the
fear) and mixes them into its features by a fixed random matrix. Around the event is noise and the speaker's
own offset. `score` is three times the valence;
`labels` are what exceeds a threshold, with the sizes of CMU-MOSEI's features (74, 300, 35).
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._generated import Generated, Plan
from ai4er.records import Record

PLACES = {"anger": (-0.7, 0.7), "happiness": (0.7, 0.5), "neutral": (0.0, 0.0), "sadness": (-0.6, -0.7)}
"""Valence and arousal in the middle of each class."""

SIZES = {"audio_frames": 74, "text_frames": 300, "video_frames": 35}
ERRORS = {
    "audio_frames": (0.50, 0.10, 0.40, 0.60),
    "text_frames": (0.15, 0.45, 0.15, 0.40),
    "video_frames": (0.25, 0.30, 0.40, 0.15),
}
"""Standard deviation of what each modality gets wrong about valence, arousal, surprise and fear."""

LONGEST = 60


class Reader(Generated):
    """`synthetic_trimodal:seed=0,size=160,speakers=10,noise=0.5`; 20 to 60 frames, the same for all three.

    `noise` is the standard deviation of every feature in every frame; the event is of the order of 1.
    """

    name: ClassVar[str] = "synthetic_trimodal"
    title: ClassVar[str] = "Generated audio, text and video frames"
    language: ClassVar[str] = "en"
    spaces: ClassVar[tuple[str, ...]] = ("common4", "mosei6", "mosi_score", "valence_arousal")

    def __init__(self, seed: int = 0, size: int = 160, speakers: int = 10, noise: float = 0.5) -> None:
        super().__init__(seed, size, speakers)
        self.noise = self.at_least(0, "noise", noise)

    def build(self, generator: np.random.Generator) -> list[Record]:
        plan = Plan.of(self.size, self.speakers, len(self.space.names))
        latent = self._latent(plan, generator)
        frames = generator.integers(20, LONGEST + 1, self.size)
        centre = generator.uniform(0.25, 0.75, self.size) * frames
        sequences = {name: self._frames(name, latent, centre, frames, plan, generator) for name in SIZES}
        return [
            self.planned(
                plan,
                i,
                arrays={name: all_items[i, : frames[i]] for name, all_items in sequences.items()},
                labels=_labels(*latent[i].tolist()),
                dimensions={"valence": float(latent[i, 0]), "arousal": float(latent[i, 1])},
                score=3 * float(latent[i, 0]),
                attributes={"event": f"{centre[i]:.1f}"},
            )
            for i in range(self.size)
        ]

    def _latent(self, plan: Plan, generator: np.random.Generator) -> np.ndarray:
        """Valence, arousal, surprise and fear of each item in [-1, 1], (items, 4)."""
        places = np.array([PLACES[name] for name in self.space.names])[plan.label]
        near = places + 0.12 * generator.standard_normal(places.shape)
        return np.clip(np.concatenate([near, generator.uniform(-1, 1, places.shape)], axis=1), -1, 1)

    def _frames(
        self, name: str, latent: np.ndarray, centre: np.ndarray, frames: np.ndarray, plan: Plan,
        generator: np.random.Generator,
    ) -> np.ndarray:  # fmt: skip
        """One modality of all items, (items, LONGEST, features)."""
        size, items = SIZES[name], len(latent)
        mixing = np.random.default_rng(size).standard_normal((4, size))  # the same for every seed
        shown = (latent + ERRORS[name] * generator.standard_normal(latent.shape)) @ mixing
        lag = generator.uniform(-2, 2, items)
        distance = (np.arange(LONGEST) - (centre + lag)[:, None]) / (0.25 * frames[:, None])
        event = 0.3 + np.exp(-0.5 * distance**2)
        offset = 0.3 * generator.standard_normal((self.speakers, size))[plan.speaker]
        values = generator.standard_normal((items, LONGEST, size), np.float32)
        values *= self.noise
        values += (event[:, :, None] * shown[:, None, :] + offset[:, None, :]).astype(np.float32)
        return values


def _labels(valence: float, arousal: float, surprise: float, fear: float) -> tuple[str, ...]:
    """The classes of CMU-MOSEI that are on; disgust is anger without fear."""
    angry = valence < -0.3 and arousal > 0
    on = {
        "happy": valence > 0.3, "sad": valence < -0.3 and arousal < 0, "anger": angry,
        "surprise": surprise > 0.4, "disgust": angry and fear < 0, "fear": fear > 0.4,
    }  # fmt: skip
    return tuple(name for name, there in on.items() if there)
