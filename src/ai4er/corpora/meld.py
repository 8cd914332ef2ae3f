"""MELD, the Multimodal EmotionLines Dataset: dialogue of the television series Friends, English.

13,708 utterances in 1,432 dialogues, 7 emotions and 3 sentiments. From the owners
(github.com/declare-lab/MELD, GPL-3.0; the lines are from the series, published for research).

Layout: `train_sent_emo.csv`, `dev_sent_emo.csv`, `test_sent_emo.csv`. Where the video archive is
unpacked beside them, `SPLIT FOLDER/diaD_uttU.mp4` becomes the record's video; its folders are
`train_splits`, `dev_splits_complete` and `output_repeated_splits_test`.

Official split: train, dev, test. It is NOT speaker-independent: a speaker is a television character,
and the six main ones speak in all three parts.
Quirks: dialogue ids start anew in each part, so a dialogue here is `train/12`; utterance numbers
have gaps where the owners left an utterance out; some releases hold apostrophes that were decoded
wrongly (the control character 0x92, or three Latin characters), which are repaired here. Small roles (`All`,
`Man`) stand for different people under one name.
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Literal

from ai4er.corpora._tables import read_rows, repaired, whole_number
from ai4er.corpora.base import Corpus, counts_by_split, summed, text_file
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

_VIDEO_FOLDERS = {
    "train_splits": "train",
    "dev_splits_complete": "dev",
    "output_repeated_splits_test": "test",
}
_COLUMNS = ("Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "Season", "Episode")
_PUBLISHED = counts_by_split("""
              train   dev  test
    anger      1109   153   345
    disgust     271    22    68
    fear        268    40    50
    joy        1743   163   402
    neutral    4710   470  1256
    sadness     683   111   208
    surprise   1205   150   281
""")
_PUBLISHED_SENTIMENT = counts_by_split("""
              train   dev  test
    negative   2945   406   833
    neutral    4710   470  1256
    positive   2334   233   521
""")


class Reader(Corpus):
    """MELD. `target` says which label the records carry; attributes hold both, season and episode."""

    name: ClassVar[str] = "meld"
    title: ClassVar[str] = "MELD: Multimodal EmotionLines Dataset"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "GPL-3.0 (the owners' repository); lines of a television series, for research"
    citation: ClassVar[str] = (
        "S. Poria, D. Hazarika, N. Majumder, G. Naik, E. Cambria, R. Mihalcea: MELD: A Multimodal Multi-Party "
        "Dataset for Emotion Recognition in Conversations, ACL 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("meld7", "meld3")
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED

    def __init__(self, root: Path, target: Literal["emotion", "sentiment"] = "emotion") -> None:
        super().__init__(root)
        self.target = target

    @property
    def space(self) -> LabelSpace:
        return label_space("meld7" if self.target == "emotion" else "meld3")

    def expected(self) -> dict[str, dict[str, int]]:
        return _PUBLISHED if self.target == "emotion" else _PUBLISHED_SENTIMENT

    def read(self) -> Records:
        videos = self._videos()
        tables = {split: text_file(self.root, f"{split}_sent_emo.csv") for split in _PUBLISHED}
        return Records(
            self._record(split, path, row, videos)
            for split, path in tables.items()
            for row in read_rows(path, _COLUMNS)
        )

    def _record(self, split: str, path: Path, row: dict[str, str], videos: dict[str, str]) -> Record:
        name = f"{split}/dia{row['Dialogue_ID']}_utt{row['Utterance_ID']}"
        said = {"emotion": row["Emotion"].lower(), "sentiment": row["Sentiment"].lower()}
        return Record(
            id=name,
            corpus=self.name,
            speaker=repaired(row["Speaker"]),
            dialogue=f"{split}/{row['Dialogue_ID']}",
            turn=whole_number(path, row, "Utterance_ID"),
            split=split,
            language=self.language,
            text=repaired(row["Utterance"]),
            video=videos.get(name),
            label=said[self.target],
            attributes={**said, "season": row["Season"], "episode": row["Episode"]},
        )

    def _videos(self) -> dict[str, str]:
        """The id of an utterance -> its video, where the video archive is there."""
        return {
            f"{_VIDEO_FOLDERS[path.parent.name]}/{path.stem}": str(path)
            for path in self.root.rglob("dia*_utt*.mp4")
            if path.parent.name in _VIDEO_FOLDERS
        }
