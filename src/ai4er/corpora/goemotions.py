"""GoEmotions: comments from Reddit with one or more of 27 emotions, or neutral; English.

54,263 comments (the release that the owners filtered to labels on which two raters agree). From the
owners (github.com/google-research/google-research/tree/master/goemotions, `data/`), Apache 2.0.

Layout: `train.tsv`, `dev.tsv`, `test.tsv` without header (text, comma-separated label numbers, comment
id) and `emotions.txt` (in other distributions `labels.txt`): line n, from 0, names the label n.

Official split: train, dev, test. Who wrote a comment is not part of it, so nobody can say whether
authors are shared.
Quirks: 71 texts stand in more than one part. The comments hold rude language.
"""

from __future__ import annotations

from typing import ClassVar

from ai4er.corpora._tables import read_lines, read_text
from ai4er.corpora.base import Corpus, counts_by_split, summed, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_PUBLISHED = counts_by_split("""
                    train    dev   test
    admiration       4130    488    504
    amusement        2328    303    264
    anger            1567    195    198
    annoyance        2470    303    320
    approval         2939    397    351
    caring           1087    153    135
    confusion        1368    152    153
    curiosity        2191    248    284
    desire            641     77     83
    disappointment   1269    163    151
    disapproval      2022    292    267
    disgust           793     97    123
    embarrassment     303     35     37
    excitement        853     96    103
    fear              596     90     78
    gratitude        2662    358    352
    grief              77     13      6
    joy              1452    172    161
    love             2086    252    238
    nervousness       164     21     23
    optimism         1581    209    186
    pride             111     15     16
    realization      1110    127    145
    relief            153     18     11
    remorse           545     68     56
    sadness          1326    143    156
    surprise         1060    129    141
    neutral         14219   1766   1787
""")


class Reader(Corpus):
    """GoEmotions. `labels` are all emotions; `label` is set where there is exactly one that is not neutral."""

    name: ClassVar[str] = "goemotions"
    title: ClassVar[str] = "GoEmotions: fine-grained emotions in Reddit comments"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "Apache 2.0"
    citation: ClassVar[str] = (
        "D. Demszky, D. Movshovitz-Attias, J. Ko, A. Cowen, G. Nemade, S. Ravi: "
        "GoEmotions: A Dataset of Fine-Grained Emotions, ACL 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("goemotions28", "goemotions27")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False
    quirks: ClassVar[tuple[str, ...]] = ("71 texts stand in more than one part of the official split",)

    def read(self) -> Records:
        names = self._names()
        return Records(
            self._record(split, text, self._labels(numbers, names), comment)
            for split in _PUBLISHED
            for text, numbers, comment in read_lines(text_file(self.root, f"{split}.tsv"), fields=3)
        )

    def _names(self) -> list[str]:
        path = text_file(self.root, "emotions.txt", "labels.txt")
        names = read_text(path).split()
        if sorted(names) != sorted(self.space.names):
            raise Ai4erError(f"{path}: must name the {self.space.size} labels {', '.join(self.space.names)}")
        return names

    def _labels(self, numbers: str, names: list[str]) -> tuple[str, ...]:
        known = {str(number): name for number, name in enumerate(names)}
        try:
            return tuple(known[number.strip()] for number in numbers.split(","))
        except KeyError as number:
            raise Ai4erError(
                f"corpus goemotions: no label has the number {number}; they go to {len(names) - 1}"
            ) from None

    def _record(self, split: str, text: str, labels: tuple[str, ...], comment: str) -> Record:
        single = labels[0] if len(labels) == 1 and labels[0] != self.space.neutral else None
        return Record(
            id=comment.strip(),
            corpus=self.name,
            split=split,
            language=self.language,
            text=text,
            label=single,
            labels=labels,
        )
