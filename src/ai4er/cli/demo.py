"""The demonstration: generated samples, or a person's own file, recognised and drawn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from ai4er.cli.show import show_recognition
from ai4er.errors import Ai4erError
from ai4er.recognition.recognize import recognize

_SENTENCE = "I can't believe you did this for me, thank you so much!"
_DIALOGUE = (
    ("Ada", "Did you see the message from the landlord?"),
    ("Ben", "No. What does it say?"),
    ("Ada", "He wants us out by Friday. I am furious."),
    ("Ben", "What? That can't be right!"),
    ("Ada", "I am scared we won't find anything in time."),
    ("Ben", "Hey, my sister has a room free. We can move in tomorrow."),
    ("Ada", "Really? Oh, that is wonderful, thank you!"),
)
_VOICES = (
    "(The voices of sentence.wav and scene.wav are generated. The recognizer learnt from people, and is unsure of "
    "them: try your own recording with make demo FILE=my.wav)"
)
_SCENE = (("neutral", 0), ("anger", 1), ("anger", 0), ("sadness", 1), ("happiness", 0), ("happiness", 1))


def run(file: Path | None, out: Path) -> None:
    """Write samples and pictures into `out`, and print what is recognised.

    Raises `Ai4erError` when the folder cannot be written or the file cannot be read.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Ai4erError(f"cannot write {out}: {error.strerror}") from None
    given: list[str | Path] = [file] if file else [*samples(out), _SENTENCE]
    for one in given:
        found = recognize(one)
        show_recognition(found)
        if found.segments and (isinstance(one, Path) or file):
            print(f"timeline: {found.timeline(out / f'{Path(found.source).stem}-timeline.png')}\n")
    if file is None:
        print(_VOICES)


def samples(out: Path) -> list[Path]:
    """A spoken sentence, a spoken scene of two speakers, and a written dialogue, from the project's own generator."""
    import soundfile

    from ai4er.corpora._voice import SAMPLE_RATE, speak, voice

    generator = np.random.default_rng(7)
    rate = SAMPLE_RATE
    sentence = np.concatenate([np.zeros(rate // 2), speak("happiness", voice(0), 2.5, generator), np.zeros(rate // 2)])
    pause = np.zeros(int(0.7 * rate))
    scene = np.concatenate(
        [part for label, who in _SCENE for part in (pause, speak(label, voice(who), 2.2, generator))] + [pause]
    )
    paths = [out / "sentence.wav", out / "scene.wav", out / "dialogue.csv"]
    noise = [1e-4 * generator.standard_normal(len(audio)) for audio in (sentence, scene)]
    for path, audio, hiss in zip(paths, (sentence, scene), noise):
        soundfile.write(path, (audio + hiss).astype(np.float32), rate)
    with paths[2].open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([("speaker", "text"), *_DIALOGUE])
    return paths
