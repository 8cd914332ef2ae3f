"""YueMotion: adults and elderly people act ten sentences in six emotions, Cantonese.

1,080 utterances, 60 of each of 18 speakers: 11 adults (7 female, 4 male) and 7 elderly people (5 female, 2 male), 21
to 66 years. Open (huggingface.co/datasets/CAiRE/YueMotion), CC BY-SA 4.0; `hf:CAiRE/YueMotion` reads the same.

Layout: `data/04_f28_09_5.wav` (in `data.tar.bz2`) with the speaker, gender and age, the sentence and the emotion (1
anger, 2 happy, 3 sad, 4 neutral, 5 fear, 6 disgust), and beside it `train_metadata.csv`, `validation_metadata.csv` and
`test_metadata.csv`. Taken from the owners' page, the list of its files and its preview. Of the tables only the names of
recordings are used, wherever they stand in a line: their columns were not seen.

Official split: train (540), valid (162), test (378), drawn within gender and age group; speakers and sentences are in
all of them, so leave speakers out for a test on other people. The paper calls people elderly from 59 years on.
"""

from __future__ import annotations

import functools
import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import find_text_file

_EMOTIONS = dict(zip("123456", ("anger", "happy", "sad", "neutral", "fear", "disgust")))
_SPLITS = {"train": "train", "validation": "valid", "test": "test"}


class Reader(NamedAudioFiles):
    """YueMotion. Attributes: gender, age, text_id."""

    name: ClassVar[str] = "yuemotion"
    title: ClassVar[str] = "YueMotion: Cantonese emotional speech of adults and the elderly"
    language: ClassVar[str] = "yue"
    licence: ClassVar[str] = "CC BY-SA 4.0"
    citation: ClassVar[str] = (
        "S. Cahyawijaya, H. Lovenia, W. Chung, R. Frieske, Z. Liu, P. Fung: Cross-Lingual Cross-Age Group Adaptation "
        "for Low-Resource Elderly Speech Emotion Recognition, Interspeech 2023"
    )
    spaces: ClassVar[tuple[str, ...]] = ("yuemotion6",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(_EMOTIONS.values(), 180)
    published_speakers: ClassVar[int | None] = 18

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<speaker>\d\d)_(?P<gender>[fm])(?P<age>\d\d)_(?P<text>\d\d)_(?P<emotion>[1-6])"
    )
    example: ClassVar[str] = "04_f28_09_5"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "split": self._parts.get(name.string, ""),
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "female" if name["gender"] == "f" else "male", "age": name["age"], "text_id": name["text"],
            },
        }  # fmt: skip

    def left_out(self) -> list[str]:
        lost = [table for table, split in _SPLITS.items() if split not in self._parts.values()]
        names = ", ".join(f"{table}_metadata.csv" for table in lost)
        return super().left_out() + ([f"no recording is named by {names}: it has no official part"] if lost else [])

    @functools.cached_property
    def _parts(self) -> dict[str, str]:
        """The official part of every recording that a table names."""
        found = {split: find_text_file(self.root, f"{table}_metadata.csv") for table, split in _SPLITS.items()}
        texts = {split: read_text(path) for split, path in found.items() if path}
        return {name[0]: split for split, text in texts.items() for name in self.pattern.finditer(text)}
