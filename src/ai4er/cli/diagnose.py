"""Commands about what a system can use: `diagnose` and `profiles`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ai4er.cli.options import Systems, numbers, say
from ai4er.errors import Ai4erError

if TYPE_CHECKING:
    from ai4er.diagnostics._profile import Examination, Measured, Profile

Seeds = Annotated[str, typer.Option("--seeds", help="Such as 0-4.")]
Only = Annotated[str | None, typer.Option("--only", help="Only these diagnostics, separated by commas.")]
Difficulty = Annotated[float, typer.Option("--difficulty", help="From 0 (easy) to 1 (hard).")]


def diagnose(
    systems: Annotated[list[str], typer.Argument(help="Slugs of systems.")],
    seeds: Seeds = "0-4",
    only: Only = None,
    difficulty: Difficulty = 0.5,
    plot: Annotated[Path | None, typer.Option("--plot", help="Write a radar plot (PNG).")] = None,
) -> None:
    """Compare systems with their ablations, and profile what they can use on the suite of generated corpora."""
    from ai4er.systems import system_class

    for slug in systems:
        system_class(slug)
    if plot is not None and not plot.absolute().parent.is_dir():
        raise Ai4erError(f"--plot {plot}: there is no folder {plot.absolute().parent}")
    missed, profiles = False, []
    for slug in systems:
        card = system_class(slug).card.diagnostic
        own = card.mechanism if card is not None else ""
        names = _names(only, own)
        if own and (only is None or own in names):
            missed |= not _ablation(slug, seeds)
        elif only is None:
            print(f"{slug} declares no diagnostic of its own")
        if only is None or names - {own}:
            profiles.append(_profile(slug, _examination(seeds, difficulty, names - {own})))
    if plot is not None and profiles:
        from ai4er.diagnostics._radar import plot_radar

        say(f"radar plot: {plot_radar(profiles, _examination(seeds, difficulty, _names(only, '')), plot)}")
    if missed:
        raise SystemExit(1)


def profiles(
    minutes: Annotated[float, typer.Option("--minutes", min=0, help="The time for all systems together.")],
    systems: Systems = "all",
    seeds: Seeds = "0-1",
    difficulty: Difficulty = 0.5,
    out: Annotated[Path, typer.Option("--out", help="Folder of what is measured.")] = Path("runs/diagnostics"),
) -> None:
    """Profile as many systems as fit into a time, and print the page; the same command goes on where it stopped."""
    from ai4er.diagnostics._page import page
    from ai4er.diagnostics._page import profiles as run
    from ai4er.training.contest import chosen_systems

    examination = _examination(seeds, difficulty, set())
    print(page(run(chosen_systems(systems), examination, out, minutes, say), examination), end="")


def _names(only: str | None, own: str) -> set[str]:
    """The diagnostics that are asked for. Raises `Ai4erError` for one that there is not."""
    from ai4er.diagnostics.suite.base import mechanism

    names = {name.strip() for name in (only or "").split(",") if name.strip()}
    if only is not None and not names:
        raise Ai4erError("--only '': write names of diagnostics such as time_order,label_noise")
    for name in sorted(names - {own}):
        mechanism(name)
    return names


def _examination(seeds: str, difficulty: float, names: set[str]) -> Examination:
    from ai4er.diagnostics._profile import Examination

    return Examination(tuple(sorted(names)), tuple(numbers("--seeds", seeds)), difficulty)


def _ablation(slug: str, seeds: str) -> bool:
    """Print the line of a system's own diagnostic; whether its margin is reached."""
    from ai4er.diagnostics.base import run

    found = run(slug, numbers("--seeds", seeds))
    print(found, flush=True)
    return found.passed


def _profile(slug: str, examination: Examination) -> Profile:
    from ai4er.diagnostics._profile import profile

    def keep(row: Measured) -> None:
        say(f"{slug} {row.diagnostic} seed {row.seed}: {row.share:.2f} of the range, {row.seconds:g} s")

    found = profile(slug, examination, keep=keep)
    print(found, flush=True)
    return found
