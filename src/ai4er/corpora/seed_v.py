"""SEED-V: film clips that make one feel disgust, fear, sadness, happiness or nothing; EEG and eye movements.

16 persons (6 male, 10 female), 3 sessions of 15 other clips each, 62 electrodes, 1000 Hz. On request from the
owners (BCMI laboratory, Shanghai Jiao Tong University), academic research only.

Layout, as of the release and its readme: `EEG_raw/1_1_20180804.cnt` (person, session and date; the session says
which clips, not when), continuous Neuroscan files with 62 electrodes and four other channels. The trials are cut
out at the seconds of `trial_start_end_timestamp.txt` and carry the classes of `emotion_label_and_stimuli_order.xlsx`,
both written here, as they are the same for everyone. `EEG_DE_features/*.npz` are pickles inside and never read:
`differential_entropy` computes these features from the raw signals. That the samples are integers of 32 bits is taken
from recordings of this system; no file of the release was at hand.

A trial is a record; signals are read and brought to 200 Hz whenever they
are asked for (all would take many gigabytes).
Official split: three folds over the clips of each session (1 to 5, 6 to 10, 11 to 15), in the attribute `fold`; NOT
speaker-independent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._neuroscan import Recording, open_recording
from ai4er.corpora._seed import SAMPLE_RATE
from ai4er.corpora._signals import lazy, numbered, one_at_a_time
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.nn.electrodes import SEED_CHANNELS
from ai4er.records import Record, Records

EMOTIONS = ("disgust", "fear", "sad", "neutral", "happy")
CODES = {"1": "413204132041320", "2": "213044032134120", "3": "213044032134120"}
"""The class of each clip of each session."""

_TIMES = {
    "1": "30-102 132-228 287-524 555-742 773-920 982-1240 1271-1568 1628-1697 1730-1994 2025-2166 2227-2401 2435-2607 "
    "2667-2901 2932-3172 3204-3359",
    "2": "30-267 299-488 548-614 646-773 836-967 1000-1059 1091-1331 1392-1622 1657-1777 1809-1908 1966-2153 2186-2302 "
    "2333-2428 2490-2709 2741-2817",
    "3": "30-321 353-418 478-643 674-764 825-877 908-1147 1200-1284 1346-1418 1451-1679 1711-1996 2055-2275 2307-2425 "
    "2457-2664 2726-2857 2888-3066",
}
"""Seconds from the start of the recording at which each clip starts and ends."""

_FILE = re.compile(r"(?P<person>\d{1,2})_(?P<session>[123])_(?P<date>\d{8})\.cnt")
_FOLD = 5


class Reader(Corpus):
    """SEED-V; every record has arrays["eeg"] (samples, 62) in microvolt at 200 Hz. Attributes: clip, fold, channels."""

    name: ClassVar[str] = "seed_v"
    title: ClassVar[str] = "SEED-V: SJTU Emotion EEG Dataset for Five Emotions"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "on request from the owners, academic research only"
    citation: ClassVar[str] = (
        "W. Liu, J.-L. Qiu, W.-L. Zheng, B.-L. Lu: Comparing Recognition Performance and Robustness of Multimodal Deep "
        "Learning Models for Multimodal Emotion Recognition, IEEE Transactions on Cognitive and Developmental Systems "
        "14(2), 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("seed_v5",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(EMOTIONS, 144)
    published_speakers: ClassVar[int | None] = 16

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            features = any(self.root.rglob("*_123.npz"))
            hint = "; EEG_DE_features are pickles, which are not read" if features else ""
            raise Ai4erError(f"corpus seed_v: no file below {self.root} is named like EEG_raw/1_1_20180804.cnt{hint}")
        return Records(record for name, path in files for record in self._session(path, name))

    def _session(self, path: Path, name: re.Match[str]) -> Iterator[Record]:
        person, session = name["person"], name["session"]
        for clip, times in enumerate(_TIMES[session].split(), start=1):
            start, end = map(int, times.split("-"))
            yield Record(
                id=f"{person}_{session}_{clip:02d}",
                corpus=self.name,
                speaker=person,
                session=session,
                arrays=lazy(eeg=partial(trial, path, start, end)),
                label=EMOTIONS[int(CODES[session][clip - 1])],
                attributes={
                    "sample_rate": str(SAMPLE_RATE),
                    "channels": " ".join(SEED_CHANNELS),
                    "clip": f"{session}_{clip}",
                    "fold": str(1 + (clip - 1) // _FOLD),
                    "date": name["date"],
                },
            )


@one_at_a_time
def trial(path: Path, start: int, end: int) -> np.ndarray:
    """The signals between two seconds of a recording, (samples, 62) in microvolt at 200 Hz."""
    from scipy.signal import resample_poly

    recording: Recording = open_recording(path)
    missing = [name for name in SEED_CHANNELS if name not in recording.channels]
    if missing:
        raise Ai4erError(f"{path}: no channel {', '.join(missing)}; this is no recording of SEED-V")
    signals = recording.read(start, end, SEED_CHANNELS)
    if recording.sample_rate == SAMPLE_RATE:
        return signals
    return resample_poly(signals, SAMPLE_RATE, recording.sample_rate, axis=0, padtype="line").astype(np.float32)
