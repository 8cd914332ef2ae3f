"""Cartoon faces drawn as soft shapes: brows, eyes, nose and mouth that an expression moves.

Coordinates are face coordinates: x to the right, y downwards, the face about from -1 to 1. Every argument
is one number for each face, so that all faces are drawn at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

_SOFTNESS = 0.035


class Expression(NamedTuple):
    """How far each part moves; all zeros is a neutral face (action units in brackets, Ekman and Friesen 1978).

    `inner` and `outer`: the ends of the brows go up (1, 2) or down (4); `eyes`: wider (5) or narrower (7);
    `smile`: the corners of the mouth go up (12) or down (15); `open`: the jaw drops (26);
    `wide`: the mouth is stretched (20) or pursed; `wrinkle`: the nose wrinkles (9).
    """

    inner: np.ndarray | float
    outer: np.ndarray | float
    eyes: np.ndarray | float
    smile: np.ndarray | float
    open: np.ndarray | float
    wide: np.ndarray | float
    wrinkle: np.ndarray | float


EXPRESSIONS: dict[str, Expression] = {
    "angry": Expression(-1.0, 0.4, -0.3, -0.3, 0.0, -0.2, 0.3),
    "disgust": Expression(-0.6, -0.2, -0.6, -0.6, 0.2, 0.0, 1.0),
    "fear": Expression(0.9, 0.3, 0.8, -0.3, 0.5, 0.5, 0.0),
    "happy": Expression(0.1, 0.1, -0.3, 1.0, 0.3, 0.5, 0.0),
    "neutral": Expression(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0),
    "sad": Expression(0.8, -0.6, -0.5, -0.9, 0.0, -0.1, 0.0),
    "surprise": Expression(0.9, 0.9, 1.0, 0.0, 1.0, -0.5, 0.0),
}


@dataclass(frozen=True)
class Identity:
    """What a person keeps; every field is (faces,). Tones are grey levels from 0 to 1."""

    skin: np.ndarray
    hair: np.ndarray
    width: np.ndarray
    eye_distance: np.ndarray
    brow: np.ndarray
    mouth: np.ndarray
    hairline: np.ndarray

    @classmethod
    def draw(cls, count: int, generator: np.random.Generator) -> Identity:
        """`count` persons."""
        low = [0.5, 0.05, 0.66, 0.28, 0.03, 0.20, -0.80]
        high = [0.9, 0.35, 0.80, 0.36, 0.06, 0.28, -0.55]
        return cls(*generator.uniform(low, high, (count, 7)).T)

    def take(self, indices: np.ndarray) -> Identity:
        """The persons at these positions."""
        return Identity(*(getattr(self, name)[indices] for name in self.__dataclass_fields__))


def grid(size: int, shift: np.ndarray, angle: np.ndarray, scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Face coordinates x and y of every pixel, (faces, size, size); shift (faces, 2), angle in radians."""
    ticks = ((np.arange(size) + 0.5) / size * 2 - 1).astype(np.float32)
    x = ticks[None, None, :] - shift[:, 0, None, None]
    y = ticks[None, :, None] - shift[:, 1, None, None]
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    factor = 1 / scale[:, None, None]
    return (
        ((x * cosine + y * sine) * factor).astype(np.float32),
        ((y * cosine - x * sine) * factor).astype(np.float32),
    )


def draw(x: np.ndarray, y: np.ndarray, who: Identity, how: Expression) -> np.ndarray:
    """The faces as grey levels from 0 to 1, (faces, size, size); fields of `how` are (faces,) arrays."""
    p = Identity(*(getattr(who, name).astype(np.float32)[:, None, None] for name in who.__dataclass_fields__))
    e = Expression(*(np.asarray(v, np.float32)[:, None, None] for v in how))
    side = np.abs(x)  # a face is symmetric: one brow and one eye are drawn for both halves
    image = np.full_like(x, 0.25)
    image = _over(image, _ellipse(x, y + 0.1, p.width + 0.08, 0.97), p.hair)
    image = _over(image, _ellipse(x, y, p.width, 0.9) * _step(y - p.hairline), p.skin)
    dark = 0.35 * p.skin
    eye_y, opening = -0.2, 0.09 * (1 + 0.7 * e.eyes)
    eye = _ellipse(side - p.eye_distance, y - eye_y, 0.14, opening)
    image = _over(image, eye, 0.95)
    image = _over(image, eye * _ellipse(side - p.eye_distance, y - eye_y, 0.07, 0.08), 0.05)
    along = (side - p.eye_distance) / 0.2
    brow_y = -0.42 - 0.06 * ((1 - along) * e.inner + (1 + along) * e.outer)
    image = _over(image, _step(p.brow - np.abs(y - brow_y)) * _step(0.2 - np.abs(along * 0.2)), p.hair)
    image = _over(image, _step(0.025 - np.abs(side - 0.06 - 0.1 * y)) * _step(0.13 - np.abs(y - 0.07)), 0.8 * p.skin)
    for line in (0.0, 0.09):
        crease = _step(0.02 - np.abs(y + 0.04 - line - 0.4 * side)) * _step(0.1 - np.abs(side - 0.12))
        image = _over(image, crease * e.wrinkle, dark)
    return _mouth(image, x, y, p, e)


def _mouth(image: np.ndarray, x: np.ndarray, y: np.ndarray, p: Identity, e: Expression) -> np.ndarray:
    half = p.mouth * (1 + 0.4 * e.wide)
    position = x / half
    curve = 0.45 + 0.13 * e.smile * (0.5 - position**2)
    gap = 0.2 * e.open * np.sqrt(np.clip(1 - position**2, 0, None))
    inside = _step(half - np.abs(x))
    image = _over(image, _step(0.035 + 0.5 * gap - np.abs(y - curve - 0.3 * gap)) * inside, 0.45 * p.skin)
    return _over(image, _step(0.5 * gap - 0.02 - np.abs(y - curve - 0.3 * gap)) * inside, 0.08)


def _over(image: np.ndarray, cover: np.ndarray, tone: np.ndarray | float) -> np.ndarray:
    """Paint a tone where the cover is 1."""
    return image + cover * (tone - image)


def _step(inside: np.ndarray) -> np.ndarray:
    """1 where the distance to the edge is positive, 0 outside, with a soft edge."""
    return np.clip(0.5 + inside / (2 * _SOFTNESS), 0, 1)


def _ellipse(x: np.ndarray, y: np.ndarray, width: np.ndarray | float, height: np.ndarray | float) -> np.ndarray:
    """1 inside an ellipse with these half axes around the origin."""
    radius = np.sqrt((x / width) ** 2 + (y / height) ** 2)
    return _step((1 - radius) * np.minimum(width, height))
