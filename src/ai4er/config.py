"""Frozen, typed, validated configurations, and the `name:key=value` notation that names them."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Self

import pydantic

from ai4er.errors import Ai4erError, unknown


class Configuration(pydantic.BaseModel):
    """A frozen value object: equal fields mean an equal object, unknown fields are errors."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **values: Any) -> None:
        for key in values:
            if key not in type(self).model_fields:
                raise self._unknown(key)
        try:
            super().__init__(**values)
        except pydantic.ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"]))
            raise Ai4erError(f"{self._given(where, first['input'], values)}: {reason(error)}") from None

    @classmethod
    def _unknown(cls, key: str) -> Ai4erError:
        return unknown(f"setting of {cls.__name__}", key, cls.model_fields)

    @classmethod
    def _given(cls, where: str, value: Any, values: Mapping[str, Any]) -> str:
        """What an error begins with: the wrong setting, or (`where` is empty) all of them together."""
        return f"setting {where}={value!r}" if where else f"settings of {cls.__name__}"

    def override(self, settings: Mapping[str, Any]) -> Self:
        """A copy with some fields replaced; text values are parsed as the field's type.

        Raises `Ai4erError` for an unknown field or a value of the wrong type.
        """
        fields = type(self).model_fields
        given = {k: v if k in fields and fields[k].annotation is str else _parse(v) for k, v in settings.items()}
        return type(self)(**{**self.model_dump(), **given})

    def digest(self) -> str:
        """Sixteen hexadecimal digits that change when the class or any field changes."""
        text = type(self).__qualname__ + json.dumps(self.model_dump(mode="json"), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def reason(error: pydantic.ValidationError) -> str:
    """The first thing that is wrong, in words that follow what was given."""
    return error.errors()[0]["msg"].removeprefix("Value error, ").replace("Input should", "it should", 1)


def _parse(value: Any) -> Any:
    """Text that is a JSON list, object or null becomes its value; other text is left to pydantic."""
    if not isinstance(value, str):
        return value
    if value.lower() in ("null", "none"):
        return None
    if value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except json.JSONDecodeError:
            raise Ai4erError(f"{value!r} is not a list or object in JSON notation") from None
    return value


def parse_spec(spec: str) -> tuple[str, dict[str, str]]:
    """Split `name:key=value,key=value` into the name and its settings; a value may stand in double quotes.

    >>> parse_spec("mfcc:coefficients=39,samples=96000")
    ('mfcc', {'coefficients': '39', 'samples': '96000'})
    >>> parse_spec('manifest:file="one+two/a,b.csv",label=class')
    ('manifest', {'file': 'one+two/a,b.csv', 'label': 'class'})
    """
    name, _, rest = spec.partition(":")
    settings: dict[str, str] = {}
    for part in filter(None, split_spec(rest, ",")):
        key, equals, value = part.partition("=")
        if not equals:
            raise Ai4erError(
                f"{spec!r}: write name:key=value,key=value ({part!r} has no '='); a value with a comma, a plus or a "
                'bar stands in double quotes: key="one,two"'
            )
        settings[key.strip()] = _unquoted(value.strip())
    return name.strip(), settings


def split_spec(text: str, separator: str) -> list[str]:
    """The parts of a text between separators; what stands in double quotes is not divided.

    >>> split_spec('emodb+manifest:file="one+two.csv"', "+")
    ['emodb', 'manifest:file="one+two.csv"']
    """
    if text.count('"') % 2:
        raise Ai4erError(f"{text!r}: a double quote is not closed")
    return re.split(rf'{re.escape(separator)}(?=(?:[^"]*"[^"]*")*[^"]*$)', text)


def quoted(value: str) -> str:
    """A value as a spec writes it: in double quotes where it holds a separator of settings or of changes."""
    return f'"{value}"' if set(value) & set(",|") else value


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
