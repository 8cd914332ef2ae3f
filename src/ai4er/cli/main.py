"""The command line. Every command imports what it needs when it runs, so that help answers at once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ai4er.cli import compare, diagnose, recognition, splits
from ai4er.cli.export import export
from ai4er.cli.options import Data, Labels, Offline, Out, Protocol, Resume, Seed, Settings, Small, numbers, pairs, say
from ai4er.cli.study import study
from ai4er.errors import Ai4erError

app = typer.Typer(
    name="ai4er", add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None,
    help="Every recently published way to recognise human emotion, behind one interface.",
)  # fmt: skip


def main() -> None:
    """Run the command line; errors for a person are one line, with exit status 1, or 2 for a wrong use of a command."""
    try:
        app(sys.argv[1:] or ["--help"], standalone_mode=False)
    except Ai4erError as error:
        _fail(str(error))
    except (typer.Abort, KeyboardInterrupt):
        _fail("stopped", status=130)
    except typer.TyperException as error:
        _fail(error.format_message(), error.exit_code)


def _fail(line: str, status: int = 1) -> None:
    print(f"ai4er: {' '.join(line.split())}", file=sys.stderr)
    raise SystemExit(status)


app.command()(recognition.recognize)
app.command()(recognition.stream)
app.command()(export)


@app.command()
def train(
    system: Annotated[str, typer.Argument(help="Slug of a system, see `ai4er systems`.")],
    corpus: Annotated[str, typer.Option("--corpus", help="Corpus, or several as one+other.")],
    protocol: Protocol,
    data: Data = None,
    labels: Labels = None,
    set_: Settings = None,
    folds: Annotated[str | None, typer.Option("--folds", help="Only these folds, such as 1,3-5.")] = None,
    seed: Seed = 0,
    out: Out = None,
    offline: Offline = False,
    small: Small = False,
    resume: Resume = False,
    device: Annotated[str, typer.Option("--device")] = "auto",
    devices: Annotated[int, typer.Option("--devices", min=1)] = 1,
    precision: Annotated[str, typer.Option("--precision", help="32-true, bf16-mixed or 16-mixed.")] = "32-true",
    initialise_from: Annotated[
        str, typer.Option("--initialise-from", help="Start from the weights of this recognizer (a folder).")
    ] = "",
    compile_: Annotated[
        bool | None,
        typer.Option("--compile/--no-compile", help="Compile the network; by default where that saves time."),
    ] = None,
    logger: Annotated[
        list[str] | None, typer.Option("--logger", help="tensorboard or mlflow, besides the run folder.")
    ] = None,
) -> None:
    """Train and test a system on every fold of a protocol."""
    from ai4er.cli.show import epochs
    from ai4er.training.options import Options
    from ai4er.training.run import train as train_run

    chosen = None if folds is None else numbers("--folds", folds)
    options = Options().override(
        {
            "seed": seed, "device": device, "devices": devices, "precision": precision, "compile": compile_,
            "loggers": list(logger or []), "initialise_from": initialise_from,
        }
    )  # fmt: skip
    with epochs() as progress:
        run = train_run(
            system, corpus, protocol, data, labels, pairs(set_), options, offline, small, chosen, out,
            resume, progress.console.print if progress.live else say, progress.epoch,
        )  # fmt: skip
    print(run.table())
    print(f"run folder: {run.folder}")


@app.command()
def evaluate(
    recognizer: Annotated[str, typer.Argument(help="A shipped name, a folder, a hub model.")],
    corpus: Annotated[str, typer.Option("--corpus")],
    data: Data = None,
    split: Annotated[str | None, typer.Option("--split", help="Only this official split.")] = None,
    out: Out = None,
    labels: Labels = None,
) -> None:
    """Measure a recognizer on a corpus it was not trained on (or on one split of it)."""
    from ai4er.recognition.evaluate import evaluate as evaluate_on

    print(evaluate_on(recognizer, corpus, data, split, out, labels))


app.command()(compare.bench)
app.command()(compare.report)
app.command()(compare.results)
app.command()(compare.leaderboard)
app.command()(splits.protocols)
app.command()(splits.audit)
app.command()(diagnose.diagnose)
app.command()(diagnose.profiles)
app.command()(study)


@app.command("systems")
def systems_(
    slug: Annotated[str | None, typer.Argument()] = None,
    form: Annotated[str, typer.Option("--format", help="table, json or markdown.")] = "table",
) -> None:
    """List the systems, or tell everything about one."""
    if form not in ("table", "json", "markdown"):
        raise Ai4erError(f"--format {form!r}: there is table, json and markdown")
    import json

    from ai4er.overview import catalogue, entry, page

    if form == "markdown":
        print(page(), end="")
        return
    found = entry(slug) if slug else catalogue()
    if form == "json":
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    from ai4er.cli.show import show_system, show_systems

    if isinstance(found, dict):
        show_system(found)
    else:
        show_systems(found)


corpora_app = typer.Typer(no_args_is_help=False, invoke_without_command=True, help="List the corpora, or check a copy.")
app.add_typer(corpora_app, name="corpora")


@corpora_app.callback()
def corpora_(
    context: typer.Context,
    form: Annotated[str, typer.Option("--format", help="table, json or markdown.")] = "table",
) -> None:
    """List the corpora."""
    if context.invoked_subcommand is not None:
        return
    if form not in ("table", "json", "markdown"):
        raise Ai4erError(f"--format {form!r}: there is table, json and markdown")
    import json

    from ai4er.cli.show import show_corpora
    from ai4er.overview import corpora, corpora_page

    if form == "markdown":
        print(corpora_page(), end="")
    elif form == "json":
        print(json.dumps(corpora(), indent=2, ensure_ascii=False))
    else:
        show_corpora(corpora())


@corpora_app.command("check")
def check(name: str, folder: Annotated[Path | None, typer.Argument()] = None, data: Data = None) -> None:
    """Compare a copy of a corpus with what its owners publish."""
    from ai4er.cli.show import show_check
    from ai4er.corpora import open_corpus

    report = open_corpus(name, folder or data).check()
    show_check(report)
    if report.problems:
        raise SystemExit(1)


@app.command()
def doctor() -> None:
    """Tell what is installed, what is missing, and what it would enable."""
    from ai4er.cli.doctor import examine

    print(examine())


@app.command()
def demo(
    file: Annotated[Path | None, typer.Argument(help="Your own recording or dialogue file.")] = None,
    out: Annotated[Path, typer.Option("--out")] = Path("demo"),
) -> None:
    """Recognise generated samples (or your own file), print a table and write a timeline picture."""
    from ai4er.cli.demo import run

    run(file, out)
