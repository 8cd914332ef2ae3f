"""Lists of numbers in specs, `10+5+0`: commas separate settings."""

from __future__ import annotations

from typing import Annotated, Any

import pydantic


def _read(value: Any) -> Any:
    return [part.strip() for part in value.split("+")] if isinstance(value, str) else value


def _write(numbers: tuple[float, ...]) -> str:
    return "+".join(f"{number:g}" for number in numbers)


def _different(numbers: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(numbers)) < len(numbers):
        raise ValueError("a number is written twice")
    return numbers


Numbers = Annotated[
    tuple[pydantic.FiniteFloat, ...],
    pydantic.Field(min_length=1),
    pydantic.BeforeValidator(_read),
    pydantic.AfterValidator(_different),
    pydantic.PlainSerializer(_write, return_type=str),
]
"""One or more different numbers, joined by `+` in a spec."""
