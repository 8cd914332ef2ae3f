"""The same weights for another label space with as many names: learnt from shares, used for labels."""

from __future__ import annotations

from typing import TypeVar

from ai4er.labels import LabelSpace
from ai4er.systems.base import System

S = TypeVar("S", bound=System)


def in_space(system: S, space: LabelSpace) -> S:
    """A system like this one, with its weights, that predicts the names of `space`."""
    made = type(system)(system.config, space, system.shapes, system.timed)
    made.load_state_dict(system.state_dict())
    return made.eval()
