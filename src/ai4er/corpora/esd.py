"""ESD, the Emotional Speech Dataset: sentences read with five emotions, ten speakers of Mandarin and ten of English.

35,000 utterances of 20 speakers (10 female, 10 male), 350 sentences of each language, each in 5 classes, 16 kHz. For
research, after a signed licence, from the owners (github.com/HLTSingapore/Emotional-Speech-Data).

Layout: `0011/Angry/0011_000351.wav`, in the first release with the official part as a further folder
(`0011/Angry/train|evaluation|test/0011_000351.wav`); 0001 to 0010 speak Mandarin. The number says the emotion: 350 of
each, in the order neutral, angry, happy, sad, surprise. `0011/0011.txt` holds name, text and emotion of a line each.
Taken from the EmoBox table of paths, and for genders, parts and transcripts from the owners' ReadMe as users cite it.

Official split: train, evaluation, test where the folders say it. Every speaker is in all three: for voice conversion,
not for recognition of emotion; leave speakers out.
Quirks: the transcripts are in several encodings (UTF-8, UTF-16, GB 18030), and not every line keeps the form.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, ClassVar, Literal

from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.corpora.base import some
from ai4er.errors import Ai4erError
from ai4er.records import Records

_EMOTIONS = ("neutral", "angry", "happy", "sad", "surprise")
_SENTENCES = 350
_FEMALE = {"0001", "0002", "0003", "0007", "0009", "0015", "0016", "0017", "0018", "0019"}
_LAST_OF_MANDARIN = "0010"
_PARTS = ("train", "evaluation", "test")
_LINE = re.compile(r"\ufeff?(?P<id>\d{4}_\d{6})\s+(?P<text>.*?)(?:\t[^\t]*)?\s*")


class Reader(NamedAudioFiles):
    """ESD, all of it or one `language`: zh or en. Attributes: gender, text_id."""

    name: ClassVar[str] = "esd"
    title: ClassVar[str] = "ESD: Emotional Speech Dataset"
    language: ClassVar[str] = "zh, en"
    licence: ClassVar[str] = "research only, after a signed licence"
    citation: ClassVar[str] = (
        "K. Zhou, B. Sisman, R. Liu, H. Li: Seen and Unseen Emotional Style Transfer for Voice Conversion with a New "
        "Emotional Speech Dataset, ICASSP 2021; Emotional Voice Conversion: Theory, Databases and ESD, "
        "Speech Communication 137, 2022"
    )
    spaces: ClassVar[tuple[str, ...]] = ("esd5",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(_EMOTIONS, 7000)

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<speaker>00(?:0[1-9]|1\d|20))_(?P<number>00(?:0\d{3}|1[0-6]\d\d|17[0-4]\d|1750))"
    )
    example: ClassVar[str] = "0011_000351"

    def __init__(self, root: Path, language: Literal["all", "zh", "en"] = "all") -> None:
        super().__init__(root)
        self.spoken = language

    def expected(self) -> dict[str, dict[str, int]]:
        return {"": self.published if self.spoken == "all" else dict.fromkeys(_EMOTIONS, 3500)}

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        emotion, sentence = divmod(int(name["number"]) - 1, _SENTENCES)
        language = _language(name["speaker"])
        return {
            "speaker": name["speaker"],
            "language": language,
            "label": _EMOTIONS[emotion],
            "attributes": {
                "gender": "female" if name["speaker"] in _FEMALE else "male",
                "text_id": f"{language}{sentence + 1:03d}",
            },
        }

    def read(self) -> Records:
        texts = self._texts()
        records = [
            record.replace(text=texts.get(record.id), split=_part(Path(record.audio or "")))
            for record in super().read()
            if self.spoken in ("all", record.language)
        ]
        if not records:
            raise Ai4erError(f"corpus esd: {self.root} has no speaker of the language {self.spoken}")
        return Records(records)

    def left_out(self) -> list[str]:
        """Also the utterances whose folder says another emotion than the number, and those without a text."""
        records = self.read()
        paths = [Path(record.audio or "").relative_to(self.root) for record in records]
        folders = [(record, {part.lower() for part in path.parts}) for record, path in zip(records, paths)]
        moved = [r.id for r, parts in folders if r.label not in parts and parts & set(_EMOTIONS)]
        silent = [r.id for r in records if r.text is None] if any(r.text for r in records) else []
        lines = super().left_out()
        if moved:
            lines.append(f"utterances in the folder of another emotion ({len(moved)}): {some(moved)}")
        if silent:
            lines.append(f"utterances without a line in the transcripts ({len(silent)}): {some(silent)}")
        return lines

    def _texts(self) -> dict[str, str]:
        """The text by name of the utterance, from the transcripts that are there."""
        lines = [
            _LINE.fullmatch(line)
            for path in sorted(self.root.rglob("00[0-9][0-9].txt"))
            for line in _decoded(path).splitlines()
        ]
        return {line["id"]: line["text"].strip() for line in lines if line}


def _language(speaker: str) -> str:
    return "zh" if speaker <= _LAST_OF_MANDARIN else "en"


def _part(path: Path) -> str:
    return path.parent.name if path.parent.name in _PARTS else ""


def _decoded(path: Path) -> str:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("gb18030" if _language(path.stem) == "zh" else "cp1252", "replace")
