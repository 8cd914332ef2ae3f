"""Reverberation: sound as it arrives in a room, by convolution with an impulse response.

    record = reverberant(record, seconds=0.6, seed=0)

The response of a room is generated: Gaussian noise under an exponential decay behind the direct sound. Source: Polack,
"Playing billiards in the concert hall: the mathematical foundations of geometrical room acoustics", Applied Acoustics
1993; as augmentation Ko et al., "A study on data augmentation of reverberant speech for robust speech recognition",
ICASSP 2017.
"""

from __future__ import annotations

import functools

import numpy as np

from ai4er.augment.item_draw import item_generator
from ai4er.augment.mixing import at_level, rms
from ai4er.corpora._signals import LazyArrays
from ai4er.features.media import audio_of, sample_rate_of
from ai4er.records import Record


def impulse_response(
    seconds: float, sample_rate: int, generator: np.random.Generator, direct_to_reverberant: float = 0.0
) -> np.ndarray:
    """The response (samples,) of a room in which sound falls by 60 decibels within `seconds`.

    The first sample is the direct sound, with a power `direct_to_reverberant` decibels above that of all that follows.
    """
    time = np.arange(1, max(2, round(seconds * sample_rate))) / sample_rate
    tail = generator.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
    tail *= 10 ** (-direct_to_reverberant / 20) / np.sqrt(np.square(tail).sum())
    return np.concatenate([[1.0], tail])


def reverberate(samples: np.ndarray, response: np.ndarray) -> np.ndarray:
    """The samples (samples,) in the room of a response: of the same length and level; silence stays silent."""
    from scipy.signal import fftconvolve

    if not rms(samples):
        return samples
    heard = fftconvolve(samples.astype(np.float64), response)[: len(samples)]
    return at_level(heard, rms(samples)).astype(np.float32)


def reverberant(record: Record, seconds: float, seed: int) -> Record:
    """The record in a room of this reverberation time; the room is drawn from (seed, corpus, id) alone.

    Its samples stand in `arrays["audio"]`, computed whenever they are asked for. Raises `Ai4erError` for a record
    without sound.
    """
    rate = sample_rate_of(record)
    loaders = {name: functools.partial(record.arrays.__getitem__, name) for name in record.arrays}
    loaders["audio"] = functools.partial(_heard, record, seconds, seed, rate)
    arrays: dict[str, np.ndarray] = LazyArrays(loaders)  # type: ignore[assignment]
    return record.replace(arrays=arrays, attributes={**record.attributes, "sample_rate": str(rate)})


def _heard(record: Record, seconds: float, seed: int, rate: int) -> np.ndarray:
    room = impulse_response(seconds, rate, item_generator(record, seed, "room"))
    return reverberate(audio_of(record, rate), room)
