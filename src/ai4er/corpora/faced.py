"""FACED, the Finer-grained Affective Computing EEG Dataset: film clips that evoke one of nine emotions.

123 persons, 28 clips each (3 for each emotion, 4 neutral ones), 32 channels, the last 30 s of every clip at 250 Hz.
Open from the owners after registration (Tsinghua University, synapse.org/Synapse:syn50614194), for research.

Layout, as of the release and its readme: `Processed_data/sub000.pkl` and `Data/sub000/After_remarks.mat` (struct
array `After_remark`: `vid` the clip, `score` 12 ratings from 0 to 7). The signals are pickles, which run code when
they are read: they are refused, and have to be converted once, which writes `sub000.npz` beside each:

    python -c "import pickle, numpy, pathlib; [numpy.savez(p.with_suffix('.npz'), eeg=pickle.load(p.open('rb')))
    for p in pathlib.Path('.').rglob('sub*.pkl')]"

Such a file holds `eeg` (28 clips, 32 channels, 7500 samples). The order of the channels is that of the second
cohort, to which the owners brought both (told from users of the release; the last two are the mastoids).

A clip of a person is a record; its signals are read from the file whenever they are asked for (all take 3.3 GB).
Official split: none; the owners leave persons out in ten groups.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import ClassVar

import numpy as np

from ai4er.corpora._signals import lazy, matlab_variable, numbered, one_at_a_time, rated
from ai4er.corpora.base import Corpus
from ai4er.errors import Ai4erError
from ai4er.records import Record, Records

SAMPLE_RATE, SAMPLES = 250, 7500
_CHANNELS = (
    "FP1 FP2 FZ F3 F4 F7 F8 FC1 FC2 FC5 FC6 CZ C3 C4 T7 T8 CP1 CP2 CP5 CP6 PZ P3 P4 P7 P8 PO3 PO4 OZ O1 O2 A2 A1"
)
CHANNELS = tuple(_CHANNELS.split())
EMOTIONS = ("anger", "disgust", "fear", "sadness", "neutral", "amusement", "inspiration", "joy", "tenderness")
CLIPS = tuple(name for name in EMOTIONS for _ in range(4 if name == "neutral" else 3))
"""The emotion of each of the 28 clips."""

_ITEMS = "joy tenderness inspiration amusement anger disgust fear sadness arousal valence familiarity liking"
_RATINGS = tuple(_ITEMS.split())
_CONVERT = (
    "python -c \"import pickle, numpy, pathlib; [numpy.savez(p.with_suffix('.npz'), eeg=pickle.load(p.open('rb'))) "
    "for p in pathlib.Path('.').rglob('sub*.pkl')]\""
)
_FILE = re.compile(r"(?P<person>sub\d{3})\.npz")


class Reader(Corpus):
    """FACED; every record has arrays["eeg"] (7500, 32) in microvolt at 250 Hz.

    Dimensions, 0 to 7, where the ratings are there: eight emotions, arousal, valence, familiarity, liking.
    """

    name: ClassVar[str] = "faced"
    title: ClassVar[str] = "FACED: Finer-grained Affective Computing EEG Dataset"
    language: ClassVar[str] = ""
    licence: ClassVar[str] = "from the owners after registration, for research"
    citation: ClassVar[str] = (
        "J. Chen, X. Wang, C. Huang, X. Hu, X. Shen, D. Zhang: A Large Finer-grained Affective Computing EEG Dataset, "
        "Scientific Data 10, 2023"
    )
    spaces: ClassVar[tuple[str, ...]] = ("faced9", "valence_arousal_0_7")
    published: ClassVar[dict[str, int]] = {name: 123 * CLIPS.count(name) for name in EMOTIONS}
    published_speakers: ClassVar[int | None] = 123

    def read(self) -> Records:
        files = numbered(self.root, _FILE)
        if not files:
            pickles = any(self.root.rglob("sub[0-9][0-9][0-9].pkl"))
            hint = (
                f"; sub000.pkl is a pickle that is not read: if you trust it, convert it once: {_CONVERT}"
                if pickles
                else ""
            )
            raise Ai4erError(f"corpus faced: no file below {self.root} is named like Processed_data/sub000.npz{hint}")
        return Records(record for name, path in files for record in self._person(path, name["person"]))

    def _person(self, path: Path, person: str) -> Iterator[Record]:
        ratings = self._ratings(person)
        for clip, label in enumerate(CLIPS, start=1):
            yield Record(
                id=f"{person}_{clip:02d}",
                corpus=self.name,
                speaker=person,
                arrays=lazy(eeg=partial(trial, path, clip)),
                label=label,
                dimensions=ratings.get(clip, {}),
                attributes={"sample_rate": str(SAMPLE_RATE), "channels": " ".join(CHANNELS), "clip": str(clip)},
            )

    def _ratings(self, person: str) -> dict[int, dict[str, float]]:
        """What the person said about each clip, where the file is there."""
        paths = [path for path in sorted(self.root.rglob("After_remarks.mat")) if path.parent.name == person]
        if not paths:
            return {}
        try:
            remarks = matlab_variable(paths[0], "After_remark")
            return {int(remark["vid"]): rated(_RATINGS, np.ravel(remark["score"]).tolist()) for remark in remarks}
        except (KeyError, TypeError, ValueError, IndexError):
            raise Ai4erError(f"{paths[0]}: After_remark is no struct array with vid and score") from None


def trial(path: Path, clip: int) -> np.ndarray:
    """The signals of a clip, (7500, 32)."""
    return signals(path)[clip - 1].T


@one_at_a_time
def signals(path: Path) -> np.ndarray:
    """The signals of a person, (28, 32, 7500)."""
    try:
        with np.load(path, allow_pickle=False) as file:
            found = np.asarray(file["eeg"], np.float32)
    except (ValueError, OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise Ai4erError(f"{path}: no plain array eeg ({error}); convert the owners' file again") from None
    if found.shape != (len(CLIPS), len(CHANNELS), SAMPLES):
        wanted = (len(CLIPS), len(CHANNELS), SAMPLES)
        raise Ai4erError(f"{path}: eeg has the shape {found.shape}; {wanted} is expected")
    return found
