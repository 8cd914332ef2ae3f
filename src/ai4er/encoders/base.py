"""What the front ends with a pretrained network share: the loaded network and batches of similar length."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ai4er.encoders._load import Kind, pretrained, tokenizer
from ai4er.encoders._locate import identity
from ai4er.features.base import FrontEnd


class EncoderFrontEnd(FrontEnd):
    """A front end whose values come from the pretrained network or tokenizer named by `encoder`."""

    encoder: str

    def digest(self) -> str:
        """Also changes when the files of a local folder change, so that no stale features are reused."""
        plain, files = super().digest(), identity(self.encoder)
        return hashlib.sha256((plain + files).encode()).hexdigest()[:16] if files else plain

    def network(self, kind: Kind) -> Any:
        """The frozen network on the device that there is, loaded once per process."""
        import torch

        return _network(self.encoder, kind, "cuda" if torch.cuda.is_available() else "cpu", identity(self.encoder))

    def tokenizer(self) -> Any:
        """The tokenizer, loaded once per process."""
        return _tokenizer(self.encoder, identity(self.encoder))


@functools.lru_cache(maxsize=4)
def _network(spec: str, kind: Kind, device: str, files: str) -> Any:
    network: Any = pretrained(spec, kind)
    return network.requires_grad_(False).to(device)


@functools.lru_cache(maxsize=8)
def _tokenizer(spec: str, files: str) -> Any:
    return tokenizer(spec, "text")


def batches(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Positions in groups of similar length, each of at most `budget` steps with its padding.

    >>> list(batches([2, 9, 3, 2], budget=8))
    [[0, 3], [2], [1]]
    """
    group: list[int] = []
    for position in np.argsort(lengths, kind="stable").tolist():
        if group and (len(group) + 1) * lengths[position] > budget:
            yield group
            group = []
        group.append(position)
    if group:
        yield group


def padded(rows: Sequence[np.ndarray], value: float = 0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of different length as one matrix filled up with `value`, and its mask (1 on real steps)."""
    lengths = np.array([len(row) for row in rows])
    mask = np.arange(lengths.max()) < lengths[:, None]
    matrix = np.full(mask.shape, value, rows[0].dtype)
    matrix[mask] = np.concatenate(rows)
    return matrix, mask.astype(np.int64)
