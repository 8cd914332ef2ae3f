"""EmotionLines: dialogues of the series Friends and of Facebook chats (EmotionPush), English, five votes each.

29,245 utterances in 2,000 dialogues: 14,503 of Friends (speakers are characters) and 14,742 of EmotionPush (private
chats, names replaced by codes). Friends is open from the owners (Academia Sinica,
doraemon.iis.sinica.edu.tw/emotionlines), EmotionPush on request, both for research.

Layout, known from the release and its readme: `friends_train.json`, `friends_dev.json`, `friends_test.json`
(`emotionpush_...` likewise), in any folder; each is a list of dialogues, each a list of `{speaker, utterance, emotion,
annotation}`. `annotation` counts the five votes, a digit for each of neutral, joy, sadness, fear, anger, surprise and
disgust: `2000030` is two for neutral and three for surprise. Where these are not there, the file of all 1,000
dialogues that EmotionX 2019 handed out (`friends.json`, `emotionpush.json`) is read; it has no split.

Classes: the one with most votes; `non-neutral` where more than two emotions had votes and none enough.
Official split: train, dev, test (720, 80 and 200 dialogues). It is NOT speaker-independent: the six main characters
speak in all three parts. The series is that of MELD and EmoryNLP, so lines stand in several corpora.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._tables import read_json
from ai4er.corpora.base import Corpus, find_text_file
from ai4er.errors import Ai4erError, unknown
from ai4er.labels import label_space
from ai4er.records import Record, Records

_VOTED = label_space("emotionlines7_votes").names
_SPLITS = ("train", "dev", "test")
_PUBLISHED = {
    "friends": {
        "neutral": 6530, "joy": 1710, "sadness": 498, "fear": 246, "anger": 759, "surprise": 1657, "disgust": 331,
        "non-neutral": 2772,
    },
    "emotionpush": {
        "neutral": 9855, "joy": 2100, "sadness": 514, "fear": 42, "anger": 140, "surprise": 567, "disgust": 106,
        "non-neutral": 1418,
    },
}  # fmt: skip


class Reader(Corpus):
    """EmotionLines, the `part` friends or emotionpush. `votes` are those of the five raters."""

    name: ClassVar[str] = "emotionlines"
    title: ClassVar[str] = "EmotionLines: an emotion corpus of multi-party conversations"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "Friends: open from the owners for research; EmotionPush: on request from them"
    citation: ClassVar[str] = (
        "S.-Y. Chen, C.-C. Hsu, C.-C. Kuo, T.-H. K. Huang, L.-W. Ku: EmotionLines: An Emotion Corpus of Multi-Party "
        "Conversations, LREC 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emotionlines8", "emotionlines7_votes")
    published: ClassVar[dict[str, int]] = _PUBLISHED["friends"]

    def __init__(self, root: Path, part: Literal["friends", "emotionpush"] = "friends") -> None:
        super().__init__(root)
        self.part = part

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": _PUBLISHED[self.part]}

    def left_out(self) -> list[str]:
        missing = [split for split in _SPLITS if split not in self._files()]
        return [f"no {self.part}_{split}.json" for split in missing if "" not in self._files()]

    def read(self) -> Records:
        files = self._files()
        if not files:
            raise Ai4erError(
                f"corpus emotionlines: {self.root} has none of "
                f"{', '.join(f'{self.part}_{split}.json' for split in _SPLITS)} and {self.part}.json (plain or .gz)"
            )
        return Records(record for split, path in files.items() for record in self._dialogues(split, path))

    def _files(self) -> dict[str, Path]:
        """The file of each part of the split; the file of all dialogues is that of the split ""."""
        found = {split: find_text_file(self.root, f"{self.part}_{split}.json") for split in _SPLITS}
        if not any(found.values()):
            found = {"": find_text_file(self.root, f"{self.part}.json")}
        return {split: path for split, path in found.items() if path}

    def _dialogues(self, split: str, path: Path) -> Iterator[Record]:
        dialogues = read_json(path)
        if not isinstance(dialogues, list) or not all(isinstance(dialogue, list) for dialogue in dialogues):
            raise Ai4erError(f"{path}: must be a list of dialogues, each a list of utterances")
        for number, dialogue in enumerate(dialogues):
            name = "/".join(filter(None, (self.part, split, str(number))))
            for turn, said in enumerate(dialogue):
                yield self._record(path, split, name, turn, said)

    def _record(self, path: Path, split: str, dialogue: str, turn: int, said: dict[str, Any]) -> Record:
        name = f"{dialogue}/{turn}"
        try:
            speaker, text, label, counts = (said[key] for key in ("speaker", "utterance", "emotion", "annotation"))
        except (KeyError, TypeError):
            raise Ai4erError(f"{path}: {name} has no speaker, utterance, emotion or annotation") from None
        if label not in self.space.names:
            raise unknown(f"emotion of {path}", str(label), self.space.names)
        if not re.fullmatch(rf"[0-9]{{{len(_VOTED)}}}", str(counts)):
            raise Ai4erError(f"{path}: {name}: annotation is {counts!r} where {len(_VOTED)} digits are expected")
        return Record(
            id=name,
            corpus=self.name,
            speaker=str(speaker),
            dialogue=dialogue,
            turn=turn,
            split=split,
            language=self.language,
            text=text,
            label=label,
            votes=tuple(emotion for emotion, count in zip(_VOTED, str(counts)) for _ in range(int(count))),
        )
