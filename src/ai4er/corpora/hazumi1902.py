"""Hazumi1902: a person talks with an agent; sentiment of every exchange as oneself and others see it.

30 sessions of one person each (20 to 79 years), Japanese; 28 of them, with 2,337 exchanges (a turn of the system and
the answer), have features. Open from the owners (github.com/ouktlab/Hazumi1902, Osaka University and JAIST) for
experiments, without a licence text: take it as research only. The videos need a contract and are not part of it.

Layout, that of the owners' repository and its readme: `dumpfiles/ID.csv` (times, ratings and features of each
exchange, the columns of Hazumi1911 without body signals and with another vocabulary) and `elan/ID.eaf` (transcript with
times), where ID = YYMMGAANN: G gender, AA decade of age, NN number. `Hazumi1902DumpFiles`, an older folder of the same
tables, and `questionnaire` are not needed.

Labels: `sentiment3` on the third party by default (the mean of five outside raters, 1 to 7: above 4.5 high,
below 3.5 low), or with `target=self` on the person's own rating (5 and above high, 3 and below low).

Official split: none; leave sessions (persons) out.
Quirks: 1902F4007 and 1902M4003 have no features in the release (its readme says 1902M4007 and 1902M4003). `text` keeps
the words without the marks of fillers and pauses, as in Hazumi1911.
"""

from __future__ import annotations

from typing import ClassVar

from ai4er.corpora._hazumi import HazumiCorpus


class Reader(HazumiCorpus):
    """Hazumi1902, with the arrays (but `physiology`), attributes and the two targets of `HazumiCorpus`."""

    name: ClassVar[str] = "hazumi1902"
    title: ClassVar[str] = "Hazumi1902: multimodal human-agent dialogue"
    citation: ClassVar[str] = (
        "K. Komatani, S. Okada: Multimodal Human-Agent Dialogue Corpus with Annotations at Utterance and Dialogue "
        "Levels, ACII 2021"
    )
    # Only the counts of the own ratings are known.
    by_target: ClassVar[dict[str, dict[str, int]]] = {
        "third": {},
        "self": {"low": 476, "neutral": 712, "high": 1149},
    }
    published_speakers: ClassVar[int | None] = 28
    quirks: ClassVar[tuple[str, ...]] = ("2 of the 30 sessions have a transcript but no features in the release",)
    year: ClassVar[str] = "1902"
