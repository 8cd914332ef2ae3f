"""CrowdFlower's "Emotion in Text": 40,000 English tweets with one of 13 classes.

Published openly by CrowdFlower in its "Data for Everyone" library, without a licence text known here; tweets are under
the platform's terms.

Layout: `text_emotion.csv`, plain or gzipped, with the header tweet_id, sentiment (the class), author, content. The
layout is taken from knowledge of the release, not from a copy.

Official split: none. The author is the speaker.
Quirks: the labels are noisy; rare classes (anger 110, boredom 179) stand beside `worry` with 8,459.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import Corpus, text_file
from ai4er.errors import unknown
from ai4er.records import Record, Records


class Reader(Corpus):
    """CrowdFlower's tweets."""

    name: ClassVar[str] = "crowdflower"
    title: ClassVar[str] = "CrowdFlower, Emotion in Text"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "published openly, without a licence text known here; tweets: platform terms"
    citation: ClassVar[str] = "CrowdFlower: The Emotion in Text, Data for Everyone library, 2016"
    spaces: ClassVar[tuple[str, ...]] = ("crowdflower13",)
    published: ClassVar[dict[str, int]] = {
        "anger": 110, "boredom": 179, "empty": 827, "enthusiasm": 759, "fun": 1776, "happiness": 5209, "hate": 1323,
        "love": 3842, "neutral": 8638, "relief": 1526, "sadness": 5165, "surprise": 2187, "worry": 8459,
    }  # fmt: skip

    def read(self) -> Records:
        path = text_file(self.root, "text_emotion.csv")
        rows = read_rows(path, ("tweet_id", "sentiment", "author", "content"))
        return Records(self._record(number, path, row) for number, row in enumerate(rows, start=1))

    def _record(self, number: int, path: Path, row: dict[str, str]) -> Record:
        label = row["sentiment"].strip().lower()
        if label not in self.space.names:
            raise unknown(f"emotion of {path}", label, self.space.names)
        return Record(
            id=str(number),
            corpus=self.name,
            speaker=row["author"],
            language=self.language,
            text=row["content"],
            digest=hashlib.sha1(row["content"].encode(), usedforsecurity=False).hexdigest(),
            label=label,
            attributes={"tweet_id": row["tweet_id"]},
        )
