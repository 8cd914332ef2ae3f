"""Emotion6: photographs by what they evoke: a distribution over six emotions and neutral, valence and arousal.

1,980 photographs from Flickr, 330 for each of six search words, each seen by 15 people. Open from the owners
(Cornell University, Kuan-Chuan Peng), for research.

Layout, as the release's readme documents it: `images/disgust/1.jpg` (the folder is the search word) and
`ground_truth.txt`, tab-separated with a header: image_filename, valence, arousal and the probabilities of anger,
disgust, fear, joy, sadness, surprise and neutral (names in brackets: `[prob. anger]`). Valence and arousal go
from 1 to 9.

Classes: `target=dominant` (default) is the most probable emotion, of equal ones the first; `target=keyword` the search
word. `votes` share the distribution out (of 30 where that is exact), for the space `emotion6_7_votes`.
Official split: none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._image_files import ListedImageFiles
from ai4er.corpora._tables import read_rows
from ai4er.corpora.base import text_file
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.records import Record

EMOTIONS = label_space("emotion6_7").names
_KEYWORDS = EMOTIONS[:-1]
_COLUMNS = ("[image_filename]", "[valence]", "[arousal]", *(f"[prob. {name}]" for name in EMOTIONS))
_VOTES, _MOST, _EXACT = 30, 200, 0.02


class Reader(ListedImageFiles):
    """Emotion6. Dimensions: valence, arousal (1 to 9). Attributes: keyword."""

    name: ClassVar[str] = "emotion6"
    title: ClassVar[str] = "Emotion6"
    licence: ClassVar[str] = "open from the owners for research; photographs from Flickr under their own terms"
    citation: ClassVar[str] = (
        "K.-C. Peng, T. Chen, A. Sadovnik, A. Gallagher: A Mixed Bag of Emotions: Model, Predict, and Transfer Emotion "
        "Distributions, CVPR 2015"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emotion6_7", "emotion6_7_votes", "valence_arousal_1_9")

    def __init__(self, root: Path, target: Literal["dominant", "keyword"] = "dominant") -> None:
        super().__init__(root)
        self.target = target

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": dict.fromkeys(_KEYWORDS, 330)} if self.target == "keyword" else {}

    def listed(self) -> Iterator[tuple[Path, Record]]:
        table = text_file(self.root, "ground_truth.txt")
        for row in read_rows(table, _COLUMNS, delimiter="\t"):
            name = row["[image_filename]"].strip()
            keyword = name.partition("/")[0]
            try:
                valence, arousal, *shares = (float(row[column]) for column in _COLUMNS[1:])
            except ValueError as error:
                raise Ai4erError(f"{table}: {name}: {error}") from None
            if keyword not in _KEYWORDS or not 0.98 < sum(shares) < 1.02:
                raise Ai4erError(
                    f"{table}: {name}: a name such as disgust/1.jpg and probabilities that sum to 1 are expected"
                )
            dominant = EMOTIONS[shares.index(max(shares))]
            yield (
                table.parent / "images" / name,
                Record(
                    id=name.rpartition(".")[0],
                    corpus=self.name,
                    label=dominant if self.target == "dominant" else keyword,
                    votes=shared_out(shares),
                    dimensions={"valence": valence, "arousal": arousal},
                    attributes={"keyword": keyword},
                ),
            )


def shared_out(shares: list[float]) -> tuple[str, ...]:
    """As many votes for each emotion as its share says: of 30, or of the fewest more for which that is exact.

    >>> shared_out([0.133333, 0.7, 0, 0.0666667, 0.1, 0, 0]).count("disgust")
    21
    """
    exact = (n for n in range(_VOTES, _MOST) if all(abs(share * n - round(share * n)) < _EXACT for share in shares))
    number = next(exact, _MOST)
    return tuple(name for name, share in zip(EMOTIONS, shares) for _ in range(round(share * number)))
