"""Finding who speaks when in a whole conversation: windows, stretches of speech, pieces, speakers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

from ai4er.labels.turns import Turn

Span = tuple[float, float]
"""Start and end in seconds."""
RATE = 16_000
WINDOW, SHIFT = 2.99, 1.0  # seconds
_TOGETHER = 32  # windows of a batch


def stitched(windows: Sequence[np.ndarray], shift: int, kept: int) -> np.ndarray:
    """One value for each frame out of windows (frames, ...) that begin `shift` frames one after another.

    The first window gives its first `kept` frames, each other one the frames `kept - shift` to `kept` of its own, the
    last one all that is left.
    """
    parts = [windows[0] if len(windows) == 1 else windows[0][:kept]]
    parts += [window[kept - shift : kept] for window in windows[1:-1]]
    parts += [windows[-1][kept - shift :]] if len(windows) > 1 else []
    return np.concatenate(parts)


class Reader(Protocol):
    """What a conversation is read with; recordings are (samples,) at 16 kHz."""

    def speaks(self, windows: Sequence[np.ndarray]) -> list[np.ndarray]:
        """0 or 1 for each frame of some recordings."""

    def voice(self, samples: np.ndarray) -> np.ndarray:
        """A vector that tells who speaks, (features,)."""

    def understood(self, samples: np.ndarray) -> tuple[str, str]:
        """The emotion and the words of a recording."""


def find_turns(samples: np.ndarray, reader: Reader, hop: int, speakers: int) -> list[Turn]:
    """The turns of a conversation of this many speakers, in the order of time; frames have `hop` samples."""

    def cut(start: float, end: float) -> np.ndarray:
        return samples[round(start * RATE) : round(end * RATE)]

    speech = speech_frames(samples, reader.speaks, round(WINDOW * RATE), round(SHIFT * RATE), hop)
    pieces = [piece for span in spans_of(speech, hop / RATE) for piece in pieces_of(span)]
    if not pieces:
        return []
    voices = np.stack([reader.voice(cut(*piece)) for piece in pieces])
    turns = turns_of(pieces, clusters(voices, speakers).tolist())
    return [Turn(start, end, str(speaker), *reader.understood(cut(start, end))) for start, end, speaker in turns]


def speech_frames(
    samples: np.ndarray, speaks: Callable[[Sequence[np.ndarray]], list[np.ndarray]], window: int, shift: int, hop: int
) -> np.ndarray:
    """Whether each frame of `hop` samples of a recording is speech, from windows that overlap.

    `window` and `shift` are in samples; `speaks` gives 0 or 1 for the frames of several windows.
    """
    number = max(0, -(-(len(samples) - window) // shift)) + 1
    windows = [samples[first * shift : first * shift + window] for first in range(number)]
    found = [one for start in range(0, number, _TOGETHER) for one in speaks(windows[start : start + _TOGETHER])]
    frames = shift // hop
    return stitched(found, frames, 2 * frames)


def spans_of(speech: np.ndarray, hop: float, gap: float = 0.25, shortest: float = 0.25) -> list[Span]:
    """Stretches of speech in frames (frames,) of `hop` seconds: gaps of up to `gap` closed, short ones left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], np.asarray(speech, int), [0]])))
    spans: list[Span] = []
    for start, end in zip(edges[::2] * hop, edges[1::2] * hop):
        if spans and start - spans[-1][1] <= gap + 1e-9:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return [span for span in spans if span[1] - span[0] >= shortest - 1e-9]


def pieces_of(span: Span, length: float = 0.99, step: float = 0.5) -> list[Span]:
    """Pieces of a stretch: one of up to a second stays whole, and the last piece ends where the stretch does."""
    start, end = span
    if end - start <= 1.0:
        return [span]
    firsts = np.arange(start, end - length, step)
    found = [(float(first), float(first + length)) for first in firsts]
    return [*found, (end - length, end)]


def clusters(embeddings: np.ndarray, number: int, pruned: float = 0.1, seed: int = 0) -> np.ndarray:
    """Which of `number` speakers each piece is of: embeddings (pieces, features) -> (pieces,).

    Spectral clustering of cosine similarities: in each row all but the top `pruned` part become 0, the matrix is
    averaged with its transpose, and k-means reads the eigenvectors of the smallest eigenvalues of its Laplacian
    D - A. Six entries of a row are kept at least, so that a short conversation does not fall apart. Source: von
    Luxburg, "A tutorial on spectral clustering", 2007, unnormalised clustering.
    """
    from sklearn.cluster import KMeans

    if len(embeddings) <= number:
        return np.arange(len(embeddings))
    unit = embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)
    similar = unit @ unit.T
    dropped = np.argsort(similar, axis=1, kind="stable")[
        :, : min(int((1 - pruned) * len(similar)), max(0, len(similar) - 6))
    ]
    np.put_along_axis(similar, dropped, 0, axis=1)
    similar = (similar + similar.T) / 2
    np.fill_diagonal(similar, 0)
    _, vectors = np.linalg.eigh(np.diag(np.abs(similar).sum(1)) - similar)
    labels: np.ndarray = KMeans(number, n_init=10, random_state=seed).fit_predict(vectors[:, :number])
    return labels


def turns_of(pieces: Sequence[Span], speakers: Sequence[int]) -> list[tuple[float, float, int]]:
    """Neighbouring pieces of one speaker as a turn (start, end, speaker); what pieces of two share is halved."""
    turns: list[tuple[float, float, int]] = []
    for (start, end), speaker in sorted(zip(pieces, map(int, speakers))):
        if turns and turns[-1][2] == speaker and start <= turns[-1][1] + 1e-9:
            turns[-1] = (turns[-1][0], max(end, turns[-1][1]), speaker)
            continue
        if turns and start < turns[-1][1]:
            middle = (start + turns[-1][1]) / 2
            turns[-1], start = (turns[-1][0], middle, turns[-1][2]), middle
        turns.append((start, end, speaker))
    return turns
