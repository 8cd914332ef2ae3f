"""Generated face images: cartoons of invented persons with the seven expressions of FER2013.

Known truth: the expression moves brows, eyes, nose and mouth as the action units of the emotion do (see
`_cartoon.py`), `attributes["intensity"]` (0.7 to 1.1) how far. Everything else varies without saying
anything about the emotion: who it is (the speaker: skin, hair, face, mouth), pose, light from one side,
and noise.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ai4er.corpora._cartoon import EXPRESSIONS, Expression, Identity, draw, grid
from ai4er.corpora._generated import Generated, Plan
from ai4er.records import Record


class Reader(Generated):
    """`synthetic_face:seed=0,size=280,speakers=10,pixels=48,noise=5`; arrays["image"] (48, 48), 0 to 255.

    `pixels` is the side of the image, `noise` the standard deviation in grey levels.
    """

    name: ClassVar[str] = "synthetic_face"
    who: ClassVar[str] = "person"
    title: ClassVar[str] = "Generated cartoon faces"
    language: ClassVar[str] = ""
    spaces: ClassVar[tuple[str, ...]] = ("fer2013",)

    def __init__(
        self, seed: int = 0, size: int = 280, speakers: int = 10, pixels: int = 48, noise: float = 5.0
    ) -> None:
        super().__init__(seed, size, speakers)
        self.pixels = int(self.at_least(16, "pixels", pixels))
        self.noise = self.at_least(0, "noise", noise)

    def build(self, generator: np.random.Generator) -> list[Record]:
        size = self.size
        plan = Plan.of(size, self.speakers, len(self.space.names))
        intensity = generator.uniform(0.7, 1.1, size)
        images = self._images(plan, intensity, generator)
        return [
            self.planned(plan, i, arrays={"image": images[i]}, attributes={"intensity": f"{intensity[i]:.3f}"})
            for i in range(size)
        ]

    def _images(self, plan: Plan, intensity: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """All images, (items, pixels, pixels), whole grey levels from 0 to 255 as float32."""
        size, pixels = self.size, self.pixels
        who = Identity.draw(self.speakers, generator).take(plan.speaker)
        moves = np.array([EXPRESSIONS[name] for name in self.space.names])[plan.label] * intensity[:, None]
        moves += 0.06 * generator.standard_normal(moves.shape)
        moves[:, 4] = np.abs(moves[:, 4])  # a jaw cannot close further than shut
        x, y = grid(
            pixels,
            generator.uniform(-0.06, 0.06, (size, 2)),
            generator.uniform(-0.12, 0.12, size),
            generator.uniform(0.9, 1.05, size),
        )
        light = generator.uniform(-0.25, 0.25, (size, 2, 1, 1))
        bright = generator.uniform(0.8, 1.05, (size, 1, 1))
        images = draw(x, y, who, Expression(*moves.T)) * bright * (1 + light[:, 0] * x + light[:, 1] * y)
        noise = self.noise * generator.standard_normal(images.shape, np.float32)
        return np.clip(np.rint(255 * images + noise), 0, 255).astype(np.float32)
