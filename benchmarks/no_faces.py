"""Pictures without a face: what a recognizer of expressions should not be sure of."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

import numpy as np

from ai4er.records import Record

SIDE = 48


def no_faces(kind: str, number: int, seed: int, faces: Sequence[np.ndarray]) -> list[Record]:
    """So many grey pictures (48, 48) of a kind; those that are made of faces take them one by one.

    Raises `KeyError` for an unknown kind.
    """
    draw, make = np.random.default_rng(seed), _KINDS[kind]
    pictures = (make(draw, np.asarray(faces[i % len(faces)], np.float32)) for i in range(number))
    return [
        Record(f"{kind}/{seed}-{i}", "no_faces", arrays={"image": np.clip(one, 0, 255).astype(np.float32)})
        for i, one in enumerate(pictures)
    ]


def _white(draw: np.random.Generator, _: np.ndarray) -> np.ndarray:
    return draw.uniform(60, 200) + draw.uniform(3, 80) * draw.standard_normal((SIDE, SIDE))


def _clouds(draw: np.random.Generator, _: np.ndarray) -> np.ndarray:
    """Noise whose waves are the higher the longer they are, as in photographs."""
    far = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
    waves = np.fft.fft2(draw.standard_normal((SIDE, SIDE))) / np.maximum(far, 1 / SIDE) ** draw.uniform(0.7, 1.5)
    picture = np.fft.ifft2(waves).real
    return draw.uniform(80, 170) + draw.uniform(5, 60) * (picture - picture.mean()) / picture.std()


def _slopes(draw: np.random.Generator, _: np.ndarray) -> np.ndarray:
    """From one grey to another, or even."""
    turn, (x, y) = draw.uniform(0, 2 * np.pi), np.meshgrid(*[np.linspace(-1, 1, SIDE)] * 2)
    slope = draw.choice((0.0, draw.uniform(5, 80)))
    return draw.uniform(40, 215) + slope * (np.cos(turn) * x + np.sin(turn) * y) + draw.standard_normal((SIDE, SIDE))


def _scrambled(draw: np.random.Generator, face: np.ndarray) -> np.ndarray:
    """A face cut in nine, and put together in another order."""
    blocks = face.reshape(3, 16, 3, 16).transpose(0, 2, 1, 3).reshape(9, 16, 16)[draw.permutation(9)]
    return blocks.reshape(3, 3, 16, 16).transpose(0, 2, 1, 3).reshape(SIDE, SIDE)


def _stripes(draw: np.random.Generator, _: np.ndarray) -> np.ndarray:
    turn, (x, y) = draw.uniform(0, 2 * np.pi), np.meshgrid(np.arange(SIDE), np.arange(SIDE))
    waves = np.sin(2 * np.pi * (np.cos(turn) * x + np.sin(turn) * y) / draw.uniform(4, 24) + draw.uniform(0, 6))
    return draw.uniform(80, 170) + draw.uniform(10, 80) * waves


def _upside_down(_: np.random.Generator, face: np.ndarray) -> np.ndarray:
    return face[::-1]


def _photographs(draw: np.random.Generator, _: np.ndarray) -> np.ndarray:
    """A square of a temple or a flower, the two photographs of scikit-learn."""
    import cv2

    photograph = _samples()[draw.integers(2)]
    side = int(draw.integers(SIDE, 300))
    top, left = (int(draw.integers(0, length - side)) for length in photograph.shape[:2])
    square = photograph[top : top + side, left : left + side] @ np.array([0.299, 0.587, 0.114])
    return cv2.resize(square, (SIDE, SIDE), interpolation=cv2.INTER_AREA)


@functools.cache
def _samples() -> list[np.ndarray]:
    from sklearn.datasets import load_sample_images

    return [np.asarray(image) for image in load_sample_images().images]


LEARNT = ("white noise", "clouds", "slopes", "scrambled faces")
UNSEEN = ("stripes", "faces upside down", "photographs without a face")
_KINDS: dict[str, Callable[[np.random.Generator, np.ndarray], np.ndarray]] = {
    "white noise": _white, "clouds": _clouds, "slopes": _slopes, "scrambled faces": _scrambled, "stripes": _stripes,
    "faces upside down": _upside_down, "photographs without a face": _photographs,
}  # fmt: skip
