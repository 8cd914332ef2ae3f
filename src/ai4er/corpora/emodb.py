"""EMO-DB, the Berlin Database of Emotional Speech: acted German sentences, recorded in a studio.

535 utterances of 10 actors (5 female, 5 male, 21 to 35 years), 10 sentences, 7 classes, 16 kHz.
Free download from the owners (emodb.bilderbar.info, Technical University of Berlin).

Layout: `wav/SSTTTEV.wav` with the speaker SS, the sentence TTT, the letter E of the German emotion
word (Wut, Langeweile, Ekel, Angst, Freude, Trauer, neutral) and the version V.

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
Quirks: most files were scaled to full peak by the owners, so level carries no emotion; classes are
unequal because only utterances that listeners recognised were kept.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness", "T": "sadness", "N": "neutral",
}  # fmt: skip
_SPEAKERS = {
    "03": ("male", "31"), "08": ("female", "34"), "09": ("female", "21"), "10": ("male", "32"), "11": ("male", "26"),
    "12": ("male", "30"), "13": ("female", "32"), "14": ("female", "35"), "15": ("male", "25"), "16": ("female", "31"),
}  # fmt: skip
_TEXTS = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",
}


class Reader(NamedAudioFiles):
    """EMO-DB. Attributes: gender, age, text_id, version."""

    name: ClassVar[str] = "emodb"
    title: ClassVar[str] = "EMO-DB: Berlin Database of Emotional Speech"
    language: ClassVar[str] = "de"
    licence: ClassVar[str] = "free download from the owners, without a licence text (catalogues list it as CC0)"
    citation: ClassVar[str] = (
        "F. Burkhardt, A. Paeschke, M. Rolfes, W. Sendlmeier, B. Weiss: "
        "A Database of German Emotional Speech, Interspeech 2005"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emodb7",)
    published: ClassVar[dict[str, int]] = {
        "anger": 127, "boredom": 81, "disgust": 46, "fear": 69, "happiness": 71, "neutral": 79, "sadness": 62,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 10

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<speaker>{'|'.join(_SPEAKERS)})(?P<text>{'|'.join(_TEXTS)})(?P<emotion>[WLEAFTN])(?P<version>[a-z])"
    )
    example: ClassVar[str] = "03a01Fa"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        gender, age = _SPEAKERS[name["speaker"]]
        return {
            "speaker": name["speaker"],
            "text": _TEXTS[name["text"]],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {"gender": gender, "age": age, "text_id": name["text"], "version": name["version"]},
        }
