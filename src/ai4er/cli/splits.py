"""Commands about what training and test share: `protocols` and `audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ai4er.cli.options import Data, Labels, Seed
from ai4er.errors import Ai4erError


def protocols(
    name: Annotated[str | None, typer.Argument(help="Such as loso, or 'speaker_kfold:folds=5|few_shot'.")] = None,
    corpus: Annotated[
        str | None, typer.Option("--corpus", help="Make the folds of this corpus, and test them.")
    ] = None,
    data: Data = None,
    labels: Labels = None,
    seed: Seed = 0,
) -> None:
    """List the protocols, tell about one, or show and test its folds on a corpus."""
    from ai4er.cli.show_protocols import show_folds, show_protocol, show_protocols

    if name is None:
        if corpus is not None:
            raise Ai4erError("--corpus needs the name of a protocol: ai4er protocols loso --corpus emodb")
        show_protocols()
        return
    from ai4er.protocols.base import parse_protocol

    protocol = parse_protocol(name)
    show_protocol(protocol)
    if corpus is not None:
        from ai4er.training.data import load_data

        kinds = ("single", "distribution", "multi", "dimensions", "score", "preference")
        show_folds(protocol, load_data(corpus, kinds, data, labels), seed)


def audit(
    split: Annotated[Path, typer.Argument(help="Table with file or id, split or fold; speaker and text if known.")],
    data: Annotated[Path | None, typer.Option("--data", help="Folder that the files are relative to.")] = None,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", help="What may be shared: sentence, speaker ...; may be repeated.")
    ] = None,
) -> None:
    """Find what the parts of anybody's split file share; the exit status is 1 when something leaks."""
    from ai4er.errors import unknown
    from ai4er.protocols.leaks.findings import KINDS, findings
    from ai4er.protocols.leaks.split_file import read_split

    allowed = set(allow or ())
    for kind in sorted(allowed - set(KINDS)):
        raise unknown("kind of leak", kind, KINDS)
    if data is not None and not data.is_dir():
        raise Ai4erError(f"--data {data}: no such folder")
    entries = read_split(split, data)
    if data is not None and not any(entry.file and entry.file.is_file() for entry in entries):
        raise Ai4erError(
            f"--data {data} has none of the files of {split}, such as {entries[0].file or entries[0].name}"
        )
    found = findings(entries)
    for one in found:
        state = (
            "allowed" if one.leaks and one.kind in allowed else {True: "LEAK", False: "ok", None: "unknown"}[one.leaks]
        )
        print(f"{state:8}{one.line}")
    if any(one.leaks and one.kind not in allowed for one in found):
        raise SystemExit(1)
