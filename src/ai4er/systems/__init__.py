"""The published systems, found by their place: `systems/<family>/<slug>.py`."""

from __future__ import annotations

import importlib
import inspect
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

from ai4er.errors import unknown
from ai4er.registry import places

if TYPE_CHECKING:
    from ai4er.systems.base import System

_NOT_SYSTEMS = {"base", "batch", "card"}


def slugs() -> dict[str, str]:
    """Slug -> dotted module path of every system, those of installed extensions included."""
    own = {slug: path for slug, path in places("ai4er.systems").items() if slug not in _NOT_SYSTEMS}
    outside = {entry.name: entry.value for entry in entry_points(group="ai4er.systems")}
    return dict(sorted({**outside, **own}.items()))


def system_class(slug: str) -> type[System]:
    """The class of a system. Raises `Ai4erError` that suggests the nearest slug."""
    from ai4er.systems.base import System

    there = slugs()
    if slug not in there:
        raise unknown("system", slug, there)
    module = importlib.import_module(there[slug])
    found = [
        value
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, System) and value.__module__ == module.__name__
    ]
    assert len(found) == 1, f"{module.__name__} must define exactly one System"
    return found[0]


def tolerant_systems() -> list[str]:
    """The slugs of the systems that do without some of their inputs."""
    return [slug for slug in slugs() if system_class(slug).tolerates_missing]


def baselines() -> list[str]:
    """The slugs of the baselines."""
    return [slug for slug, path in slugs().items() if path.split(".")[-2:-1] == ["baseline"]]
