"""Music to measure recognizers on: scores of several composers, played by sampled instruments.

    pip install --target DIR music21 pretty_midi tinysoundfont

and DIR in PYTHONPATH: the scores come with music21 (BSD; the scores are free), the sounds of the instruments with
pretty_midi (TimGM6mb, GPL), and tinysoundfont plays them. Nothing of it is stored here.
"""

from __future__ import annotations

import importlib.util
import tempfile
from pathlib import Path

import numpy as np

from ai4er.errors import Ai4erError

RATE = 16_000
SECONDS = 5.0
COMPOSERS = ("bach", "beethoven", "haydn", "joplin", "monteverdi", "mozart", "palestrina", "schumann_robert")
LARGEST = 40_000
"""Bytes of a score: longer ones take half a minute to read."""
INSTRUMENTS = {
    "piano": 0, "organ": 19, "guitar": 24, "strings": 48, "choir": 52, "trumpet": 56, "clarinet": 71, "flute": 73,
}  # fmt: skip
"""Instruments by their numbers in General MIDI."""


def excerpts(number: int) -> list[np.ndarray]:
    """Samples (samples,) of five seconds each at 16 kHz; composers and instruments take turns.

    Raises `Ai4erError` where the packages are missing.
    """
    if any(importlib.util.find_spec(name) is None for name in ("music21", "pretty_midi", "tinysoundfont")):
        raise Ai4erError("music needs music21, pretty_midi and tinysoundfont: see benchmarks/music.py")
    from music21.corpus.corpora import CoreCorpus

    draw, made = np.random.default_rng(0), []
    files = {name: map(Path, CoreCorpus().getComposer(name)) for name in COMPOSERS}
    scores = {
        name: sorted(str(file) for file in found if file.stat().st_size < LARGEST) for name, found in files.items()
    }
    played = list(INSTRUMENTS)
    while len(made) < number:
        round_of_all, place = divmod(len(made), len(COMPOSERS))
        score = str(draw.choice(scores[COMPOSERS[place]]))
        samples = _played(score, INSTRUMENTS[played[(place + round_of_all) % len(played)]], draw)
        if samples is not None:
            made.append(samples)
    return made


def _played(score: str, program: int, draw: np.random.Generator) -> np.ndarray | None:
    """Five seconds of a score from anywhere in its first minute; None where it is silent there, or cannot be played."""
    from music21 import converter, instrument
    from music21.exceptions21 import Music21Exception
    from tinysoundfont import Sequencer, Synth

    notes = converter.parse(score)
    for part in notes.parts:
        player = instrument.Instrument()
        player.midiProgram = program
        part.insert(0, player)
    with tempfile.TemporaryDirectory() as place:
        try:
            notes.write("midi", Path(place) / "score.mid")
        except Music21Exception:  # repeats that lead nowhere
            return None
        synthesizer = Synth(samplerate=RATE)
        synthesizer.sfload(str(_sounds()))
        Sequencer(synthesizer).midi_load(str(Path(place) / "score.mid"))
        synthesizer.generate(int(draw.uniform(1, 60) * RATE))
        sides = np.frombuffer(bytes(synthesizer.generate(int(SECONDS * RATE))), np.float32)
    samples = sides.reshape(-1, 2).mean(1)
    quarters = np.abs(samples).reshape(4, -1).max(1)
    return None if quarters.min() < 1e-3 else samples * (draw.uniform(0.05, 0.9) / quarters.max())


def _sounds() -> Path:
    found = importlib.util.find_spec("pretty_midi")
    assert found is not None and found.submodule_search_locations, "asked before"
    return Path(found.submodule_search_locations[0]) / "TimGM6mb.sf2"
