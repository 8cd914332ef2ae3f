"""Emotions in Polish speech recordings: six words said in anger, in fear and neutrally, Polish.

450 recordings of 5 speakers, 44.1 kHz, of one short word each (nie, oddaj, podaj, stop, tak, trzymaj), five times.
Free download from the owners (Gdańsk University of Technology, mostwiedzy.pl).

Layout, from a table of all paths: `SPEAKER.E_WORD_R.wav` with the speaker m1 to m5, the emotion E (a anger, n
neutral, s fear: Polish strach) and the repetition R.

Official split: none; leave speakers out. All say the same words.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {"a": "anger", "n": "neutral", "s": "fear"}


class Reader(NamedAudioFiles):
    """Polish emotional words. Attributes: repetition."""

    name: ClassVar[str] = "polish"
    title: ClassVar[str] = "Emotions in Polish speech recordings"
    language: ClassVar[str] = "pl"
    licence: ClassVar[str] = "free download from the owners, under the licence of its page there"
    citation: ClassVar[str] = (
        "K. Mięsikowska, D. Świsulski: Emotions in Polish speech recordings, Gdańsk University of Technology, 2020"
    )
    spaces: ClassVar[tuple[str, ...]] = ("polish3",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(sorted(_EMOTIONS.values()), 150)
    published_speakers: ClassVar[int | None] = 5

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<speaker>m[1-5])\.(?P<emotion>[ans])_(?P<word>nie|oddaj|podaj|stop|tak|trzymaj)_(?P<repetition>[1-5])"
    )
    example: ClassVar[str] = "m3.s_trzymaj_5"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "text": name["word"],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"repetition": name["repetition"]},
        }
