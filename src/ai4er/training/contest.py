"""Several systems on one corpus and protocol: who takes part, what all are given, and the page of what was found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ai4er.errors import Ai4erError, unknown
from ai4er.evaluation.report import ResultRow, table
from ai4er.evaluation.significance import paired_tests
from ai4er.systems import slugs
from ai4er.training.answers import FULL
from ai4er.training.fit import Progress
from ai4er.training.options import Options
from ai4er.training.run import Plan, Run, Say, plan, train

CANNOT_RUN = "Cannot run here"
_FAMILY = "family:"


@dataclass(frozen=True)
class Contest:
    """What every system is given: the arguments of `train`, and the folder of all runs."""

    corpus: str
    protocol: str
    data: Path | str | None = None
    labels: str | None = None
    seed: int = 0
    out: Path = Path("runs")
    offline: bool = False
    small: bool = False
    folds: Sequence[int] | None = None

    def plan(self, slug: str) -> Plan:
        """The plan of a system. Raises `Ai4erError` where it cannot run: no such labels, inputs, roles or encoder."""
        chosen = plan(
            slug, self.corpus, self.protocol, self.data, self.labels, None, Options(seed=self.seed),
            self.offline, self.small,
        )  # fmt: skip
        fold = chosen.data.folds(chosen.protocol, self.seed)[0]
        for role in chosen.system.roles:
            fold.role(role)
        return chosen

    def train(self, slug: str, folder: Path, say: Say, progress: Progress | None) -> Run:
        """The finished run of a system in this folder; what is there already is gone on with."""
        return train(
            slug, self.corpus, self.protocol, self.data, self.labels, None, Options(seed=self.seed),
            self.offline, self.small, self.folds, folder, True, say, progress,
        )  # fmt: skip


def chosen_systems(text: str) -> list[str]:
    """`all`, `family:speech,fusion`, or slugs separated by commas, as slugs. Raises `Ai4erError` for unknown names."""
    there = slugs()
    if text == "all":
        return list(there)
    names = [name.strip() for name in text.removeprefix(_FAMILY).split(",") if name.strip()]
    if not names:
        raise Ai4erError(f"--systems {text!r}: write all, family:speech,fusion or slugs such as tim_net,dwformer")
    if not text.startswith(_FAMILY):
        for name in names:
            if name not in there:
                raise unknown("system", name, there)
        return list(dict.fromkeys(names))
    family = {slug: path.split(".")[-2] for slug, path in there.items()}
    for name in names:
        if name not in family.values():
            raise unknown("family", name, set(family.values()))
    return [slug for slug in there if family[slug] in names]


def page(rows: Sequence[ResultRow], runs: Mapping[str, Run], left_out: Mapping[str, Mapping[str, str]]) -> str:
    """The table, the paired tests of every other run with the first, and by title what is not in it and why."""
    parts = [table(rows), "\n".join(_comparisons(runs))] if rows else []
    for title, reasons in left_out.items():
        if reasons:
            parts.append("\n".join([f"{title}:", *(f"- {slug}: {why}" for slug, why in reasons.items())]))
    return "\n".join(f"{part.strip()}\n" for part in parts if part)


def nobody(contest: Contest, reasons: Mapping[str, str]) -> Ai4erError:
    """The error where no system can run: every reason once, behind the systems that have it."""
    having: dict[str, list[str]] = {}
    for slug, why in reasons.items():
        having.setdefault(why, []).append(slug)
    told = "; ".join(f"{', '.join(names)}: {why}" for why, names in having.items())
    return Ai4erError(f"no system can run on {contest.corpus} under {contest.protocol} ({told})")


def _comparisons(runs: Mapping[str, Run]) -> list[str]:
    """A line for the paired test of every other system with the first, corrected for their number (Holm)."""
    systems = {slug: run.predictions[FULL] for slug, run in runs.items() if FULL in run.predictions}
    against = next(iter(runs))
    pairs = [(slug, against) for slug in systems if slug != against and against in systems]
    found, left_out = paired_tests(systems, pairs)
    return [*map(str, found), *left_out]
