"""Names of protocols and of changes to the training role: one file, one name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ai4er.config import Configuration, quoted
from ai4er.errors import Ai4erError, unknown
from ai4er.registry import find, places

if TYPE_CHECKING:
    from ai4er.protocols.base import Protocol
    from ai4er.protocols.changes.base import Change

PROTOCOLS, CHANGES = "ai4er.protocols", "ai4er.protocols.changes"

WRITTEN = {"parts": "folds"}
"""Settings that specs write differently: a field cannot have the name of the method `folds`."""


class Named(Configuration):
    """Settings in a file whose name is theirs: a protocol, or a change of the training role."""

    @property
    def spec(self) -> str:
        """The name, with the settings that differ from the defaults."""
        return self._spec(self.model_dump(exclude_defaults=True))

    @property
    def settings(self) -> list[str]:
        """Every setting as specs write it, `key=value`."""
        return _written(self.model_dump())

    @classmethod
    def _spec(cls, values: Mapping[str, Any]) -> str:
        settings = ",".join(_written(values))
        return _name(cls) + (":" + settings if settings else "")

    @classmethod
    def _unknown(cls, key: str) -> Ai4erError:
        return unknown(f"setting of {_name(cls)}", key, [WRITTEN.get(field, field) for field in cls.model_fields])

    @classmethod
    def _given(cls, where: str, value: Any, values: Mapping[str, Any]) -> str:
        """The spec as far as it is wrong."""
        usual, wrong = cls().model_dump(), where.partition(".")[0]
        return cls._spec({key: one for key, one in values.items() if (key == wrong if wrong else one != usual[key])})


def _name(kind: type[Named]) -> str:
    return kind.__module__.rsplit(".", 1)[-1]


def _written(values: Mapping[str, Any]) -> list[str]:
    texts = {key: "none" if value is None else quoted(str(value)) for key, value in values.items()}
    return [f"{WRITTEN.get(key, key)}={text}" for key, text in texts.items()]


def protocol_names() -> list[str]:
    """The names that `parse_protocol` accepts, without the aliases."""
    return sorted(name for name, path in places(PROTOCOLS).items() if path == f"{PROTOCOLS}.{name}")


def kinds() -> dict[str, type[Protocol]]:
    """Every protocol by its name."""
    return {name: find(PROTOCOLS, "protocol", name).PROTOCOL for name in protocol_names()}


def changes() -> dict[str, type[Change]]:
    """Every change of the training role by its name; they follow a protocol: `loso|few_shot:shots=5`."""
    return {name: find(CHANGES, "change", name).CHANGE for name in sorted(places(CHANGES))}
