"""What papers claim for a corpus, beside what comes out here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ai4er.config import parse_spec
from ai4er.errors import Ai4erError
from ai4er.evaluation.aggregation import Aggregate, aggregate
from ai4er.evaluation.document import Block, Heading, Paragraph, Table
from ai4er.evaluation.report import ResultRow
from ai4er.protocols.base import parse_protocol
from ai4er.studies._evaluation_setups import Setup
from ai4er.systems import slugs, system_class
from ai4er.systems.card import Reported
from ai4er.training.summary import canonical

Rows = Mapping[tuple[str, Setup], Sequence[ResultRow]]
"""The result rows of every system under every setup, all seeds of it."""


@dataclass(frozen=True)
class Claim:
    """A published number for a corpus, what comes out under its own protocol, and under the standard one."""

    system: str
    said: Reported
    same_protocol: Aggregate | None
    standard: Aggregate | None

    @property
    def gap(self) -> float | None:
        """Claimed minus reproduced under the standard protocol, of pooled predictions."""
        return None if self.standard is None else self.said.value - self.standard.pooled


def claims(rows: Rows, standard: Setup) -> list[Claim]:
    """Every claim of the catalogue for the corpus of the standard setup, whether its system was run or not."""
    corpus = parse_spec(standard.corpus)[0]
    found = []
    for slug in slugs():
        for said in system_class(slug).card.reported:
            if said.corpus == corpus:
                same = [s for name, s in rows if name == slug and canonical(s.protocol) == canonical(said.protocol)]
                here = [standard] if (slug, standard) in rows else []
                values = (_value(rows[slug, setups[0]], said.metric) if setups else None for setups in (same, here))
                found.append(Claim(slug, said, *values))
    return found


def _value(rows: Sequence[ResultRow], metric: str) -> Aggregate | None:
    return aggregate(rows, metric) if any(row.metric == metric for row in rows) else None


def claims_blocks(rows: Rows, standard: Setup) -> list[Block]:
    """One row a claim, with its gap; the protocol carries its mark."""
    title, there = Heading("Claimed and reproduced"), claims(rows, standard)
    if not there:
        return [title, Paragraph(f"No system of the catalogue has a published result on {standard.corpus}.")]
    header = ["system", "metric", "claimed", "protocol of the claim", "reproduced there", "standard protocol", "gap"]
    about = (
        f"Gap: the claim minus the pooled result under the standard protocol ({standard.title}). What has no result "
        "was not run: name the system with --systems. Other settings than the paper's say little about its claim."
    )
    return [title, Table(header, [_row(claim) for claim in there]), Paragraph(about)]


def _row(claim: Claim) -> list[str]:
    said = claim.said
    try:
        mark = parse_protocol(said.protocol).mark
    except Ai4erError:
        mark = ""
    certainty = ", ".join(filter(None, (said.certainty, said.note)))
    same, standard = (str(one) if one else "" for one in (claim.same_protocol, claim.standard))
    gap = "" if claim.gap is None else f"{claim.gap:+.3f}"
    protocol = f"{said.protocol} {mark}".strip()
    return [claim.system, said.metric, f"{said.value:.3f} ({certainty})", protocol, same, standard, gap]
