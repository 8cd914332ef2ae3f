"""The report of several runs: one HTML page and one Markdown page, with the paired tests between systems."""

from __future__ import annotations

import hashlib
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from ai4er.errors import Ai4erError
from ai4er.evaluation import report
from ai4er.evaluation.document import Block, Commands, Figure, Heading, Paragraph, Table, to_html, to_markdown
from ai4er.evaluation.significance import Paired, paired_tests
from ai4er.protocols.base import SPEAKER_DEPENDENT, SPEAKERS_UNKNOWN, parse_protocol
from ai4er.systems import system_class
from ai4er.systems.card import Reported
from ai4er.training.answers import FULL
from ai4er.training.finished import Finished, find_runs, ranges
from ai4er.training.report import PLOTS

PAGE = "report"
TITLE = "Systems compared"
_REPEAT = "Below every run is the command that repeats it; AI4ER_DATA must hold the folder of the corpora."
_MARKS = (SPEAKER_DEPENDENT, SPEAKERS_UNKNOWN, report.SUBSTITUTED, report.NOT_ABOVE)

Lines = dict[str, list[Finished]]
"""The runs of every line of a table, one a seed, by the name of the line."""


def write_summary(paths: Iterable[Path | str], out: Path) -> tuple[Path, Path]:
    """Write `report.html`, which needs no other file, and `report.md` with its plots beside it.

    Raises `Ai4erError` where a path holds no finished run.
    """
    runs, unfinished = find_runs(paths)
    out.mkdir(parents=True, exist_ok=True)
    blocks = [Heading(TITLE, 1), *_pages(runs, out), *map(Paragraph, unfinished)]
    markdown, page = out / f"{PAGE}.md", out / f"{PAGE}.html"
    markdown.write_text(to_markdown(blocks))
    page.write_text(to_html(TITLE, blocks, _MARKS))
    return page, markdown


def _pages(runs: Sequence[Finished], out: Path) -> list[Block]:
    compared: dict[tuple[str, str, str], list[Finished]] = {}
    for run in runs:
        compared.setdefault((run.plan["corpus"], run.plan["labels"], run.plan["protocol"]), []).append(run)
    overview: list[Sequence[str]] = []
    missing: list[str] = []
    details: list[Block] = []
    for (corpus, labels, protocol), members in sorted(compared.items()):
        lines = _lines(members)
        beside, told = _baselines(lines)
        missing += told
        marked = {name: _marked(name, found, beside.get(name, [])) for name, found in lines.items()}
        overview += [
            row for name, found in lines.items() for row in _overview(marked[name], found, beside.get(name, []))
        ]
        marks = sorted({run.rows[0].mark for run in members} - {""})
        details += [
            Heading(" ".join([f"{corpus} ({labels}), {protocol}", *marks])),
            *_all_metrics({marked[name]: found for name, found in lines.items()}),
        ]
        details += [*_significance(lines), *_runs(lines, out)]
    header = [
        "system",
        "corpus",
        "protocol",
        "encoder",
        "settings",
        "folds",
        "seeds",
        "metric",
        "value",
        "best baseline",
        "reported in the paper",
    ]
    notes = [*report.notes(_all_rows(runs)), *dict.fromkeys(missing), _REPEAT]
    return [Table(header, overview), *map(Paragraph, notes), *details]


def _lines(runs: Sequence[Finished]) -> Lines:
    """Runs that differ in nothing but the seed share a line, best first; names tell several settings apart."""
    variants: dict[str, set[str]] = {}
    for run in runs:
        variants.setdefault(run.system, set()).add(run.variant)
    lines: Lines = {}
    for run in sorted(runs, key=lambda one: -report.merit(one.rows)):
        settings = f"({run.variant})" if len(variants[run.system]) > 1 and run.variant else ""
        others = [found for found in runs if found.system == run.system and found.folds != run.folds]
        folds = f"folds {ranges(run.folds)}" if others else ""
        substituted = report.SUBSTITUTED if run.rows[0].substituted else ""
        lines.setdefault(" ".join(filter(None, (run.system, settings, folds, substituted))), []).append(run)
    return lines


def _baselines(lines: Lines) -> tuple[dict[str, list[Finished]], list[str]]:
    """The runs of the best baseline on the same folds for every other line, and what has to be said of them."""
    beside: dict[str, list[Finished]] = {}
    notes: list[str] = []
    for folds in dict.fromkeys(tuple(runs[0].folds) for runs in lines.values()):
        rows = {name: _all_rows(runs) for name, runs in lines.items() if tuple(runs[0].folds) == folds}
        beside |= {name: lines[best] for name, best in report.best_baselines(rows).items()}
        notes += report.baseline_notes(rows)
    return beside, notes


def _marked(name: str, runs: Sequence[Finished], baseline: Sequence[Finished]) -> str:
    return report.marked_system(name, _all_rows(runs), _all_rows(baseline))


def _all_rows(runs: Sequence[Finished]) -> list[report.ResultRow]:
    return [row for run in runs for row in run.rows]


def _rows(runs: Sequence[Finished], metric: str) -> list[report.ResultRow]:
    return [row for run in runs for row in run.rows if row.metric == metric]


def _overview(name: str, runs: Sequence[Finished], baseline: Sequence[Finished]) -> list[list[str]]:
    """The primary metric of a line, and every other one that the paper reports for this corpus and protocol."""
    first, reported = runs[0].rows[0], _reported(runs[0])
    there = {row.metric for row in runs[0].rows}
    metrics = dict.fromkeys([report.primary(runs[0].rows), *(one.metric for one in reported if one.metric in there)])
    common = [
        name, first.corpus, report.marked_protocol(first), report.encoder(first), runs[0].variant,
        ranges(runs[0].folds), ranges(sorted({run.seed for run in runs})),
    ]  # fmt: skip
    return [
        [
            *(*common, metric, report.cell(_rows(runs, metric)), _named_cell(baseline, metric)),
            _told([r for r in reported if r.metric == metric]),
        ]
        for metric in metrics
    ]


def _named_cell(runs: Sequence[Finished], metric: str) -> str:
    """The system of these runs and its metric; empty where it does not have it."""
    value = report.cell(_rows(runs, metric))
    return f"{runs[0].system}: {value}" if value else ""


def _reported(run: Finished) -> list[Reported]:
    """What the paper of a system reports for the corpus and protocol of a run."""
    try:
        card = system_class(run.system).card
    except Ai4erError:
        return []
    here = [one for one in card.reported if one.corpus == run.plan["corpus"]]
    return [one for one in here if canonical(one.protocol) == canonical(run.plan["protocol"])]


def canonical(spec: str) -> str:
    """The one way to write a protocol; what a paper describes in its own words stays as it is."""
    try:
        return parse_protocol(spec).name
    except Ai4erError:
        return spec


def _told(reported: Sequence[Reported]) -> str:
    return "; ".join(f"{one.value:g} ({', '.join(filter(None, (one.certainty, one.note)))})" for one in reported)


def _all_metrics(lines: Lines) -> list[Block]:
    """Every metric of every line, conditions included: metrics downwards, so that a phone can show them."""
    metrics = dict.fromkeys(row.metric for runs in lines.values() for run in runs for row in run.rows)
    body = [[metric, *(report.cell(_rows(runs, metric)) for runs in lines.values())] for metric in metrics]
    return [Table(["metric", *lines], body)]


def _significance(lines: Lines) -> list[Block]:
    """The paired tests between all systems, condition by condition, as one family."""
    seeds = Counter(run.seed for runs in lines.values() for run in runs)
    seed = min(seeds, key=lambda one: (-seeds[one], one))
    chosen = {name: run for name, runs in lines.items() for run in runs if run.seed == seed}
    systems = {
        _named(name, condition): predictions
        for name, run in chosen.items()
        for condition, predictions in run.predictions.items()
    }
    pairs = [
        (_named(one, condition), _named(other, condition))
        for one, other in combinations(chosen, 2)
        for condition in chosen[one].predictions
        if condition in chosen[other].predictions
    ]
    found, left_out = paired_tests(systems, pairs)
    if not found:
        return [*map(Paragraph, left_out)]
    header = ["difference", "metric", "value [95 %]", "p", "p after Holm", "resampled"]
    about = (
        f"Paired tests on the same items (seed {seed}): whole speakers, dialogues or items are swapped between two "
        f"systems. Holm's correction counts all tests of this table, {len(found)}; * is below 0.05 after it."
    )
    return [
        Heading("Which systems differ", 3), Table(header, [_tested(one) for one in found]),
        *map(Paragraph, [about, *left_out]),
    ]  # fmt: skip


def _named(name: str, condition: str) -> str:
    return name if condition == FULL else f"{name} [{condition}]"


def _tested(pair: Paired) -> list[str]:
    found = pair.found
    value = f"{found.difference:+.3f} [{found.low:+.3f}, {found.high:+.3f}]"
    p_values = [f"{found.p_value:.3f}", f"{pair.corrected:.3f}{' *' if pair.corrected < 0.05 else ''}"]
    return [f"{pair.one} - {pair.other}", found.metric, value, *p_values, f"{found.groups} {found.unit}"]


def _runs(lines: Mapping[str, Sequence[Finished]], out: Path) -> list[Block]:
    """The command, commit and plots of every run."""
    blocks: list[Block] = []
    for name, runs in lines.items():
        for run in runs:
            mark = report.marked_protocol(run.rows[0])
            title = f"{name}, seed {run.seed}"
            blocks += [Heading(title, 3), Commands([run.command]), Paragraph(_origin(run))]
            blocks += [Figure(_copy(file, run, out), out, f"{title}: {file.stem}, {mark}") for file in run.plots]
    return blocks


def _origin(run: Finished) -> str:
    notes = [f"commit {run.commit}"] if run.commit else []
    substitute = report.encoder(run.rows[0]) if run.rows[0].substituted else ""
    notes += [f"encoder {substitute}"] if substitute else []
    return "; ".join([*notes, *run.plan["notes"], f"from {run.folder}"])


def _copy(file: Path, run: Finished, out: Path) -> Path:
    """Put a plot beside the page; returns its path relative to it."""
    digest = hashlib.sha256(str(run.folder.resolve()).encode()).hexdigest()[:6]
    place = Path(PLOTS) / f"{run.system}-{digest}-{file.name}"
    (out / PLOTS).mkdir(exist_ok=True)
    shutil.copyfile(file, out / place)
    return place
