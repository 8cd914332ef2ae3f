"""Commands about what training and test share: `protocols` and `audit`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ai4er.cli.options import Data, Labels, Seed
from ai4er.errors import Ai4erError

if TYPE_CHECKING:
    from ai4er.protocols.leaks.findings import Finding


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
    split: Annotated[
        Path, typer.Argument(help="Table with file or id, and split or fold; a run record; a run folder.")
    ],
    data: Annotated[Path | None, typer.Option("--data", help="Folder that the files are relative to.")] = None,
    allow: Annotated[
        list[str] | None, typer.Option("--allow", help="What may be shared: sentence, speaker ...; may be repeated.")
    ] = None,
    statistics: Annotated[
        Path | None, typer.Option("--statistics", help="Mean and std that normalise the features (json, npz, csv).")
    ] = None,
    features: Annotated[
        Path | None, typer.Option("--features", help="The features before that, by item (npz, csv).")
    ] = None,
    log: Annotated[Path | None, typer.Option("--log", help="Scores of every epoch on validation and test.")] = None,
    epoch: Annotated[int | None, typer.Option("--epoch", help="The epoch that was chosen.")] = None,
) -> None:
    """Find what anybody's split, run record (JSON) or run folder leaks; the exit status is 1 when something does."""
    from ai4er.errors import unknown
    from ai4er.protocols.leaks.findings import KINDS
    from ai4er.protocols.leaks.run_record import RUN_KINDS

    is_run = split.is_dir() or split.suffix.lower() == ".json"
    if is_run and (statistics or features or log):
        raise Ai4erError("--statistics, --features and --log go with a split file; a run says these things itself")
    if (statistics is None) != (features is None) or (log is None) != (epoch is None):
        raise Ai4erError("--statistics goes together with --features, and --log with --epoch")
    kinds, allowed = RUN_KINDS if is_run else (*KINDS, "statistics", "selection"), set(allow or ())
    for kind in sorted(allowed - set(kinds)):
        raise unknown("kind of leak", kind, kinds)
    found = _of_run(split, data) if is_run else _of_table(split, data)
    if statistics is not None and features is not None:
        found.append(_of_statistics(split, statistics, features))
    if log is not None and epoch is not None:
        from ai4er.protocols.leaks.training_log import selection

        found.append(selection(log, epoch))
    for one in found:
        wrong = "allowed" if one.kind in allowed else "FAULT" if one.kind == "class" else "LEAK"
        state = {True: wrong, False: "ok", None: "unknown"}[one.leaks]
        print(f"{state:8}{one.line}")
    if any(one.leaks and one.kind not in allowed for one in found):
        raise SystemExit(1)


def _of_run(place: Path, data: Path | None) -> list[Finding]:
    from ai4er.protocols.leaks.run_record import examine, read_run_record

    if not place.is_dir():
        return examine(read_run_record(place))
    from ai4er.training.run_audit import record_of_run

    return examine(record_of_run(place, data))


def _of_table(split: Path, data: Path | None) -> list[Finding]:
    from ai4er.protocols.leaks.findings import findings
    from ai4er.protocols.leaks.split_file import read_split

    if data is not None and not data.is_dir():
        raise Ai4erError(f"--data {data}: no such folder")
    entries = read_split(split, data)
    if data is not None and not any(entry.file and entry.file.is_file() for entry in entries):
        raise Ai4erError(
            f"--data {data} has none of the files of {split}, such as {entries[0].file or entries[0].name}"
        )
    return findings(entries)


def _of_statistics(split: Path, statistics: Path, features: Path) -> Finding:
    from ai4er.protocols.leaks.feature_file import read_features, read_statistics
    from ai4er.protocols.leaks.split_file import read_split
    from ai4er.protocols.leaks.statistics import normalisation

    return normalisation(read_split(split), read_features(features), read_statistics(statistics))
