"""Diagnostics: generated corpora on which one mechanism decides the score, and what a system's part is worth there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ai4er.diagnostics._training import fitted, spread
from ai4er.errors import Ai4erError
from ai4er.evaluation.metrics import metric as metric_of
from ai4er.registry import find
from ai4er.systems import system_class
from ai4er.systems.card import Diagnostic


@dataclass(frozen=True)
class DiagnosticResult:
    """The scores of a system and of its ablation, (seeds,) each, and whether the stated margin is reached."""

    system: str
    diagnostic: Diagnostic
    whole: np.ndarray
    ablated: np.ndarray

    @property
    def difference(self) -> float:
        """How much better the whole system is, in the mean over the seeds."""
        sign = 1 if metric_of(self.diagnostic.metric, _space(self.diagnostic)).higher_is_better else -1
        return sign * float((self.whole - self.ablated).mean())

    @property
    def passed(self) -> bool:
        """Whether the difference reaches the stated margin."""
        return self.difference >= self.diagnostic.margin

    def __str__(self) -> str:
        d = self.diagnostic
        return (
            f"{self.system} on {d.mechanism}: {d.metric} {spread(self.whole, 3)}, "
            f"without {d.removes or d.ablation} {spread(self.ablated, 3)}; "
            f"difference {self.difference:.3f} over {len(self.whole)} seeds, margin {d.margin}: "
            f"{'reached' if self.passed else 'MISSED'}"
        )


def run(slug: str, seeds: Iterable[int] = range(5)) -> DiagnosticResult:
    """Train a system and its ablation on its diagnostic, once for each seed.

    The generated corpus, its split and the weights change with the seed; both contestants see the same data.
    Raises `Ai4erError` for a system without a diagnostic.
    """
    found = system_class(slug).card.diagnostic
    if found is None:
        raise Ai4erError(f"{slug} declares no diagnostic")
    seeds = list(seeds)
    whole = [score(slug, found, {}, seed) for seed in seeds]
    ablated = [score(slug, found, found.ablation, seed) for seed in seeds]
    return DiagnosticResult(slug, found, np.array(whole), np.array(ablated))


def _space(diagnostic: Diagnostic) -> Any:
    return find("ai4er.diagnostics", "diagnostic", diagnostic.mechanism).SPACE


def score(slug: str, diagnostic: Diagnostic, changes: Mapping[str, Any], seed: int) -> float:
    """The test metric of a system with the diagnostic's settings and these changes, for one seed."""
    from ai4er.training.answers import evaluate

    system_type, space = system_class(slug), _space(diagnostic)
    records = find("ai4er.diagnostics", "diagnostic", diagnostic.mechanism).records(seed)
    config = system_type.config_class.small().override({**diagnostic.settings, **changes})
    system, test = fitted(system_type, config, records, space, seed)
    chosen = metric_of(diagnostic.metric, space)
    return float(np.mean([chosen(predictions) for predictions in evaluate(system, test).values()]))
