"""EMOVO: acted Italian sentences, some of them without meaning.

588 utterances of 6 actors (3 female, 3 male), 14 sentences in 7 classes, each once, 48 kHz stereo.
Free for research from the owners (Fondazione Ugo Bordoni, voice.fub.it).

Layout: `SP/EMO-SP-TT.wav` with the emotion EMO (disgusto, gioia, neutrale, paura, rabbia, sorpresa,
tristezza), the speaker SP and the sentence TT (b short, l long, n nonsense, d question).

Official split: none; leave speakers out. Every speaker says every sentence, so texts are shared.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from ai4er.corpora._named_files import NamedAudioFiles

_EMOTIONS = {
    "dis": "disgust", "gio": "joy", "neu": "neutral", "pau": "fear",
    "rab": "anger", "sor": "surprise", "tri": "sadness",
}  # fmt: skip
_TEXTS = {
    "b1": "Gli operai si alzano presto.",
    "b2": "I vigili sono muniti di pistola.",
    "b3": "La cascata fa molto rumore.",
    "l1": "L'autunno prossimo Tony partirà per la Spagna nella prima metà di ottobre.",
    "l2": "Ora prendo la felpa di là ed esco per fare una passeggiata.",
    "l3": "Un attimo dopo s'è incamminato ... ed è inciampato.",
    "l4": "Vorrei il numero telefonico del Signor Piatti.",
    "n1": "La casa forte vuole col pane.",
    "n2": "La forza trova il passo e l'aglio rosso.",
    "n3": "Il gatto sta scorrendo nella pera.",
    "n4": "Insalata pastasciutta coscia d'agnello limoncello.",
    "n5": "Uno quarantatré dieci mille cinquantasette venti.",
    "d1": "Sabato sera cosa farà?",
    "d2": "Porti con te quella cosa?",
}
_KINDS = {"b": "short", "l": "long", "n": "nonsense", "d": "question"}


class Reader(NamedAudioFiles):
    """EMOVO. Attributes: gender, text_id, text_kind."""

    name: ClassVar[str] = "emovo"
    title: ClassVar[str] = "EMOVO: an Italian Emotional Speech Database"
    language: ClassVar[str] = "it"
    licence: ClassVar[str] = "non-commercial use with acknowledgement (as reported of the owners' page)"
    citation: ClassVar[str] = (
        "G. Costantini, I. Iaderola, A. Paoloni, M. Todisco: "
        "EMOVO Corpus: an Italian Emotional Speech Database, LREC 2014"
    )
    spaces: ClassVar[tuple[str, ...]] = ("emovo7",)
    published: ClassVar[dict[str, int]] = dict.fromkeys(sorted(_EMOTIONS.values()), 84)
    published_speakers: ClassVar[int | None] = 6

    pattern: ClassVar[re.Pattern[str]] = re.compile(
        rf"(?P<emotion>{'|'.join(_EMOTIONS)})-(?P<speaker>[fm][1-3])-(?P<text>{'|'.join(_TEXTS)})"
    )
    example: ClassVar[str] = "gio-f1-b2"

    def describe(self, name: re.Match[str]) -> dict[str, Any]:
        return {
            "speaker": name["speaker"],
            "text": _TEXTS[name["text"]],
            "label": _EMOTIONS[name["emotion"]],
            "attributes": {
                "gender": "female" if name["speaker"][0] == "f" else "male",
                "text_id": name["text"],
                "text_kind": _KINDS[name["text"][0]],
            },
        }
