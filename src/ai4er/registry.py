"""Finding things by their place: one module in a package = one entry of that name."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from ai4er.errors import unknown


def places(package: str) -> dict[str, str]:
    """Module name -> dotted path of every public module below a package, without importing any.

    Modules whose name begins with `_`, and those called `base`, are helpers and left out.
    """
    root = importlib.import_module(package)
    return {
        info.name.rsplit(".", 1)[-1]: info.name
        for info in pkgutil.walk_packages(root.__path__, package + ".")
        if not info.ispkg and not info.name.rsplit(".", 1)[-1].startswith("_")
        and info.name.rsplit(".", 1)[-1] != "base"
    }  # fmt: skip


def find(package: str, what: str, name: str) -> ModuleType:
    """Import the module of that name. Raises `Ai4erError` that suggests the nearest name."""
    there = places(package)
    if name not in there:
        raise unknown(what, name, there)
    return importlib.import_module(there[name])
