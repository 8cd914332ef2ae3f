"""M3ED: dialogues of two people from Chinese television series, with several emotions an utterance, Mandarin.

990 dialogues of 56 series, 24,449 utterances. On request from the owners (AIM3 laboratory, Renmin University of
China), for research.

Layout, from users' accounts; the recordings' paths are those of a table of 7,017 of them (valid and test):

- `annotation.json` (some copies M3ED_annotation.json): series -> dialogue -> `SpeakerInfo` (A, B: Name, Gender,
  Age) and `Dialog`: utterance (SERIES_D_U) -> StartTime, EndTime, Text, Speaker (A or B), and EmoAnnotation with
  EmoAnnotator1 to 3, final_main_emo (one class) and final_mul_emo (all classes, with commas);
- `splitInfo/movie_list_SPLIT.txt` (train, val, test): a series a line;
- `modality_speech/S_SERIES_D_U.wav` with the speaker S (A or B).

Labels: the main emotion; `labels` are all of them. `votes` are the annotators' (an annotator could give several).

Official split: train, dev (the owners' val), test; series are never shared. A speaker is a character of a series.
Quirk: where SpeakerInfo has no name, the speaker is known within one dialogue only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

from ai4er.corpora._tabled_files import TabledFiles
from ai4er.corpora._tables import read_json, read_text
from ai4er.corpora.base import find_text_file, text_file
from ai4er.errors import Ai4erError
from ai4er.records import Record

_SPLITS = {"train": "train", "val": "dev", "test": "test"}
NAME = re.compile(r"(?P<speaker>[AB])_(?P<utterance>(?P<series>[a-z0-9]+)_\d+_\d+)")


class Reader(TabledFiles):
    """M3ED. Attributes: series, start_time and end_time (in the episode), and what is told about the character."""

    name: ClassVar[str] = "m3ed"
    title: ClassVar[str] = "M3ED: Multi-modal Multi-scene Multi-label Emotional Dialogue database"
    language: ClassVar[str] = "zh"
    licence: ClassVar[str] = "on request from the owners for academic research; lines of television series"
    citation: ClassVar[str] = (
        "J. Zhao, T. Zhang, J. Hu, Y. Liu, Q. Jin, X. Wang, H. Li: M3ED: Multi-modal Multi-scene Multi-label "
        "Emotional Dialogue Database, ACL 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("m3ed7",)
    folders: ClassVar[tuple[str, ...]] = ("**/modality_speech",)

    def tabled(self) -> Iterator[tuple[str, Record]]:
        path = text_file(self.root, "annotation.json", "M3ED_annotation.json")
        splits = self._splits()
        try:
            for series, dialogues in read_json(path).items():
                for dialogue, content in dialogues.items():
                    speakers = content.get("SpeakerInfo", {})
                    for turn, (utterance, said) in enumerate(content["Dialog"].items()):
                        record = self._record(path, utterance, said, speakers.get(said["Speaker"], {}), dialogue)
                        attributes = {"series": series, **record.attributes}
                        speaker = f"{series}/{record.speaker}"
                        yield (
                            f"{said['Speaker']}_{utterance}",
                            record.replace(
                                speaker=speaker, turn=turn, split=splits.get(series, ""), attributes=attributes
                            ),
                        )
        except (KeyError, AttributeError, TypeError) as error:
            raise Ai4erError(f"{path}: not the annotation of M3ED: {error} is missing or of another kind") from None

    def _splits(self) -> dict[str, str]:
        """The part of each series; empty where the lists are not in the folder."""
        lists = {split: find_text_file(self.root, f"movie_list_{split}.txt") for split in _SPLITS}
        return {series: _SPLITS[split] for split, path in lists.items() if path for series in read_text(path).split()}

    def _record(
        self, path: Path, utterance: str, said: Mapping[str, Any], speaker: Mapping[str, Any], dialogue: str
    ) -> Record:
        emotions = said["EmoAnnotation"]
        label = next(iter(self._classes(path, utterance, emotions["final_main_emo"])), None)
        annotators = sorted(key for key in emotions if key.startswith("EmoAnnotator"))
        told = {key.lower(): speaker.get(key) for key in ("Gender", "Age")}
        told |= {"start_time": said.get("StartTime"), "end_time": said.get("EndTime")}
        return Record(
            id=utterance,
            corpus=self.name,
            speaker=speaker.get("Name") or f"{dialogue}/{said['Speaker']}",
            dialogue=dialogue,
            language=self.language,
            text=said.get("Text"),
            label=label,
            labels=self._classes(path, utterance, emotions.get("final_mul_emo") or emotions["final_main_emo"]),
            votes=tuple(name for key in annotators for name in self._classes(path, utterance, emotions[key])),
            attributes={key: str(value) for key, value in told.items() if value},
        )

    def _classes(self, path: Path, utterance: str, written: str | list[str]) -> tuple[str, ...]:
        """The classes of `Happy,Surprise` or of a list."""
        words = re.split(r"[,;\s]+", ",".join(written) if isinstance(written, list) else written)
        names = tuple(word.lower() for word in words if word)
        unknown = [name for name in names if name not in self.space.names]
        if unknown:
            raise Ai4erError(
                f"{path}: {utterance} has the emotion {unknown[0]!r}; known are {', '.join(self.space.names)}"
            )
        return names
