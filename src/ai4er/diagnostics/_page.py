"""Profiles of many systems within a time, kept between calls, and the page that shows them side by side."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ai4er.diagnostics._profile import Examination, Measured, Profile, profile
from ai4er.diagnostics._training import spread
from ai4er.diagnostics.suite._intake import Intake
from ai4er.errors import Ai4erError
from ai4er.systems import system_class

NOT_TAKEN = "–"
_COLUMNS = 8
"""The most systems that stand side by side in a table."""


@dataclass
class Profiles:
    """The whole profiles by system, and why other systems have none."""

    whole: list[Profile] = field(default_factory=list)
    missing: dict[str, str] = field(default_factory=dict)


def profiles(
    slugs: Sequence[str],
    examination: Examination,
    folder: Path,
    minutes: float,
    say: Callable[[str], None] = lambda line: None,
    clock: Callable[[], float] = time.monotonic,
) -> Profiles:
    """Measure as many systems as fit into the time, the cheapest first; a second call goes on where one stopped.

    Every measurement is written to `folder/<system>.parquet` at once. The time is looked at between trainings.
    """
    deadline, found = clock() + 60 * minutes, Profiles()
    order: list[tuple[float, str]] = []
    for slug in slugs:
        try:
            order.append((Intake.of(slug).cost, slug))
        except Ai4erError as error:
            found.missing[slug] = str(error)
    for _, slug in sorted(order):
        rows = load(folder, slug)

        def keep(row: Measured, rows: list[Measured] = rows) -> None:
            rows.append(row)
            save(folder, rows)
            told = row.refused or f"{row.share:.2f} of the range, {row.seconds:g} s"
            say(f"{row.system} {row.diagnostic} seed {row.seed}: {told}")

        one = profile(slug, examination, tuple(rows), keep, lambda: clock() >= deadline)
        wanted = len(examination.diagnostics) - len(one.refused)
        done = sum(len(found) == len(examination.seeds) for found in one.measured.values())
        if done == wanted:
            found.whole.append(one)
        else:
            found.missing[slug] = f"{done} of {wanted} diagnostics done" if done else "not begun"
    return found


def load(folder: Path, slug: str) -> list[Measured]:
    """What is kept of a system. Raises `Ai4erError` for a file that is something else."""
    path = folder / f"{slug}.parquet"
    if not path.exists():
        return []
    try:
        return [Measured(**row) for row in pq.read_table(path).to_pylist()]
    except (pa.ArrowInvalid, TypeError):
        raise Ai4erError(f"{path} holds no measurements of diagnostics: remove it, or choose another --out") from None


def save(folder: Path, rows: Sequence[Measured]) -> None:
    """Write the measurements of one system; an existing file is replaced whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{rows[0].system}.parquet"
    part = path.with_suffix(".part")
    pq.write_table(pa.Table.from_pylist([dataclasses.asdict(row) for row in rows]), part)
    part.replace(path)


def page(found: Profiles, examination: Examination) -> str:
    """`docs/diagnostics.md`: the suite with its ranges, the share of every system, and what is not taken or missing."""
    seeds = ", ".join(map(str, examination.seeds))
    lines = [
        "# Diagnostics",
        "",
        "Printed by `ai4er profiles`, which keeps its measurements in the folder `--out` (those of the repository: in",
        "docs/measured/diagnostics; `--minutes 0` adds none); do not edit by hand. Each diagnostic is a generated",
        "corpus that one mechanism solves: the oracle uses it and knows the generator's rule, blind is a fitted model",
        "that cannot use it, for most of them the better of a logistic regression and a random forest, as the",
        "validation part says.",
        f"Seeds {seeds}, difficulty {examination.difficulty:g}; every system in its small configuration, a few epochs:",
        "a low share says that the system did not learn the mechanism there, not that it never could.",
        "",
        "## The suite",
        "",
        "| diagnostic | decided by | metric | blind | oracle |",
        "|---|---|---|---|---|",
    ]
    for name, one in examination.diagnostics.items():
        ranges = [
            one.range_of(one.records(seed, examination.difficulty), one.space, one.metric) for seed in examination.seeds
        ]
        blind, oracle = (spread(values) for values in np.transpose(ranges))
        lines.append(f"| {name} | {one.decides} | {one.metric} | {blind} | {oracle} |")
    lines += ["", "## Shares of the range", ""]
    lines.append("(score - blind) / (oracle - blind), mean and deviation over the seeds: 0 is what can be had without")
    lines.append(f"the mechanism, 1 what can be had with it; {NOT_TAKEN} where the system cannot take the diagnostic.")
    families: dict[str, list[Profile]] = {}
    for system in (one for one in found.whole if one.measured):
        families.setdefault(system_class(system.system).family(), []).append(system)
    for family, systems in sorted(families.items()):
        lines += ["", f"### {family}"]
        for start in range(0, len(systems), _COLUMNS):
            lines += ["", *_table(systems[start : start + _COLUMNS], examination)]
    lines += ["", "## Not taken", ""]
    lines += [f"- {system.system}: {_refusals(system)}." for system in found.whole]
    if found.missing:
        lines += ["", "## Missing", "", "These systems have no column yet.", ""]
        lines += [f"- {slug}: {why}" for slug, why in sorted(found.missing.items())]
    return "\n".join(lines) + "\n"


def _table(systems: Sequence[Profile], examination: Examination) -> list[str]:
    """The shares of some systems on the diagnostics that one of them takes."""
    lines = [f"| diagnostic | {' | '.join(one.system for one in systems)} |", f"|---|{'---|' * len(systems)}"]
    for name in examination.diagnostics:
        if any(name in one.measured for one in systems):
            cells = [spread(one.shares(name)) if name in one.measured else NOT_TAKEN for one in systems]
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return lines


def _refusals(system: Profile) -> str:
    """What a system does not take, by reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in system.refused.items():
        reasons.setdefault(reason, []).append(name)
    return "; ".join(f"{', '.join(names)}: {reason}" for reason, names in reasons.items()) or "takes all"
