"""Who speaks, as the targets of a speaker classifier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED
from ai4er.systems.batch import Item


def number_speakers(slug: str, items: Sequence[Item], most: int) -> dict[str, int]:
    """A number from 0 for each speaker. Raises `Ai4erError` where nobody is named, or more than `most` are."""
    names = sorted({item.record.speaker for item in items} - {""})
    if not 0 < len(names) <= most:
        raise Ai4erError(
            f"{slug}: training has {len(names)} speakers, and speakers={most}: set speakers to as many at least, or "
            "speaker_weight=0"
        )
    return {name: number for number, name in enumerate(names)}


def speakers_of(items: Sequence[Item], numbers: Mapping[str, int]) -> Tensor:
    """The number of each item's speaker, (items,); `UNLABELLED` for one that has none."""
    return torch.tensor([numbers.get(item.record.speaker, UNLABELLED) for item in items])
