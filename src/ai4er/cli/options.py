"""The options that several commands share, and lines for the person on the error stream."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from ai4er.errors import Ai4erError

Data = Annotated[Path | None, typer.Option("--data", help="Folder that holds the corpora (or AI4ER_DATA).")]
Labels = Annotated[str | None, typer.Option("--labels", help="Label space, such as common4.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="key=value of the system's configuration.")]
Offline = Annotated[
    bool, typer.Option("--offline", help="Take the declared substitute of an absent encoder, or setting for a CPU.")
]
Small = Annotated[bool, typer.Option("--small", help="Take the small configuration, to try things out in seconds.")]
Protocol = Annotated[str, typer.Option("--protocol", help="Such as loso, speaker_kfold:folds=5, official.")]
Seed = Annotated[int, typer.Option("--seed", min=0)]
Out = Annotated[Path | None, typer.Option("--out", help="Folder of the run.")]
Systems = Annotated[str, typer.Option("--systems", help="all, family:speech,fusion or slugs.")]
Resume = Annotated[bool, typer.Option("--resume", help="Go on with a run that was stopped.")]


def say(line: str) -> None:
    """Tell the person something that is not part of the result."""
    print(line, file=sys.stderr)


def numbers(option: str, text: str) -> list[int]:
    """`1,3-5` as 1, 3, 4, 5. Raises `Ai4erError` that names the option for anything else.

    >>> numbers("--folds", "1,3-5")
    [1, 3, 4, 5]
    """
    try:
        bounds = [part.split("-") for part in text.split(",")]
        found = [n for part in bounds for n in range(int(part[0]), int(part[-1]) + 1)]
    except ValueError:
        found = []
    if not found:
        raise Ai4erError(f"{option} {text!r}: write numbers such as 1,3-5")
    return found


def pairs(given: list[str] | None) -> dict[str, Any]:
    """`key=value` texts as settings. Raises `Ai4erError` for one without `=`."""
    settings = {}
    for pair in given or []:
        key, equals, value = pair.partition("=")
        if not equals:
            raise Ai4erError(f"--set {pair!r}: write key=value")
        settings[key.strip()] = value.strip()
    return settings
