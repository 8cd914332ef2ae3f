"""MEAD: actors say sentences in eight emotions of three levels, filmed from seven sides, English.

The public part has the speakers M003 to M042 and W009 to W040. From the owners (wywu.github.io/projects/MEAD) for
research; some are under a licence agreement.

Layout: `SPEAKER/audio/EMOTION/level_L/NNN.m4a` (M man, W woman; neutral has level 1 only), and
`SPEAKER/video/VIEW/EMOTION/level_L/NNN.mp4` with the views front, left_30, left_60, right_30, right_60, top and
down. The audio paths are those of a table of 7,929 of them; the video paths are known from the release.

Official split: none; leave speakers out. NNN is the take, not the sentence; there is no transcript.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora.base import AUDIO_SUFFIXES
from ai4er.records import Records

_EMOTIONS = ("angry", "contempt", "disgusted", "fear", "happy", "neutral", "sad", "surprised")


class Reader(NamedAudioFiles):
    """MEAD: the audio, and with `view` the video from there too. Attributes: gender, level, take."""

    name: ClassVar[str] = "mead"
    title: ClassVar[str] = "MEAD: Multi-view Emotional Audio-visual Dataset"
    language: ClassVar[str] = "en"
    licence: ClassVar[str] = "from the owners for academic research"
    citation: ClassVar[str] = (
        "K. Wang, Q. Wu, L. Song, Z. Yang, W. Wu, C. Qian, R. He, Y. Qiao, C. C. Loy: "
        "MEAD: A Large-scale Audio-visual Dataset for Emotional Talking-face Generation, ECCV 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("mead8",)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>[MW]\d{{3}})/audio/(?P<emotion>{'|'.join(_EMOTIONS)})/level_(?P<level>[123])/(?P<take>\d{{3}})"
    )
    example: ClassVar[str] = "M003/audio/angry/level_1/001"
    parts: ClassVar[int] = 5
    suffixes: ClassVar[tuple[str, ...]] = (".m4a", *AUDIO_SUFFIXES)

    def __init__(
        self,
        root: Path,
        view: Literal["none", "front", "left_30", "left_60", "right_30", "right_60", "top", "down"] = "none",
    ) -> None:
        super().__init__(root)
        self.view = view

    def read(self) -> Records:
        records = super().read()
        if self.view == "none":
            return records
        return Records(record.replace(video=self._video(record.audio)) for record in records)

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "label": name["emotion"],
            "attributes": {
                "gender": "male" if name["speaker"][0] == "M" else "female",
                "level": name["level"],
                "take": name["take"],
            },
        }

    def _video(self, audio: str | None) -> str | None:
        """The video beside a recording: `video/VIEW` in the place of `audio`."""
        if audio is None:
            return None
        path = Path(audio)
        video = path.parents[3] / "video" / self.view / path.relative_to(path.parents[2]).with_suffix(".mp4")
        return str(video) if video.is_file() else None
