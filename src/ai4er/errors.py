"""The one error type that is meant for the person at the terminal."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class Ai4erError(Exception):
    """What was given, what is accepted and what to do, on one line.

    The command line prints it without a traceback and exits with status 1.
    """


def unknown(what: str, given: str, accepted: Iterable[str]) -> Ai4erError:
    """The error for a name that does not exist, with the nearest names that do.

    >>> str(unknown("system", "timnet", ["tim_net", "dwformer"]))
    "no system named 'timnet': did you mean 'tim_net'?"
    """
    names = sorted(accepted)
    near = difflib.get_close_matches(given, names, n=3, cutoff=0.5)
    if near:
        hint = "did you mean " + " or ".join(repr(n) for n in near) + "?"
    else:
        hint = "there is " + ", ".join(names) if names else "there is none"
    return Ai4erError(f"no {what} named {given!r}: {hint}")
