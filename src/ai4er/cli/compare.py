"""Commands over several systems and runs: `bench`, `report`, `results` and `leaderboard`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ai4er.cli.options import Data, Labels, Offline, Protocol, Seed, Small, Systems, numbers, say
from ai4er.errors import Ai4erError


def bench(
    systems: Systems,
    corpus: Annotated[str, typer.Option("--corpus", help="Corpus, or several as one+other.")],
    protocol: Protocol,
    data: Data = None,
    labels: Labels = None,
    seeds: Annotated[str, typer.Option("--seeds", help="Such as 0-4.")] = "0",
    folds: Annotated[str | None, typer.Option("--folds", help="Only these folds, such as 1,3-5.")] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder of the runs.")] = Path("runs/bench"),
    offline: Offline = False,
    small: Small = False,
) -> None:
    """Train several systems on the same folds, and compare them with paired tests; the same command goes on."""
    from ai4er.cli.show import epochs
    from ai4er.training.bench import bench as run
    from ai4er.training.contest import Contest, chosen_systems

    chosen = None if folds is None else numbers("--folds", folds)
    contest = Contest(corpus, protocol, data, labels, 0, out, offline, small, chosen)
    with epochs() as progress:
        tell = progress.console.print if progress.live else say
        page = run(chosen_systems(systems), contest, numbers("--seeds", seeds), tell, progress.epoch)
    print(page, end="")


def report(
    runs: Annotated[list[Path], typer.Argument(help="Folders of runs, or of several.")],
    out: Annotated[Path, typer.Option("--out", help="Folder of the pages.")] = Path("runs/report"),
) -> None:
    """Write one HTML and one Markdown page that compare runs: intervals, paired tests, plots, commands."""
    from ai4er.training.summary import write_summary

    page, markdown = write_summary(runs, out)
    print(f"{page}\n{markdown}")


def results(
    folders: Annotated[list[Path] | None, typer.Argument(help="Folders of runs; without any: runs.")] = None,
    sql: Annotated[str | None, typer.Option("--sql", help="A SELECT over the table results.")] = None,
    form: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
) -> None:
    """Print the primary result of every run, or the answer to a question in SQL about all result rows."""
    if form not in ("table", "csv", "json"):
        raise Ai4erError(f"--format {form!r}: there is table, csv and json")
    from ai4er.evaluation.query import PRIMARY, ask

    found = ask(folders or [Path("runs")], PRIMARY if sql is None else sql)
    if form == "table":
        from ai4er.cli.show import show_found

        show_found(found)
    else:
        print(found.csv() if form == "csv" else found.json(), end="")


def leaderboard(
    corpus: Annotated[str, typer.Option("--corpus", help="Corpus, or several as one+other.")],
    protocol: Protocol,
    minutes: Annotated[float, typer.Option("--minutes", min=0, help="The time for all systems together.")],
    systems: Systems = "all",
    data: Data = None,
    labels: Labels = None,
    seed: Seed = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder of the runs.")] = Path("runs/leaderboard"),
    offline: Offline = False,
    small: Small = False,
) -> None:
    """Train as many systems as fit into a time, the cheapest first; the same command goes on where it stopped."""
    from ai4er.cli.show import epochs
    from ai4er.training.contest import Contest, chosen_systems
    from ai4er.training.leaderboard import leaderboard as run

    contest = Contest(corpus, protocol, data, labels, seed, out, offline, small)
    with epochs() as progress:
        tell = progress.console.print if progress.live else say
        board = run(chosen_systems(systems), contest, minutes, tell, progress.epoch)
    print(board, end="")
