"""DailyDialog: everyday dialogues between two people, written for learners of English.

13,118 dialogues, 102,979 utterances, 7 classes (83 % neutral). From the owners (yanran.li/dailydialog),
CC BY-NC-SA 4.0.

For each part the first layout that is there is read:

1. the owners' `dialogues_SPLIT.txt` with `dialogues_emotion_SPLIT.txt` (a dialogue a line, turns ended by
   `__eou__`; emotions as numbers; SPLIT is train, validation or test);
2. `SPLIT_data.json` (train, dev, test): a list of dialogues, each a list of `{text, label, speaker}`;
3. RECCON (Poria et al. 2021: emotion causes), `dailydialog_SPLIT.json` or `reccon_dailydialog_SPLIT.json`
   (train, valid, test): 1,106 dialogues chosen to hold emotion, so the label balance is another one.

Official split: train, dev (called validation by the owners), test. Speakers are the roles A and B of one
dialogue; nobody knows who they are, so they are named by their dialogue.
Quirks: whole dialogues repeat, also across parts. Repeats have the same `digest`, so that protocols
keep them on one side; from a RECCON training part every dialogue whose text stands in dev or test
is dropped here, however it is cut into turns. Nearly equal dialogues stay. A few RECCON labels
are spelled otherwise (`happines`, `sad`, `excited` ...) and are normalised.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ai4er.corpora._tables import read_json, read_text
from ai4er.corpora.base import CheckReport, Corpus, counts_by_split, find_text_file, summed
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

_NUMBERED = ("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise")
_SPELLINGS = {
    "none": "neutral", "no emotion": "neutral", "angry": "anger", "happy": "happiness", "happines": "happiness",
    "excited": "happiness", "sad": "sadness", "surprised": "surprise",
}  # fmt: skip
_OWNERS = {"train": "train", "dev": "validation", "test": "test"}
_RECCON = {"train": "train", "dev": "valid", "test": "test"}
_PUBLISHED = counts_by_split("""
               train   dev  test
    anger        827    77   118
    disgust      303     3    47
    fear         146    11    17
    happiness  11182   684  1019
    neutral    72143  7108  6321
    sadness      969    79   102
    surprise    1600   107   116
""")


@dataclass(frozen=True)
class _Turn:
    speaker: str
    text: str
    label: str
    causes: str = ""


@dataclass(frozen=True)
class _Part:
    """The dialogues of one part by name, and whether they are RECCON's choice of it."""

    dialogues: Mapping[str, list[_Turn]]
    chosen: bool = False


class Reader(Corpus):
    """DailyDialog. Attributes: `causes`, the turns (from 1, b = background) that RECCON marks as causes."""

    name: ClassVar[str] = "dailydialog"
    title: ClassVar[str] = "DailyDialog: a manually labelled multi-turn dialogue dataset"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "CC BY-NC-SA 4.0 (RECCON annotation: MIT)"
    citation: ClassVar[str] = (
        "Y. Li, H. Su, X. Shen, W. Li, Z. Cao, S. Niu: DailyDialog: A Manually Labelled Multi-turn Dialogue Dataset, "
        "IJCNLP 2017; S. Poria et al.: Recognizing Emotion Cause in Conversations, Cognitive Computation 2021"
    )
    spaces: ClassVar[tuple[str, ...]] = ("dailydialog7",)
    published: ClassVar[dict[str, int]] = summed(_PUBLISHED)
    published_splits: ClassVar[dict[str, dict[str, int]]] = _PUBLISHED
    speakers_known: ClassVar[bool] = False

    def read(self) -> Records:
        parts, _ = self._parts
        return Records(
            self._record(split, name, turn, said, text)
            for split, part in parts.items()
            for name, dialogue in part.dialogues.items()
            for text in [_whole(dialogue)]
            for turn, said in enumerate(dialogue)
        )

    def expected(self) -> dict[str, dict[str, int]]:
        parts, _ = self._parts
        return {split: counts for split, counts in _PUBLISHED.items() if split not in parts or not parts[split].chosen}

    def check(self) -> CheckReport:
        report = super().check()
        parts, dropped = self._parts
        for split, part in parts.items():
            if part.chosen:
                report.notes.append(
                    f"{split}: RECCON's choice of {len(part.dialogues)} dialogues, not the official part"
                )
        if dropped:
            report.notes.append(f"train: {dropped} dialogues that stand in dev or test are dropped")
        return report

    @functools.cached_property
    def _parts(self) -> tuple[dict[str, _Part], int]:
        """The parts that are there, and how many dialogues were dropped from a RECCON training part."""
        found = {split: self._owners(split) or self._json(split) or self._reccon(split) for split in _PUBLISHED}
        parts = {split: part for split, part in found.items() if part is not None}
        if not parts:
            raise Ai4erError(
                f"corpus dailydialog: {self.root} has none of dialogues_train.txt, train_data.json, "
                "dailydialog_train.json, nor the same for validation (dev, valid) and test (plain or .gz)"
            )
        if "train" not in parts or not parts["train"].chosen:
            return parts, 0
        held_out = {_whole(d) for split in ("dev", "test") if split in parts for d in parts[split].dialogues.values()}
        trained = parts["train"].dialogues
        kept = {name: dialogue for name, dialogue in trained.items() if _whole(dialogue) not in held_out}
        parts["train"] = _Part(kept, chosen=True)
        return parts, len(trained) - len(kept)

    def _owners(self, split: str) -> _Part | None:
        texts = find_text_file(self.root, f"dialogues_{_OWNERS[split]}.txt")
        emotions = find_text_file(self.root, f"dialogues_emotion_{_OWNERS[split]}.txt")
        if texts is None or emotions is None:
            return None
        lines, numbers = read_text(texts).splitlines(), read_text(emotions).splitlines()
        if len(lines) != len(numbers):
            raise Ai4erError(f"{texts} has {len(lines)} dialogues and {emotions.name} {len(numbers)}; fetch both again")
        dialogues = {}
        for number, (line, labels) in enumerate(zip(lines, numbers)):
            said = [text.strip() for text in line.split("__eou__") if text.strip()]
            if len(said) != len(labels.split()):
                raise Ai4erError(f"{texts}: line {number + 1} has {len(said)} turns and {len(labels.split())} emotions")
            dialogues[str(number)] = [
                _Turn("AB"[turn % 2], text, self._label(label, emotions))
                for turn, (text, label) in enumerate(zip(said, labels.split()))
            ]
        return _Part(dialogues)

    def _json(self, split: str) -> _Part | None:
        path = find_text_file(self.root, f"{split}_data.json")
        if path is None:
            return None
        return _Part(
            {
                str(number): [_Turn(t["speaker"], t["text"].strip(), self._label(t["label"], path)) for t in dialogue]
                for number, dialogue in enumerate(read_json(path))
            }
        )

    def _reccon(self, split: str) -> _Part | None:
        name = f"dailydialog_{_RECCON[split]}.json"
        path = find_text_file(self.root, name) or find_text_file(self.root, f"reccon_{name}")
        if path is None:
            return None
        dialogues = {
            name: [
                _Turn(t["speaker"], t["utterance"].strip(), self._label(t["emotion"], path), _causes(t))
                for t in dialogue
            ]
            for name, (dialogue,) in read_json(path).items()
        }
        return _Part(dialogues, chosen=True)

    def _label(self, written: str, where: object) -> str:
        if written in tuple("0123456"):
            return _NUMBERED[int(written)]
        label = _SPELLINGS.get(written.strip().lower(), written.strip().lower())
        if label not in self.space.names:
            raise Ai4erError(f"{where}: unknown emotion {written!r}; known are 0 to 6, {', '.join(self.space.names)}")
        return label

    def _record(self, split: str, name: str, turn: int, said: _Turn, text: str) -> Record:
        dialogue = f"{split}/{name}"
        return Record(
            id=f"{dialogue}/{turn}",
            corpus=self.name,
            speaker=f"{dialogue}/{said.speaker}",
            dialogue=dialogue,
            turn=turn,
            split=split,
            language=self.language,
            text=said.text,
            digest=hashlib.sha1(f"{text} {turn}".encode(), usedforsecurity=False).hexdigest(),
            label=said.label,
            attributes={"causes": said.causes} if said.causes else {},
        )


def _whole(dialogue: Iterable[_Turn]) -> str:
    """The letters and digits of a dialogue, whatever its spacing, punctuation and cuts into turns."""
    return "".join(c for turn in dialogue for c in turn.text.casefold() if c.isalnum())


def _causes(turn: Mapping[str, Any]) -> str:
    return ",".join(str(cause) for cause in turn.get("expanded emotion cause evidence", ()))
