"""The contract of every study: one file, found by its place, that turns runs of systems into a page.

A module `studies/<slug>.py` has a docstring (the question, the reference, what is known and what was chosen), `CARD`,
`Config` and `study(config, desk)`, which returns the blocks of the page.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from ai4er.config import Configuration
from ai4er.errors import Ai4erError
from ai4er.evaluation.document import Block, Commands, Heading, Paragraph, to_html, to_markdown
from ai4er.evaluation.report import SUBSTITUTED
from ai4er.protocols.base import SPEAKER_DEPENDENT, SPEAKERS_UNKNOWN
from ai4er.registry import find, places
from ai4er.systems.card import Reported
from ai4er.training.checkpoint import save_text
from ai4er.training.options import Options
from ai4er.training.run import Run, Say, train

PACKAGE, STUDY, PAGE = "ai4er.studies", "study.json", "report"
_MARKS = (SPEAKER_DEPENDENT, SPEAKERS_UNKNOWN, SUBSTITUTED)


class Card(Configuration):
    """What is known about a published study."""

    title: str
    venue: str
    year: int
    paper: str
    official_code: str = "none"
    licence: str = "none"
    reported: tuple[Reported, ...] = ()


class StudyConfig(Configuration):
    """What every study's `Config` has: the systems that are put through it."""

    systems: tuple[str, ...] = ()

    @classmethod
    def small(cls) -> Self:
        """A configuration that takes seconds on generated corpora."""
        raise NotImplementedError


@dataclass(frozen=True)
class Desk:
    """Where a study works: its folder, the folder of the corpora, and how it trains.

    Everything a study writes lies below `folder`; runs that are finished there are read back, so that a study
    that was stopped goes on where it was.
    """

    folder: Path
    data: Path | None = None
    seed: int = 0
    offline: bool = False
    say: Say = lambda line: None

    def train(
        self,
        name: str,
        system: str,
        corpus: str,
        protocol: str,
        settings: Mapping[str, Any] | None = None,
        labels: str | None = None,
        small: bool = False,
        folds: Sequence[int] | None = None,
        seed: int | None = None,
        initialise_from: Path | None = None,
    ) -> Run:
        """Train and test a system in the run folder `runs/NAME`, with the seed of the study unless another is given."""
        self.say(name)
        options = Options(seed=self.seed if seed is None else seed, initialise_from=str(initialise_from or ""))
        return train(
            system, corpus, protocol, self.data, labels, settings, options, self.offline, small, folds,
            self.folder / "runs" / name, True, self.say,
        )  # fmt: skip


Study = Callable[[Any, Desk], Sequence[Block]]


def studies() -> dict[str, Card]:
    """The card of every study, in the order of their names."""
    return {name: find(PACKAGE, "study", name).CARD for name in sorted(places(PACKAGE))}


def run_study(
    name: str,
    desk: Desk,
    settings: Mapping[str, Any] | None = None,
    small: bool = False,
    command: Sequence[str] = (),
) -> tuple[Path, Path]:
    """Run a study and write `report.html` and `report.md` into its folder; returns their paths.

    A folder that was begun with the same study, configuration and seed is gone on with.
    Raises `Ai4erError` for an unknown study or setting, and for a folder that holds something else.
    """
    module = find(PACKAGE, "study", name)
    config: StudyConfig = (module.Config.small() if small else module.Config()).override(settings or {})
    study: Study = module.study
    card: Card = module.CARD
    _open(desk, {"study": name, "config": config.model_dump(mode="json"), "seed": desk.seed, "offline": desk.offline})
    blocks = [
        Heading(card.title, 1),
        Paragraph(f"{card.venue} {card.year}, {card.paper}. Official code: {card.official_code}."),
        *study(config, desk),
        Heading("Repeat"),
        Commands([shlex.join(["ai4er", *command])] if command else [f"ai4er study {name}"]),
    ]
    html, markdown = desk.folder / f"{PAGE}.html", desk.folder / f"{PAGE}.md"
    save_text(markdown, to_markdown(blocks))
    save_text(html, to_html(card.title, blocks, _MARKS))
    return html, markdown


def _open(desk: Desk, about: dict[str, Any]) -> None:
    """Make the folder of a study; one in which more was begun is only gone on with if it holds the same study."""
    file = desk.folder / STUDY
    if file.exists() and len(list(desk.folder.iterdir())) > 1:
        if json.loads(file.read_text()) != json.loads(json.dumps(about)):
            raise Ai4erError(f"{desk.folder} holds a study with other settings: write elsewhere with --out")
        return
    if desk.folder.exists() and any(path != file for path in desk.folder.iterdir()):
        raise Ai4erError(f"{desk.folder} is not empty and holds no study: write elsewhere with --out")
    save_text(file, json.dumps(about, indent=2, ensure_ascii=False) + "\n")
