"""DEMoS, the Database of Elicited Mood in Speech: people who were brought into a mood and speak Italian.

9,697 samples of 68 students (23 female, 45 male), 8 classes: 9,365 of seven emotions, which several mood induction
procedures elicited, and 332 neutral ones; 1,564 of them, of 59 speakers, are what the owners call prototypical, by the
speakers' own and others' assessment. On request from the owners (zenodo.org/record/2544829), who want their licence
agreement signed by a university.

Layout: `DEMOS/NP_f_01_sor12b.wav` with NP (not prototypical) or PR (prototypical), the gender, the number of the
speaker, the first letters of the Italian emotion word (rabbia, disgusto, paura, colpa, gioia, tristezza, sorpresa) and
the sample; neutral ones, `NEU/f_01_neu01a.wav`, have neither NP nor PR. Taken from the owners' description of the names
and a user's list of those of one speaker; that neutral names begin with the gender follows from two users' code only.

Official split: none; leave speakers out. `selection=prototypical` leaves NP out and keeps the neutral samples.
Quirks: speaker numbers go beyond 68, as some numbers are not used. Counts by class are those of the paper, from memory;
they add up to the owners' totals.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.records import Records

_EMOTIONS = {
    "rab": "anger", "dis": "disgust", "pau": "fear", "col": "guilt", "gio": "happiness", "neu": "neutral",
    "tri": "sadness", "sor": "surprise",
}  # fmt: skip
_SELECTIONS = {"PR": "prototypical", "NP": "not_prototypical"}


class Reader(NamedAudioFiles):
    """DEMoS. Attributes: gender, sample, and selection (prototypical, not_prototypical), which neutral ones lack."""

    name: ClassVar[str] = "demos"
    title: ClassVar[str] = "DEMoS: Database of Elicited Mood in Speech"
    language: ClassVar[str] = "it"
    licence: ClassVar[str] = "on request from the owners under a licence agreement, academic research"
    citation: ClassVar[str] = (
        "E. Parada-Cabaleiro, G. Costantini, A. Batliner, M. Schmitt, B. W. Schuller: DEMoS: An Italian emotional "
        "speech corpus: Elicitation methods, machine learning, and perception, Language Resources and Evaluation 54, "
        "2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("demos8",)
    published: ClassVar[dict[str, int]] = {
        "anger": 1477, "disgust": 1678, "fear": 1156, "guilt": 1129, "happiness": 1395, "neutral": 332,
        "sadness": 1530, "surprise": 1000,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 68

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?:(?P<selection>NP|PR)_)?(?P<gender>[fm])_(?P<speaker>\d\d)_(?P<emotion>{'|'.join(_EMOTIONS)})"
        r"(?P<sample>\d+[a-z]?)"
    )
    example: ClassVar[str] = "NP_f_01_sor12b"

    def __init__(self, root: Path, selection: Literal["all", "prototypical"] = "all") -> None:
        super().__init__(root)
        self.selection = selection

    def expected(self) -> Mapping[str, Mapping[str, int]]:
        return super().expected() if self.selection == "all" else {}

    def read(self) -> Records:
        records = super().read()
        if self.selection == "all":
            return records
        return records.where(lambda record: record.attributes.get("selection") != "not_prototypical")

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        selection = {"selection": _SELECTIONS[name["selection"]]} if name["selection"] else {}
        return {
            "speaker": name["speaker"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "female" if name["gender"] == "f" else "male", "sample": name["sample"], **selection,
            },
        }  # fmt: skip
