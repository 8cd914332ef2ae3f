"""ShEMO, the Sharif Emotional Speech Database: utterances from Persian radio plays.

3,000 utterances of 87 speakers (31 female, 56 male), 5 emotions and neutral, 44.1 kHz; the label is the majority of 12
annotators. Free for academic purposes from the owners (github.com/pariajm/sharif-emotional-speech-dataset).

Layout: `female/F05W01.wav`, `male/M32S01.wav`: the speaker, the letter of the emotion (A, F, H, N, S, W), a number.
`shemo.json`, where it is there, gives transcript and phonemes by name (`id`, `transcript`, `ipa`). Taken from the
owners' repository and the EmoBox table of paths, which lists 2,838 of the files.

Official split: none; leave speakers out.
Quirks: classes are very unequal (fear has 38 utterances); a letter F is female at the start of a name and fear inside.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora._tables import read_json
from ai4er.corpora.base import find_text_file
from ai4er.errors import Ai4erError
from ai4er.records import Records

_EMOTIONS = {"A": "anger", "F": "fear", "H": "happiness", "N": "neutral", "S": "sadness", "W": "surprise"}


class Reader(NamedAudioFiles):
    """ShEMO. Attributes: gender, phonemes (where `shemo.json` is there)."""

    name: ClassVar[str] = "shemo"
    title: ClassVar[str] = "ShEMO: Sharif Emotional Speech Database"
    language: ClassVar[str] = "fa"
    licence: ClassVar[str] = "free for academic purposes"
    citation: ClassVar[str] = (
        "O. Mohamad Nezami, P. Jamshid Lou, M. Karami: ShEMO: a large-scale validated database for Persian speech "
        "emotion detection, Language Resources and Evaluation 53(1), 2019"
    )
    spaces: ClassVar[tuple[str, ...]] = ("shemo6",)
    published: ClassVar[dict[str, int]] = {
        "anger": 1059, "fear": 38, "happiness": 201, "neutral": 1028, "sadness": 449, "surprise": 225,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 87

    pattern: ClassVar[re.Pattern[str]] = re.compile(r"(?P<speaker>(?P<gender>[FM])\d\d)(?P<emotion>[AFHNSW])\d\d+")
    example: ClassVar[str] = "F05W01"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"gender": "female" if name["gender"] == "F" else "male"},
        }

    def read(self) -> Records:
        records = super().read()
        path = find_text_file(self.root, "shemo.json")
        if path is None:
            return records
        items = read_json(path)
        if not isinstance(items, list) or not all(isinstance(item, dict) and "id" in item for item in items):
            raise Ai4erError(f"{path}: must be a list of items with id, transcript and ipa; fetch it again")
        said = {item["id"]: item for item in items}
        return Records(
            record.replace(
                text=said[record.id].get("transcript", "").strip("\ufeff \n"),
                attributes={**record.attributes, "phonemes": said[record.id].get("ipa", "")},
            )
            if record.id in said
            else record
            for record in records
        )
