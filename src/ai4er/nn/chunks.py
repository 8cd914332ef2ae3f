"""Parts of an utterance that are encoded each by itself: where they lie, and how they are taken out of its frames.

Bounds are (chunks, 2) frames, the first of a chunk and the one behind its last; words are (words, 2) in frames, too.
Source: Lin and Busso, "Chunk-level speech emotion recognition: a general framework of sequence-to-one dynamic temporal
modeling", IEEE Transactions on Affective Computing 2021, for chunks of one length that are evenly spread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor


def spread_windows(frames: int, window: int, count: int) -> np.ndarray:
    """`count` windows, each floor((T - m) / (C - 1)) frames behind the one before; one alone lies in the middle.

    >>> spread_windows(100, 62, 11)[:, 0].tolist()
    [0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30]
    """
    room = max(0, frames - window)
    starts = np.arange(count) * (room // (count - 1)) if count > 1 else np.array([room // 2])
    return np.stack([starts, starts + window], axis=1)


def centred_windows(words: np.ndarray, frames: int, window: int) -> np.ndarray:
    """A window around the middle of every word, moved so far that it lies inside the utterance."""
    starts = np.rint(words.mean(1) - window / 2).astype(int).clip(0, max(0, frames - window))
    return np.stack([starts, starts + window], axis=1)


def whole_words(words: np.ndarray, frames: int) -> np.ndarray:
    """The frames of every word, at least one."""
    starts = np.rint(words[:, 0]).astype(int).clip(0, frames - 1)
    return np.stack([starts, np.rint(words[:, 1]).astype(int).clip(starts + 1, frames)], axis=1)


def equal_parts(frames: int, count: int) -> np.ndarray:
    """`count` parts of equal length, without a gap, at least one frame each."""
    edges = np.rint(np.linspace(0, frames, count + 1)).astype(int)
    starts = edges[:-1].clip(max=frames - 1)
    return np.stack([starts, edges[1:].clip(starts + 1)], axis=1)


def word_groups(words: np.ndarray, frames: int, count: int) -> np.ndarray:
    """`count` groups of neighbouring words, of nearly equal numbers of words, from first start to last end.

    With fewer words than groups there is a group for every word.
    """
    groups = np.array_split(whole_words(words, frames), min(count, len(words)))
    return np.array([[group[0, 0], group[-1, 1]] for group in groups])


def take_chunks(x: Tensor, bounds: Sequence[np.ndarray]) -> tuple[Tensor, Tensor, Tensor]:
    """The chunks of all utterances one after another: x (batch, frames, features).

    -> (chunks, longest, features), zero behind the end of a chunk and of the utterance; their lengths (chunks,); the
    number of chunks of each utterance (batch,).
    """
    counts = torch.tensor([len(one) for one in bounds], device=x.device)
    edges = torch.from_numpy(np.concatenate(bounds)).to(x.device)
    rows = torch.repeat_interleave(torch.arange(len(x), device=x.device), counts)
    lengths = edges[:, 1] - edges[:, 0]
    steps = torch.arange(int(lengths.max()), device=x.device)
    places = edges[:, :1] + steps
    real = (steps < lengths.unsqueeze(1)) & (places < x.shape[1])
    return x[rows.unsqueeze(1), places.clamp(max=x.shape[1] - 1)] * real.unsqueeze(-1), lengths, counts
