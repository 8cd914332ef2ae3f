"""Randomness that belongs to an item: the same in every fold, for every system, in whatever order."""

from __future__ import annotations

import hashlib

import numpy as np

from ai4er.records import Record


def item_generator(record: Record, seed: int, purpose: str) -> np.random.Generator:
    """A generator that depends on the record's corpus and id, the seed and the purpose, and nothing else."""
    return np.random.default_rng(_number(record, seed, purpose))


def item_share(record: Record, seed: int, purpose: str) -> float:
    """A number evenly drawn from [0, 1), by the same."""
    return _number(record, seed, purpose) / 2**64


def _number(record: Record, seed: int, purpose: str) -> int:
    content = "\n".join((record.corpus, record.id, str(seed), purpose)).encode()
    return int.from_bytes(hashlib.sha256(content).digest()[:8]) >> 11 << 11
