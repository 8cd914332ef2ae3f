"""Hazumi1911: a person talks with an agent; sentiment of every exchange as oneself and others see it.

30 sessions of one person each (20 to 79 years), Japanese; 26 of them, with 2,439 exchanges (a turn of the
system and the answer), have features. Open from the owners (github.com/ouktlab/Hazumi1911, Osaka
University and JAIST) for experiments, without a licence text: take it as research only. The videos
need a contract and are not part of it.

Layout: `features/ID.csv` or, as in the owners' repository, `dumpfiles/ID.csv` (times, ratings and 3,091 features of
each exchange) and `elan/ID.eaf` (transcript with times), where ID = YYMMGAANN: G gender, AA decade of age, NN number.
`biosignal/` is not read.

Labels: `sentiment3` on the third party by default (the mean of five outside raters, 1 to 7: above 4.5 high,
below 3.5 low), or with `target=self` on the person's own rating (5 and above high, 3 and below low);
`target=both` adds the own rating to the votes.

Official split: none; leave sessions (persons) out.
Quirks: 1911F7001, 1911M3001, 1911M3002 and 1911M5003 have no features in the release. The times
of features and transcript differ by up to 2 ms, so that they are joined by their overlap. The owners
write a filler as `(F x)`, a broken word as `(D x)`, an unclear one as `(? x)`, a pause as `|`: `text` keeps the
words only; it is empty where the person said nothing.
"""

from __future__ import annotations

from typing import ClassVar

from ai4er.corpora._hazumi import HazumiCorpus


class Reader(HazumiCorpus):
    """Hazumi1911, with all arrays, attributes and the targets of `HazumiCorpus`."""

    name: ClassVar[str] = "hazumi1911"
    title: ClassVar[str] = "Hazumi1911: multimodal human-agent dialogue"
    citation: ClassVar[str] = (
        "K. Komatani, S. Okada: Multimodal Human-Agent Dialogue Corpus with Annotations at Utterance and Dialogue "
        "Levels, ACII 2021; S. Katada, S. Okada, Y. Hirano, K. Komatani: Is She Truly Enjoying the Conversation?, "
        "ICMI 2020"
    )
    by_target: ClassVar[dict[str, dict[str, int]]] = {
        "third": {"low": 178, "neutral": 881, "high": 1380},
        "self": {"low": 485, "neutral": 848, "high": 1106},
    }
    published: ClassVar[dict[str, int]] = by_target["third"]
    published_speakers: ClassVar[int | None] = 26
    quirks: ClassVar[tuple[str, ...]] = ("4 of the 30 sessions have a transcript but no features in the release",)
    year: ClassVar[str] = "1911"
