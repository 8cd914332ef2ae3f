"""Scenes as what a system reads: frames, vectors, sound, words, EEG.

Frames are the factors turned into the features of the system's own input by an orthonormal mixing, with a little noise
in every feature. A vector is a mixing of every factor's mean and standard deviation over time, as functionals are: it
knows neither the order nor which factors occur together. Sound is a tone for each factor, louder by 10 dB for each
unit. Words are a random one of twelve for each symbol. EEG windows of an ordinary scene are mixed like frames; those of
an EEG scene are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ai4er.diagnostics.suite._intake import Form
from ai4er.records import Record, Records

RATE, SAMPLES = 16_000, 640
"""Hertz, and samples of a step: 40 ms."""
_GAIN, _NOISE = 2.0, 0.3
_LOWEST, _OCTAVES = 200.0, 4.8
_WIDTH = 32
"""The least number of features of a vector."""
_WORDS = ("river", "stone", "window", "garden", "paper", "bridge", "lamp", "market", "cloud", "train", "table", "music")

Shown = list[np.ndarray | None]
"""The factors of every record; None where the modality is missing."""

Piece = tuple[str, np.ndarray | str | None]
"""An array with its name, or words, that an input reads of a record; None where the modality is missing."""


def rendered(records: Records, forms: Mapping[str, Form], seed: int) -> Records:
    """The records of a scene with what each input reads in place of the factors.

    One modality is shown to every input, each in its own way; several go to the inputs in their order, and an input
    that is left over shows factors of zero.
    """
    modalities = sorted({name for record in records for name in record.arrays})
    parts: list[list[Piece]] = []
    for place, (name, form) in enumerate(forms.items()):
        if len(modalities) == 1 or place < len(modalities):
            modality = modalities[min(place, len(modalities) - 1)]
            shown = [record.arrays.get(modality) for record in records]
        else:
            shown = [np.zeros_like(next(iter(record.arrays.values()))) for record in records]
        draw = _RENDERINGS[form.kind]
        parts.append(draw(name, form, shown, np.random.default_rng([seed, 201, place])))
    return Records(_joined(record, pieces) for record, pieces in zip(records, zip(*parts)))


def _joined(record: Record, pieces: Sequence[Piece]) -> Record:
    """A record that shows the pieces of all inputs in place of the factors."""
    arrays = {name: value for name, value in pieces if isinstance(value, np.ndarray)}
    text = next((value for _, value in pieces if isinstance(value, str)), None)
    rate = {"sample_rate": str(RATE)} if "audio" in arrays else {}
    return record.replace(arrays=arrays, text=text, attributes={**record.attributes, **rate})


def _mixing(factors: int, features: int, generator: np.random.Generator) -> np.ndarray:
    """Orthonormal rows, (factors, features)."""
    return np.linalg.qr(generator.standard_normal((features, factors)))[0].T


def _mixed(x: np.ndarray, mixing: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return _GAIN * x @ mixing + _NOISE * generator.standard_normal((len(x), mixing.shape[1]))


def _frames(name: str, form: Form, shown: Shown, generator: np.random.Generator) -> list[Piece]:
    mixing = _mixing(_factors(shown), form.size[0], generator)
    return [(name, None if x is None else _single(_mixed(x, mixing, generator))) for x in shown]


def _vector(name: str, form: Form, shown: Shown, generator: np.random.Generator) -> list[Piece]:
    if _first(shown).ndim == 3:
        return [(name, None if x is None else _pooled(x.reshape(len(x), -1))) for x in shown]
    mixing = _mixing(2 * _factors(shown), max(_WIDTH, 2 * _factors(shown)), generator)

    def noisy(x: np.ndarray) -> np.ndarray:
        return _GAIN * x + _NOISE * generator.standard_normal(x.shape)

    return [(name, None if x is None else _single(_pooled(noisy(x)) @ mixing)) for x in shown]


def _eeg(name: str, form: Form, shown: Shown, generator: np.random.Generator) -> list[Piece]:
    if _first(shown).ndim == 3:
        return [(name, x) for x in shown]
    mixing = _mixing(_factors(shown), form.size[0] * form.size[1], generator)
    return [
        (name, None if x is None else _single(_mixed(x, mixing, generator).reshape(len(x), *form.size))) for x in shown
    ]


def _sound(name: str, form: Form, shown: Shown, generator: np.random.Generator) -> list[Piece]:
    factors = _factors(shown)
    pitch = generator.permutation(_LOWEST * 2 ** np.linspace(0, _OCTAVES, factors))
    return [("audio", None if x is None else _tones(x, pitch, generator)) for x in shown]


def _tones(x: np.ndarray, pitch: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    level = 0.01 * 10 ** np.clip(x / 2, -1, 1.5)
    time = np.arange(len(x) * SAMPLES) / RATE
    waves = np.sin(2 * np.pi * pitch[:, None] * time + generator.uniform(0, 2 * np.pi, (len(pitch), 1)))
    sound = (waves * level.repeat(SAMPLES, axis=0).T).sum(0) + 0.002 * generator.standard_normal(len(time))
    return _single(sound)


def _words(name: str, form: Form, shown: Shown, generator: np.random.Generator) -> list[Piece]:
    words = generator.permutation(_WORDS)
    return [(name, None if x is None else " ".join(words[x.argmax(1)])) for x in shown]


_RENDERINGS: dict[str, Callable[[str, Form, Shown, np.random.Generator], list[Piece]]] = {
    "frames": _frames, "vector": _vector, "eeg": _eeg, "sound": _sound, "words": _words,
}  # fmt: skip


def _pooled(frames: np.ndarray) -> np.ndarray:
    return _single(np.concatenate([frames.mean(0), frames.std(0)]))


def _first(shown: Shown) -> np.ndarray:
    return next(x for x in shown if x is not None)


def _factors(shown: Shown) -> int:
    return int(_first(shown).shape[-1])


def _single(values: np.ndarray) -> np.ndarray:
    return np.ascontiguousarray(values, np.float32)
