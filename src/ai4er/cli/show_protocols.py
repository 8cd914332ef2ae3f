"""Protocols and their folds on the terminal."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ai4er.protocols.base import Protocol
    from ai4er.protocols.changes.base import Change
    from ai4er.training.data import Data


def show_protocols() -> None:
    """One line a protocol, then one line a change of the training role, with their settings."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from ai4er.protocols.base import changes, kinds

    console = Console()
    for title, found in (("protocol", kinds()), ("behind a protocol, after |", changes())):
        table = Table(box=SIMPLE)
        for column in (title, "settings", "what it is"):
            table.add_column(column, no_wrap=column == title)
        for name, kind in found.items():
            table.add_row(name, " ".join(kind().settings), _first_line(kind))
        console.print(table)
    print("ai4er protocols NAME tells about one; with --corpus its folds are made and tested.")


def show_protocol(protocol: Protocol) -> None:
    """What a protocol is, promises, and can be set to."""
    parts: list[Protocol | Change] = [protocol, *protocol.changes]
    for part in parts:
        print(f"{part.spec}\n  {_first_line(type(part))}")
        print(f"  {' '.join((inspect.getdoc(type(part)) or '').split())}")
        print(f"  settings: {', '.join(part.settings) or 'none'}")
    print(f"promise: {protocol.promise()}")


def show_folds(protocol: Protocol, data: Data, seed: int) -> None:
    """The folds of a protocol on a corpus, audited, and what all of them guarantee."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    from ai4er.protocols.base import audit
    from ai4er.protocols.leaks.guarantees import guarantees

    folds = data.folds(protocol, seed)
    roles = list(dict.fromkeys(role for fold in folds for role in fold.roles))
    table = Table(box=SIMPLE)
    for column in ("fold", *roles, "mark", "notes"):
        table.add_column(column, justify="right" if column in roles else "left")
    for fold in folds:
        audit(fold, data.records, protocol)
        sizes = [str(len(fold.roles.get(role, ()))) for role in roles]
        table.add_row(fold.name, *sizes, fold.mark, "; ".join(fold.notes))
    Console().print(table)
    print(f"tested on {data.spec}, {len(folds)} {'folds' if len(folds) > 1 else 'fold'}: ", end="")
    print(guarantees(folds, data.records))


def _first_line(kind: type[Protocol] | type[Change]) -> str:
    """The first line of the file that holds the protocol."""
    return (inspect.getdoc(inspect.getmodule(kind)) or "").partition("\n")[0]
