"""Every recently published way to recognise human emotion, behind one interface.

>>> import ai4er
>>> [entry["system"] for entry in ai4er.catalogue() if entry["system"] == "tim_net"]
['tim_net']
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ai4er.overview import catalogue
    from ai4er.recognition.recognize import load, recognize
    from ai4er.training.run import train

__all__ = ["catalogue", "load", "recognize", "train"]

_PLACES = {
    "catalogue": "ai4er.overview",
    "load": "ai4er.recognition.recognize",
    "recognize": "ai4er.recognition.recognize",
    "train": "ai4er.training.run",
}


def __getattr__(name: str) -> Any:
    """Import on first use, so that `import ai4er` costs nothing."""
    if name not in _PLACES:
        raise AttributeError(f"module 'ai4er' has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(_PLACES[name]), name)
