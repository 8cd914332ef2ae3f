"""What systems ask of the inputs that a configuration gives them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ai4er.errors import Ai4erError


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
