"""Runs: one system, one corpus, one protocol; every fold trained, tested and written down."""

from __future__ import annotations

import difflib
import json
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from ai4er.encoders import BUILT_IN, is_available
from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import default_metrics, measure
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import RESULTS_FILE, ResultRow, write_rows
from ai4er.prediction.items import describe, front_ends
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.protocols.base import Fold, Protocol, audit, parse_protocol
from ai4er.protocols.leaks.guarantees import guarantees
from ai4er.systems import system_class
from ai4er.systems.base import System, SystemConfig
from ai4er.systems.batch import Item
from ai4er.training.answers import FULL, answer, answers
from ai4er.training.checkpoint import CHECKPOINT, save_text
from ai4er.training.conditions import check_inputs, conditions_of, learnt_items, units_by_condition
from ai4er.training.data import Data, corpus_inputs, corpus_name, items_of, load_data, roles_of
from ai4er.training.fit import Progress, fit
from ai4er.training.initial import heritage, start_from, starting_point, with_doubt
from ai4er.training.options import Options
from ai4er.training.rows import Tested, pooled_folds, result_rows

RUN, PREDICTIONS = "run.json", "predictions.parquet"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """Everything that decides what a run computes; two equal plans give equal results."""

    system: type[System]
    config: SystemConfig
    data: Data
    protocol: Protocol
    options: Options
    substituted: bool
    notes: tuple[str, ...]
    initial: Recognizer | None = None

    @property
    def encoder(self) -> str:
        """The pretrained networks of the configuration."""
        return ", ".join(self.system.encoders(self.config))

    def as_json(self) -> dict[str, Any]:
        """The plan as data."""
        return {
            "system": self.system.slug(),
            "config": self.config.model_dump(mode="json"),
            "corpus": self.data.spec,
            "labels": self.data.space.name,
            "protocol": self.protocol.name,
            "options": self.options.model_dump(mode="json"),
            "encoder": self.encoder,
            "substituted": self.substituted,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Run:
    """A finished run: its folder, its result rows and its pooled predictions (by condition)."""

    folder: Path
    rows: list[ResultRow]
    predictions: dict[str, Predictions]

    def table(self) -> str:
        """The results as Markdown tables that name the protocol."""
        from ai4er.training.report import results

        return results(self.rows)


def plan(
    slug: str,
    corpus: str,
    protocol: str,
    data: Path | str | None = None,
    labels: str | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
    offline: bool = False,
    small: bool = False,
) -> Plan:
    """Check everything that can be checked before anything is computed.

    Raises `Ai4erError` for unknown names and settings, and for encoders that cannot be had, naming `--offline`.
    """
    system = system_class(slug)
    chosen = parse_protocol(protocol)
    usual, told = _start(system, small, offline)
    config = usual.override(settings or {})
    config, substituted = _with_encoders(system, config, settings or {}, offline)
    found = load_data(corpus, system.kinds, data, labels)
    config, notes = corpus_inputs(config, found)
    check_inputs(chosen, system, config)
    options = options or Options()
    initial = starting_point(options.initialise_from, system, found.space) if options.initialise_from else None
    return Plan(system, config, found, chosen, options, substituted, (*told, *found.notes, *notes), initial)


def _start(system: type[System], small: bool, offline: bool) -> tuple[SystemConfig, list[str]]:
    """The configuration before any setting, and what to tell of it: without encoders, `--offline` takes the CPU's."""
    usual = system.config_class.small() if small else system.config_class()
    if small or not offline or not usual.offline or system.encoders(usual):
        return usual, []
    changed = ", ".join(f"{name}={value}" for name, value in usual.offline.items())
    return usual.override(usual.offline), [f"the setting for a CPU, not the paper's: {changed}"]


def _with_encoders(
    system: type[System], config: SystemConfig, settings: Mapping[str, Any], offline: bool
) -> tuple[SystemConfig, bool]:
    """The configuration, or its declared substitute where the paper's encoder is absent and `--offline` is given."""
    absent = [(spec, kind) for spec, kind in system.encoders(config).items() if not is_available(spec, kind)]
    if not absent:
        return config, False
    spec, kind = absent[0]
    near = difflib.get_close_matches(spec, BUILT_IN, n=1)
    hint = f" as a network of kind {kind}" if spec in BUILT_IN else f" (did you mean {near[0]}?)" if near else ""
    what = f"{system.slug()}: the encoder {spec} cannot be had here{hint}"
    if not config.offline:
        raise Ai4erError(
            f"{what}, and no substitute is declared: give a local folder in the settings, or run where the model hub "
            "can be reached"
        )
    if not offline:
        raise Ai4erError(
            f"{what}: run where the model hub can be reached, give a local folder in the settings, or take the "
            "declared substitute with --offline"
        )
    return type(config)().override({**config.offline, **settings}), True


def train(
    slug: str,
    corpus: str,
    protocol: str,
    data: Path | str | None = None,
    labels: str | None = None,
    settings: Mapping[str, Any] | None = None,
    options: Options | None = None,
    offline: bool = False,
    small: bool = False,
    folds: Sequence[int] | None = None,
    out: Path | str | None = None,
    resume: bool = False,
    say: Say = lambda line: None,
    progress: Progress | None = None,
) -> Run:
    """Train and test a system on every fold of a protocol (or the folds of these numbers, from 1).

    `small` takes the system's small configuration, which trains in seconds and is for trying things out.
    Writes the run folder: `run.json`, one folder a fold (checkpoint, history, predictions, recognizer),
    the pooled predictions, `results.parquet`, plots and `report.md`. `resume` goes on with a run that was killed.
    """
    chosen = plan(slug, corpus, protocol, data, labels, settings, options, offline, small)
    folder = Path(out) if out else default_folder(chosen)
    parts = _chosen(chosen.data.folds(chosen.protocol, chosen.options.seed), folds)
    parts = with_doubt(parts, chosen.data.spec, chosen.initial)
    for part in parts:
        audit(part, chosen.data.records, chosen.protocol)
    conditions = conditions_of(parts[0], chosen.data.records, chosen.config)
    begun = _is_begun(folder, chosen, resume)
    for line in (*chosen.notes, *_substitution(chosen), *(f"fold {p.name}: {note}" for p in parts for note in p.notes)):
        say(line)
    guaranteed = "; ".join(filter(None, [str(guarantees(parts, chosen.data.records)), chosen.protocol.remark]))
    say(f"{chosen.protocol.name}: {guaranteed}")
    if conditions:
        say(f"conditions: {', '.join(conditions)}")
    items = items_of(chosen.data, chosen.config)
    if not begun:
        about = {"plan": chosen.as_json(), "commit": _commit(), "torch": torch.__version__, "command": sys.argv[1:]}
        save_text(folder / RUN, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
    try:
        found = [_fold(chosen, part, items, folder / f"fold-{part.index + 1}", resume, say, progress) for part in parts]
    except Ai4erError:
        _remove_untrained(folder)
        raise
    return _finish(chosen, parts, found, folder, guaranteed)


def _substitution(chosen: Plan) -> list[str]:
    substitute = chosen.encoder or ", ".join(chosen.config.inputs.values())
    return [f"substitute for the paper's encoder: {substitute}"] if chosen.substituted else []


def default_folder(chosen: Plan) -> Path:
    """`runs/SYSTEM/CORPUS/PROTOCOL-seedN` with a digest of the configuration."""
    protocol = re.sub(r"[^\w.]+", "-", chosen.protocol.name.replace("=", ""))
    started = "-initialised" if chosen.initial else ""
    name = f"{protocol}-seed{chosen.options.seed}-{chosen.config.digest()[:6]}{started}"
    return Path("runs") / chosen.system.slug() / corpus_name(chosen.data.spec) / name


def _chosen(parts: list[Fold], folds: Sequence[int] | None) -> list[Fold]:
    if not folds:
        return parts
    wrong = [number for number in folds if not 1 <= number <= len(parts)]
    if wrong:
        raise Ai4erError(f"there is no fold {wrong[0]}: the protocol has folds 1 to {len(parts)}")
    return [parts[number - 1] for number in dict.fromkeys(folds)]


def _is_begun(folder: Path, chosen: Plan, resume: bool) -> bool:
    """Whether the folder holds a run; it is only gone on with if it has the same plan."""
    file = folder / RUN
    if not file.exists():
        return False
    if not resume:
        raise Ai4erError(f"{folder} holds a run already: go on with --resume, or write elsewhere with --out")
    before = json.loads(file.read_text())["plan"]
    before["options"] = {**Options().model_dump(mode="json"), **before["options"]}  # older runs know fewer
    if before != json.loads(json.dumps(chosen.as_json())):
        raise Ai4erError(f"{folder} holds a run with other settings: write elsewhere with --out")
    return True


def _remove_untrained(folder: Path) -> None:
    """Remove the folder of a run of which no fold was begun before it was refused."""
    if all(path.is_dir() or path == folder / RUN for path in folder.rglob("*")):
        shutil.rmtree(folder, ignore_errors=True)


def _fold(
    chosen: Plan, part: Fold, items: Sequence[Item], folder: Path, resume: bool, say: Say, progress: Progress | None
) -> Tested:
    done = folder / "fold.json"
    if resume and done.exists():
        kept = json.loads(done.read_text())
        loaded = {name: Predictions.load(folder / _file(name)) for name in kept["conditions"]}
        return Tested(loaded, kept["seconds"], kept["peak_memory"])
    started = time.monotonic()
    learnt = learnt_items(part, items, chosen.data.records, chosen.config)
    roles = roles_of(part, learnt, chosen.system)
    system = build(chosen.system, chosen.config, chosen.data, items, chosen.options.seed)
    if chosen.initial is not None:
        start_from(system, chosen.initial)
    fit(system, roles, chosen.options, folder, resume, progress)
    named = units_by_condition(part, items, chosen.data.records, chosen.config, chosen.system.unit)
    tested = {name: answer(system, units) for name, units in named} or answers(system, roles["test"])
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    for name, (predictions, _) in tested.items():
        predictions.save(folder / _file(name))
    numbers = {name: measure(predictions) for name, (predictions, _) in tested.items()}
    about = {
        **heritage(chosen.data.spec, chosen.data.licence, chosen.initial),
        "protocol": f"{chosen.protocol.name}, fold {part.name} {part.mark}".strip(),
        "encoder": chosen.encoder,
        "substituted": chosen.substituted,
        "results": [
            f"- {name} {value:.3f} ({where}, this fold)"
            for where, one in numbers.items()
            for name, value in one.items()
        ],
    }
    Recognizer.of(system.to("cpu"), about).save(folder / RECOGNIZER)
    written = {
        "fold": part.name,
        "conditions": list(tested),
        "seconds": seconds,
        "peak_memory": peak,
        "metrics": numbers,
    }
    done.write_text(json.dumps(written, indent=2) + "\n")
    (folder / CHECKPOINT).unlink(missing_ok=True)
    first = default_metrics(chosen.data.space)[0]
    shown = np.mean([one[first] for one in numbers.values()])
    say(f"fold {part.name}: {first} {shown:.3f} {part.mark} ({seconds:.0f} s)".replace("  ", " "))
    return Tested({name: predictions for name, (predictions, _) in tested.items()}, seconds, peak)


def _file(condition: str) -> str:
    return PREDICTIONS if condition == FULL else f"predictions-{condition}.parquet"


def build(system: type[System], config: SystemConfig, data: Data, items: Sequence[Item], seed: int) -> System:
    """A system with weights drawn from the seed, for the shapes of these items."""
    shapes, timed = describe(items, front_ends(config.inputs))
    torch.manual_seed(seed)
    return system(config, data.space, shapes, timed)


def _finish(chosen: Plan, parts: Sequence[Fold], found: Sequence[Tested], folder: Path, guaranteed: str) -> Run:
    from ai4er.training.report import write_report

    pooled = pooled_folds(found)
    marks = sorted({part.mark for part in parts} - {""})
    common: dict[str, Any] = {
        "system": chosen.system.slug(),
        "corpus": chosen.data.spec,
        "protocol": chosen.protocol.name,
        "mark": marks[0] if marks else "",
        "seed": chosen.options.seed,
        "encoder": chosen.encoder,
        "substituted": chosen.substituted,
        "commit": _commit(),
    }
    rows = result_rows(common, parts, found, pooled)
    for condition, predictions in pooled.items():
        predictions.save(folder / _file(condition))
    write_rows(folder / RESULTS_FILE, rows)
    numbers = [part.index + 1 for part in parts]
    write_report(folder, chosen.as_json(), rows, pooled, common["mark"], numbers, guaranteed)
    return Run(folder, rows, pooled)


def _commit() -> str:
    """The commit of the source tree, empty for an installed package."""
    try:
        asked = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "rev-parse", "--short", "HEAD"],
            capture_output=True, text=True, timeout=5, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip()
