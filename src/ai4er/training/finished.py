"""Finished runs, read back from their folders, and the command that repeats each."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.report import RESULTS_FILE, ResultRow, read_rows
from ai4er.labels import LABEL_SPACES
from ai4er.systems import system_class
from ai4er.systems.base import SystemConfig
from ai4er.training.answers import FULL
from ai4er.training.options import Options
from ai4er.training.report import PLOTS
from ai4er.training.run import PREDICTIONS, RUN


@dataclass(frozen=True)
class Finished:
    """A run folder with its plan (see `Plan.as_json`), its commit and its result rows."""

    folder: Path
    plan: Mapping[str, Any]
    commit: str
    rows: tuple[ResultRow, ...]

    @property
    def system(self) -> str:
        """The slug of the system."""
        return str(self.plan["system"])

    @property
    def seed(self) -> int:
        """The seed of the run."""
        return int(self.plan["options"]["seed"])

    @property
    def labels(self) -> str | None:
        """The name to ask for the label space by; None for votes, which are derived from the space of the corpus."""
        name = str(self.plan["labels"])
        return None if name.endswith("_votes") and name not in LABEL_SPACES else name

    @property
    def folds(self) -> list[int]:
        """The numbers of the folds that were tested, from 1."""
        return sorted(int(file.parent.name.removeprefix("fold-")) for file in self.folder.glob("fold-*/fold.json"))

    @property
    def plots(self) -> list[Path]:
        """The plots of the run."""
        return sorted((self.folder / PLOTS).glob("*.png"))

    @cached_property
    def predictions(self) -> dict[str, Predictions]:
        """The predictions of all folds, by condition."""
        stem = Path(PREDICTIONS).stem
        files = sorted(self.folder.glob(f"{stem}*.parquet"))
        return {file.stem.removeprefix(stem).removeprefix("-") or FULL: Predictions.load(file) for file in files}

    @cached_property
    def _start(self) -> tuple[tuple[str, ...], dict[str, str]]:
        return _nearest(self.plan)

    @property
    def variant(self) -> str:
        """How the configuration differs from the system's own; empty where it does not."""
        flags, changed = self._start
        return " ".join([*(flag for flag in flags if flag == "--small"), *map("=".join, changed.items())])

    @property
    def command(self) -> str:
        """The command that repeats the run, for a POSIX shell; the corpora are where `AI4ER_DATA` says."""
        flags, changed = self._start
        plan, options, usual = self.plan, self.plan["options"], Options().model_dump(mode="json")
        words = ["ai4er", "train", self.system, "--corpus", plan["corpus"], "--protocol", plan["protocol"]]
        words += ["--labels", self.labels] if self.labels else []
        words += ["--seed", str(self.seed), "--folds", ranges(self.folds)]
        for name in ("device", "devices", "precision", "initialise_from"):
            given = options.get(name, usual[name])
            words += [f"--{name.replace('_', '-')}", str(given)] if given != usual[name] else []
        compiling = {None: [], True: ["--compile"], False: ["--no-compile"]}[options["compile"]]
        words += [*compiling, *flags]
        words += [word for key, value in changed.items() for word in ("--set", f"{key}={value}")]
        return shlex.join(words)


def find_runs(paths: Iterable[Path | str]) -> tuple[list[Finished], list[str]]:
    """Every finished run in or below these folders, and a line for each that is not finished.

    Raises `Ai4erError` where a folder holds no finished run.
    """
    found: dict[Path, Finished] = {}
    unfinished: list[str] = []
    for path in map(Path, paths):
        files = sorted(path.rglob(RUN))
        finished = [file.parent for file in files if (file.parent / RESULTS_FILE).exists()]
        unfinished += [f"{file.parent} is not finished" for file in files if file.parent not in finished]
        if not finished:
            raise Ai4erError(f"{path}: no finished run there: give the folder of a run, or of several")
        found |= {folder.resolve(): _read(folder) for folder in finished}
    return list(found.values()), list(dict.fromkeys(unfinished))


def _read(folder: Path) -> Finished:
    try:
        about = json.loads((folder / RUN).read_text())
        plan, commit = dict(about["plan"]), str(about["commit"])
    except (ValueError, KeyError, TypeError):
        raise Ai4erError(f"{folder / RUN} is not what a run leaves: run it again, or leave it out") from None
    return Finished(folder, plan, commit, tuple(read_rows(folder / RESULTS_FILE)))


def _nearest(plan: Mapping[str, Any]) -> tuple[tuple[str, ...], dict[str, str]]:
    """The flags whose configuration is nearest to the plan's, and the settings that still differ.

    Of a system that is not installed here, every setting counts as different.
    """
    try:
        system = system_class(plan["system"])
    except Ai4erError:
        return (), {key: _written(value) for key, value in plan["config"].items()}
    kind = system.config_class
    starts: dict[tuple[str, ...], SystemConfig] = {(): kind(), ("--small",): kind.small()}
    if plan["substituted"]:
        starts = {}
    if plan["substituted"] or not system.encoders(kind()):
        starts["--offline",] = kind().override(kind.offline)
    given = {
        flags: {
            key: _written(value)
            for key, value in plan["config"].items()
            if config.model_dump(mode="json").get(key) != value
        }
        for flags, config in starts.items()
    }
    return min(given.items(), key=lambda pair: len(pair[1]))


def _written(value: Any) -> str:
    """A setting as the command line reads it."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as the command line takes them.

    >>> ranges([1, 3, 4, 5])
    '1,3-5'
    """
    parts: list[list[int]] = []
    for number in numbers:
        if parts and number == parts[-1][-1] + 1:
            parts[-1] = [parts[-1][0], number]
        else:
            parts.append([number])
    return ",".join("-".join(map(str, part)) for part in parts)
