"""Systems trained under several setups, each after an audit of what is to be done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ai4er.evaluation.report import ResultRow
from ai4er.protocols.base import Fold
from ai4er.protocols.leaks.run_record import RunRecord, audit_run
from ai4er.studies._evaluation_setups import Setup
from ai4er.studies.base import Desk
from ai4er.training.options import Options
from ai4er.training.record import run_record
from ai4er.training.run import Plan, Run, plan


@dataclass
class AuditedRuns:
    """Everything that was run: the runs and records (one a seed) by system and setup; of the first seed the folds."""

    standard: Setup
    runs: dict[tuple[str, Setup], list[Run]] = field(default_factory=dict)
    records: dict[tuple[str, Setup], list[RunRecord]] = field(default_factory=dict)
    folds: dict[Setup, list[Fold]] = field(default_factory=dict)
    plans: dict[Setup, Plan] = field(default_factory=dict)

    def rows(self, system: str, setup: Setup) -> list[ResultRow]:
        """The result rows of all seeds."""
        return [row for run in self.runs[system, setup] for row in run.rows]

    def record(self, setup: Setup) -> list[RunRecord]:
        """The records of the first system under a setup, one a seed; the folds are the same for all systems."""
        return next(records for (_, where), records in self.records.items() if where == setup)

    def mark(self, setup: Setup) -> str:
        """The mark of the folds, empty where they are speaker-independent."""
        return next((fold.mark for fold in self.folds[setup] if fold.mark), "")

    def marked(self, setup: Setup) -> str:
        """The title of a setup with its mark."""
        return f"{setup.title} {self.mark(setup)}".strip()

    def run(self, desk: Desk, setup: Setup, slug: str, settings: Mapping[str, Any], seeds: int, small: bool) -> None:
        """Hold the audit over what is to be done, then train and test with every seed.

        Raises `Ai4erError` with everything that leaks.
        """
        chosen = plan(
            slug, setup.corpus, setup.protocol, desk.data, setup.labels, settings, Options(seed=desk.seed),
            desk.offline, small,
        )  # fmt: skip
        numbers = range(desk.seed, desk.seed + seeds)
        folds = {seed: chosen.data.folds(chosen.protocol, seed) for seed in numbers}
        records = [run_record(chosen, found) for found in folds.values()]
        for record in records:
            audit_run(record)
        self.plans[setup], self.folds[setup], self.records[slug, setup] = chosen, folds[desk.seed], records
        self.runs[slug, setup] = [
            desk.train(
                f"{setup.slug}/{slug}-seed{seed}", slug, setup.corpus, setup.protocol, settings, setup.labels, small,
                seed=seed,
            )
            for seed in numbers
        ]  # fmt: skip
