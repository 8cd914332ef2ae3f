"""Tables and progress on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

    from ai4er.corpora.base import CheckReport
    from ai4er.evaluation.query import Found
    from ai4er.recognition.result import Recognition, Segment
    from ai4er.studies.base import Card


def show_recognition(found: Recognition) -> None:
    """One line a segment: time, speaker, text or box, label, distribution."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from ai4er.recognition.formats import clock

    console = Console(soft_wrap=False)
    title = f"{found.source}" + (f" ({clock(found.seconds)})" if found.seconds is not None else "")
    if not found.segments:
        console.print(f"{title}: no {found.sought} found", markup=False)
        return
    timed = found.segments[0].start is not None
    spoken = any(segment.speaker for segment in found.segments)
    written = any(segment.text for segment in found.segments)
    boxed = not timed and any(segment.box for segment in found.segments)
    table = Table(title=escape(f"{title}, recognizer {found.recognizer}"), title_justify="left", box=SIMPLE)
    if timed:
        table.add_column("time", justify="right", no_wrap=True)
    if spoken:
        table.add_column("speaker", no_wrap=True)
    if written:
        table.add_column("text", ratio=2)
    if boxed:
        table.add_column("box", no_wrap=True)
    if found.space.is_classes:
        table.add_column("emotion", no_wrap=True)
    placed = found.valence_arousal(found.segments[0]) is not None
    if placed:
        table.add_column("valence, arousal", no_wrap=True)
    table.add_column("probabilities" if found.space.is_classes else "values", ratio=2)
    for segment in found.segments:
        cells = []
        if segment.start is not None and segment.end is not None:
            cells.append(f"{clock(segment.start)} - {clock(segment.end)}")
        if spoken:
            cells.append(escape(segment.speaker))
        if written:
            cells.append(_said(segment))
        if boxed:
            cells.append(" ".join(f"{value:.0f}" for value in segment.box or ()))
        if found.space.is_classes:
            cells.append(", ".join(found.labels(segment)) or "-")
        if placed and (place := found.valence_arousal(segment)):
            cells.append(f"{place[0]:+.2f}, {place[1]:+.2f}")
        table.add_row(*cells, _distribution(segment, found.space.is_classes))
    console.print(table)


def _said(segment: Segment) -> str:
    """The text, cut where it is long; where there is evidence, all of it, the words that carried the label set off."""
    from rich.markup import escape

    if not segment.evidence:
        return escape(segment.text if len(segment.text) <= 200 else segment.text[:197] + "...")
    most = max(one.weight for one in segment.evidence)
    return " ".join(
        f"[bold underline]{escape(one.text)}[/] ({one.weight:+.2f})" if one.weight >= max(most / 2, 0.02)
        else escape(one.text)
        for one in segment.evidence
    )  # fmt: skip


def _distribution(segment: Segment, classes: bool) -> str:
    """The four largest probabilities, or every value with its uncertainty."""
    if not classes:
        spread = segment.uncertainty
        return "  ".join(
            f"{n} {v:+.2f}" + (f" ± {spread[n]:.2f}" if n in spread else "") for n, v in segment.scores.items()
        )
    top = sorted(segment.scores.items(), key=lambda pair: -pair[1])[:4]
    return "  ".join(f"{name} {value:.2f}" for name, value in top)


def show_systems(found: list[dict[str, Any]]) -> None:
    """One line a system."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE)
    for name in ("system", "family", "input", "predicts", "paper"):
        table.add_column(name, no_wrap=name == "system")
    for one in found:
        table.add_row(
            one["system"],
            one["family"],
            ", ".join(one["inputs"]),
            ", ".join(one["predicts"]),
            f"{one['venue']} {one['year']}",
        )
    Console().print(table)


def show_studies(found: Mapping[str, Card]) -> None:
    """One line a study."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE)
    for name in ("study", "title", "paper"):
        table.add_column(name, no_wrap=name == "study")
    for name, card in found.items():
        table.add_row(name, card.title, f"{card.venue} {card.year}")
    Console().print(table)


def show_system(one: dict[str, Any]) -> None:
    """Everything about one system."""
    print(f"{one['system']} ({one['family']}): {one['title']}")
    print(f"{one['venue']} {one['year']}, {one['paper']}; official code {one['official_code']} ({one['licence']})")
    print(f"input {', '.join(one['inputs'])}; predicts {', '.join(one['predicts'])}; roles {', '.join(one['roles'])}")
    if one["encoders"]:
        offline = ", ".join(f"{name}={value}" for name, value in one["offline"].items()) or "none"
        print(f"encoders {', '.join(one['encoders'])}; substitute with --offline: {offline}")
    test = one["diagnostic"]
    if test:
        print(
            f"diagnostic {test['mechanism']}: {test['removes'] or 'its part'} must be worth "
            f"{test['margin']:g} {test['metric']}"
        )
    print("\nreported by the paper:")
    for row in one["reported"]:
        note = f"; {row['note']}" if row["note"] else ""
        print(f"  {row['corpus']}, {row['protocol']}: {row['metric']} {row['value']:g} ({row['certainty']}{note})")
    print("\nsettings (--set key=value):")
    for name, value in one["settings"].items():
        print(f"  {name} = {value}")


def show_corpora(found: list[dict[str, Any]]) -> None:
    """One line a corpus."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table

    table = Table(box=SIMPLE)
    for name in ("corpus", "title", "language", "labels"):
        table.add_column(name, no_wrap=name == "corpus")
    for one in found:
        table.add_row(one["corpus"], one["title"], one["language"], ", ".join(one["labels"]) or "those that occur")
    Console().print(table)


def show_check(report: CheckReport) -> None:
    """Counts by class and speaker, then what is odd."""
    print(f"{report.corpus} in {report.root}: {report.items} items")
    print("  classes: " + ", ".join(f"{name} {number}" for name, number in sorted(report.counts.items())))
    if report.speakers:
        few = sorted(report.speakers.items())
        shown = ", ".join(f"{name} {number}" for name, number in few[:40])
        print(f"  {len(few)} speakers: {shown}" + (f" and {len(few) - 40} more" if len(few) > 40 else ""))
    for problem in report.problems:
        print(f"  odd: {problem}")
    print("  complete" if not report.problems else f"  {len(report.problems)} odd things")


def show_found(found: Found) -> None:
    """The rows of an answer, each on one line however wide; values with three decimals."""
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(*map(escape, found.columns), box=SIMPLE)
    for row in found.rows:
        shown = ["" if v is None else f"{v:.3f}" if isinstance(v, float) else str(v) for v in row]
        table.add_row(*map(escape, shown))
    Console(width=10_000).print(table)


@contextmanager
def _progress(text: str) -> Iterator[tuple[Console, Any]]:
    """A progress display on the error stream, where the terminal can show one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield console, progress


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar: call it with how many are done, of how many."""
    with _progress(what) as (_, progress):
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


class _Epochs:
    """A progress bar for each training stage, where the terminal can show one."""

    def __init__(self, console: Console, progress: Any) -> None:
        self.console, self._progress = console, progress
        self.live = console.is_terminal
        self._tasks: dict[str, Any] = {}

    def epoch(self, stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
        """Move the bar of a stage."""
        if stage not in self._tasks or done == 1:
            if stage in self._tasks:
                self._progress.remove_task(self._tasks[stage])
            self._tasks[stage] = self._progress.add_task(stage, total=total)
        shown = "  ".join(f"{name} {value:.3f}" for name, value in numbers.items())
        self._progress.update(self._tasks[stage], completed=done, description=f"{stage}: {shown}")


@contextmanager
def epochs() -> Iterator[_Epochs]:
    """Progress over the epochs of a training, on the error stream."""
    with _progress("{task.description}") as (console, progress):
        yield _Epochs(console, progress)
