"""What systems ask of the inputs that a configuration gives them, and learn of them before training."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from ai4er.errors import Ai4erError
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import StageData
from ai4er.systems.batch import Batch, Padded


def need_vectors(slug: str, shapes: Mapping[str, tuple[int, ...]], names: Sequence[str]) -> None:
    """Every one of these inputs must be there as vectors, (features,), or as a sequence of them, (steps, features).

    `shapes` are those of one step. Raises `Ai4erError` naming the input that is not so.
    """
    for name in names:
        if len(shapes.get(name, ())) != 1:
            raise Ai4erError(
                f"{slug}: input {name!r} is {shapes.get(name, 'absent')}; it needs {', '.join(names)}, each with a "
                "front end that gives (steps, features) or (features,)"
            )


def measure_inputs(statistics: nn.ModuleDict, data: StageData, size: int) -> None:
    """Give the `Standardisation` of each input its statistics over the training part, in batches of `size` items."""
    for name, one in statistics.items():
        assert isinstance(one, Standardisation)
        one.measure(_real_rows(batch, name) for batch in data.batches("train", size))


def _real_rows(batch: Batch, name: str) -> tuple[Tensor, Tensor]:
    given = batch[name]
    return (given.data, given.mask) if isinstance(given, Padded) else (given, batch.available[name])
