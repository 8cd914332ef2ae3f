"""MAHNOB-HCI: EEG, ECG and other signals of people who watch film clips and say what they felt.

27 persons with complete data, 20 clips of 35 to 117 s each; 32 electrodes and body signals at 256 Hz, six cameras.
On request from the owners (Imperial College London, mahnob-db.eu/hci-tagging), academic research only.

Layout, as of the release: `Sessions/2/session.xml` (attributes feltEmo, feltArsl, feltVlnc, feltCtrl, feltPred,
mediaFile and others; inside `subject` with id and gender) and beside it one BioSemi recording such as
`Part_1_S_Trial1_emotion.bdf`, whose first and last 30 s lie before and behind the clip. Sessions without feltEmo
(implicit tagging) and gaze files are not read. The first video of the camera C1 becomes the record's video.

A clip of a person is a record; its signals are read from the file whenever they are asked for.
Classes: the keyword that the person chose (0 neutral, 1 anger, 2 disgust, 3 fear, 4 joy, 5 sadness, 6 surprise, 11
amusement, 12 anxiety). With `target=valence`, `arousal` or `dominance` (the owners' control) a rating above
`threshold` (5) is high, else low.
Official split: none; leave persons out.
Quirks: three persons lack data; sessions without a .bdf file are left out and reported by `check`.
"""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

import numpy as np

from ai4er.corpora._biosemi import Recording, open_recording
from ai4er.corpora._signals import lazy, level
from ai4er.corpora._tables import read_text
from ai4er.corpora.base import Corpus, some
from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record, Records

EMOTIONS = {
    0: "neutral", 1: "anger", 2: "disgust", 3: "fear", 4: "joy",
    5: "sadness", 6: "surprise", 11: "amusement", 12: "anxiety",
}  # fmt: skip
MARGIN = 30.0
"""Seconds of the recording before and behind the clip."""

_ELECTRODES = (
    "Fp1 AF3 F3 F7 FC5 FC1 C3 T7 CP5 CP1 P3 P7 PO3 O1 Oz Pz Fp2 AF4 Fz F4 F8 FC6 FC2 Cz C4 T8 CP6 CP2 P4 P8 PO4 O2"
)
EEG = tuple(_ELECTRODES.split())
_RIGHT, _OTHERS = "EXG1", ("EXG2", "EXG3")
_RATINGS = {
    "valence": "feltVlnc", "arousal": "feltArsl", "dominance": "feltCtrl", "predictability": "feltPred",
}  # fmt: skip


class Reader(Corpus):
    """MAHNOB-HCI. Arrays, at 256 Hz: `eeg` (samples, 32) and `ecg` (samples, 2: EXG2 and EXG3, each minus EXG1).

    Dimensions: valence, arousal, dominance, predictability, 1 to 9. Attributes: emotion, clip, gender, channels.
    """

    name: ClassVar[str] = "mahnob_hci"
    title: ClassVar[str] = "MAHNOB-HCI"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "M. Soleymani, J. Lichtenauer, T. Pun, M. Pantic: A Multimodal Database for Affect Recognition and Implicit "
        "Tagging, IEEE Transactions on Affective Computing 3(1), 2012"
    )
    spaces: ClassVar[tuple[str, ...]] = (
        "mahnob_hci9", "low_high", "valence_arousal_1_9", "valence_arousal_dominance_1_9",
    )  # fmt: skip

    def __init__(
        self,
        root: Path,
        target: Literal["emotion", "valence", "arousal", "dominance"] = "emotion",
        threshold: float = 5.0,
    ) -> None:
        super().__init__(root)
        self.target = target
        self.threshold = threshold

    @property
    def space(self) -> LabelSpace:
        return label_space("mahnob_hci9" if self.target == "emotion" else "low_high")

    def read(self) -> Records:
        records = Records(
            self._record(table, session, recording) for table, session, recording in self._sessions() if recording
        )
        if not records:
            raise Ai4erError(
                f"corpus mahnob_hci: no folder below {self.root} is like Sessions/2, with session.xml (with feltEmo) "
                "and a .bdf file"
            )
        return records

    def left_out(self) -> list[str]:
        bare = [table.parent.name for table, _, recording in self._sessions() if not recording]
        return [f"sessions without a .bdf file ({len(bare)}): {some(bare)}"] if bare else []

    def _sessions(self) -> Iterator[tuple[Path, ElementTree.Element, Path | None]]:
        """The sessions in which emotions were felt: the description and the recording, where it is there."""
        for table in sorted(self.root.rglob("session.xml"), key=lambda path: (len(path.parent.name), path)):
            try:
                session = ElementTree.fromstring(read_text(table))
            except ElementTree.ParseError as error:
                raise Ai4erError(f"{table}: not whole XML ({error}); fetch it again") from None
            if session.get("feltEmo") is not None:
                yield table, session, next(iter(sorted(table.parent.glob("*.bdf"))), None)

    def _record(self, table: Path, session: ElementTree.Element, recording: Path) -> Record:
        subject = session.find("subject")
        try:
            code = int(session.get("feltEmo", ""))
            dimensions = {name: float(session.get(field, "")) for name, field in _RATINGS.items()}
            person = subject.get("id", "") if subject is not None else ""
            if not person:
                raise ValueError("no subject with an id")
        except ValueError as error:
            raise Ai4erError(f"{table}: feltEmo, feltVlnc, feltArsl, feltCtrl and feltPred: {error}") from None
        header = open_recording(recording)
        videos = sorted(path for path in table.parent.glob("*.avi") if "-C1" in path.name)
        emotion = EMOTIONS.get(code)
        return Record(
            id=table.parent.name,
            corpus=self.name,
            speaker=person,
            video=str(videos[0]) if videos else None,
            arrays=lazy(eeg=partial(eeg, recording), ecg=partial(ecg, recording)),
            label=emotion if self.target == "emotion" else level(dimensions[self.target], self.threshold),
            dimensions=dimensions,
            attributes={
                "sample_rate": f"{header.sample_rate:g}",
                "channels": " ".join(name.upper() for name in EEG),
                "emotion": emotion or str(code),
                "clip": session.get("mediaFile", ""),
                "gender": (subject.get("gender", "") if subject is not None else ""),
            },
        )


def _during(recording: Recording) -> tuple[float, float]:
    """The seconds of the clip. Raises `Ai4erError` for a recording that has nothing between its margins."""
    if recording.seconds <= 2 * MARGIN:
        raise Ai4erError(f"{recording.path}: {recording.seconds:.0f} s long, where a clip and 60 s are expected")
    return MARGIN, recording.seconds - MARGIN


def eeg(path: Path) -> np.ndarray:
    """The electrodes during the clip, (samples, 32) in microvolt."""
    recording = open_recording(path)
    return recording.read(*_during(recording), EEG)


def ecg(path: Path) -> np.ndarray:
    """Two leads during the clip, (samples, 2) in microvolt."""
    recording = open_recording(path)
    signals = recording.read(*_during(recording), (_RIGHT, *_OTHERS))
    return signals[:, 1:] - signals[:, :1]
