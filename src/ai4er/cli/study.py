"""`ai4er study`: list the published studies, or run one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ai4er.cli.options import Data, Offline, Out, Seed, Settings, Small, pairs, say


def study(
    name: Annotated[str | None, typer.Argument(help="Which study; without one they are listed.")] = None,
    systems: Annotated[str | None, typer.Option("--systems", help="Put these through it: slugs, with commas.")] = None,
    data: Data = None,
    set_: Settings = None,
    seed: Seed = 0,
    out: Out = None,
    offline: Offline = False,
    small: Small = False,
) -> None:
    """Run a published evaluation over systems; the same command goes on where it stopped."""
    from ai4er.studies.base import Desk, run_study, studies

    if name is None:
        from ai4er.cli.show import show_studies

        show_studies(studies())
        return
    settings = pairs(set_)
    if systems is not None:
        settings["systems"] = [slug.strip() for slug in systems.split(",") if slug.strip()]
    desk = Desk(out or Path("runs/studies") / name, data, seed, offline, say)
    for page in run_study(name, desk, settings, small, sys.argv[1:]):
        print(page)
