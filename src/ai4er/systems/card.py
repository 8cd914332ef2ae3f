"""Cards: what is known about a published system, as data."""

from __future__ import annotations

from typing import Any, Literal

from ai4er.config import Configuration

Certainty = Literal["known", "memory", "second-hand", "inferred", "abstract"]


class Reported(Configuration):
    """One number of the paper, and how sure the sheet is of it."""

    corpus: str
    protocol: str
    metric: str
    value: float
    certainty: Certainty = "known"
    note: str = ""


class Diagnostic(Configuration):
    """The generated corpus on which the distinctive part must be worth `margin`.

    `mechanism` names a module of `ai4er.diagnostics`; `settings` are configuration overrides of
    both contestants, `ablation` those that take the distinctive part away. The mean difference
    of `metric` over at least five seeds must reach `margin`.
    """

    mechanism: str
    ablation: dict[str, Any]
    margin: float
    metric: str = "ua"
    settings: dict[str, Any] = {}
    removes: str = ""


class Card(Configuration):
    """What the catalogue says of a system; slug and family are those of its file.

    `padding_bound` is the largest change of an output that padding may cause and `padding_reason`
    why (0 and empty for all but encoders that break padding invariance by nature).
    `frozen` are name prefixes of parameters that are never trained.
    """

    title: str
    venue: str
    year: int
    paper: str
    inputs: tuple[str, ...]
    task: str
    official_code: str = "none"
    licence: str = "none"
    reported: tuple[Reported, ...] = ()
    diagnostic: Diagnostic | None = None
    frozen: tuple[str, ...] = ()
    padding_bound: float = 0.0
    padding_reason: str = ""
