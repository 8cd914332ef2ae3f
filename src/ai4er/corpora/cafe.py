"""CaFE, the Canadian French Emotional speech dataset: six sentences acted in seven emotions.

936 utterances of 12 actors (6 female, 6 male, 15 to 64 years), 6 sentences, 6 emotions in two intensities and neutral.
Zenodo record 1478765 (Université de Sherbrooke), CC BY-NC-SA 4.0; the same recordings at 48 kHz and at 192 kHz.

Layout: `Colère/Fort/AA-E-I-S.wav`: actor AA (odd male, even female), letter E of the French emotion word (Colère,
Dégoût, Joie, Neutre, Peur, Surprise, Tristesse), intensity I (1 faible, 2 fort; neutral has 1 only), sentence S. The
archives hold .wav or .aiff; folders do not matter, and their accents are damaged by some unpackers. Taken from the
EmoBox table of paths; sentences and ages from the owners' Readme as users cite it.

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
Quirks: read one of the two archives; of both, the second one is reported as files of the same name.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "C": "anger", "D": "disgust", "J": "happiness", "N": "neutral", "P": "fear", "S": "surprise", "T": "sadness",
}  # fmt: skip
_INTENSITIES = {"1": "low", "2": "high"}
_AGES = {
    "01": "46", "02": "64", "03": "18", "04": "50", "05": "22", "06": "34",
    "07": "15", "08": "25", "09": "42", "10": "20", "11": "35", "12": "37",
}  # fmt: skip
_TEXTS = {
    "1": "Un cheval fou dans mon jardin.",
    "2": "Deux ânes aigris au pelage brun.",
    "3": "Trois cygnes aveugles au bord du lac.",
    "4": "Quatre vieilles truies éléphantesques.",
    "5": "Cinq pumas fiers et passionnés.",
    "6": "Six ours aimants domestiqués.",
}


class Reader(NamedAudioFiles):
    """CaFE. Attributes: gender, age, intensity (low, high; neutral has none), text_id."""

    name: ClassVar[str] = "cafe"
    title: ClassVar[str] = "CaFE: Canadian French Emotional speech dataset"
    language: ClassVar[str] = "fr"
    licence: ClassVar[str] = "CC BY-NC-SA 4.0"
    citation: ClassVar[str] = (
        "P. Gournay, O. Lahaie, R. Lefebvre: A Canadian French Emotional Speech Dataset, ACM MMSys 2018"
    )
    spaces: ClassVar[tuple[str, ...]] = ("cafe7",)
    published: ClassVar[dict[str, int]] = {
        "anger": 144, "disgust": 144, "fear": 144, "happiness": 144, "neutral": 72, "sadness": 144, "surprise": 144,
    }  # fmt: skip
    published_speakers: ClassVar[int | None] = 12

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        r"(?P<speaker>0[1-9]|1[0-2])-(?:(?P<neutral>N)-1|(?P<emotion>[CDJPST])-(?P<intensity>[12]))-(?P<text>[1-6])"
    )
    example: ClassVar[str] = "08-P-2-1"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        intensity = {"intensity": _INTENSITIES[name["intensity"]]} if name["intensity"] else {}
        return {
            "speaker": name["speaker"],
            "text": _TEXTS[name["text"]],
            "label": _EMOTIONS[name["neutral"] or name["emotion"]],
            "attributes": {
                "gender": "male" if int(name["speaker"]) % 2 else "female",
                "age": _AGES[name["speaker"]],
                "text_id": name["text"],
                **intensity,
            },
        }
