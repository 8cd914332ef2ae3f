"""The recognizers of EEG and of wrist signals that come with the library: examples, and cards that say so."""

from __future__ import annotations

import json

import numpy as np
import pytest

from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import load, shipped
from ai4er.records import Record, Records

LARGEST = 2_000_000
ABOUT = {
    "eeg": ("mental_state3", "eeg", ("no emotions", "four persons", "over 4 speakers")),
    "wrist": ("wesad3", "wrist", ("no emotions", "no medical device", "over 15 speakers")),
}


@pytest.mark.parametrize("name", ABOUT)
def test_a_folder_is_small_and_its_card_says_what_it_cannot_do(name: str) -> None:
    folder, (space, part, said) = shipped()[name], ABOUT[name]
    assert sum(path.stat().st_size for path in folder.rglob("*")) < LARGEST
    found = load(name)
    assert isinstance(found, Recognizer)
    assert (found.space.name, found.needs) == (space, {part})
    card = (folder / "README.md").read_text()
    for words in (*said, "chance: ua 0.333", "each person left out, the system chosen on the others", "ece"):
        assert words in card
    assert json.loads((folder / "config.json").read_text())["encoders"] == {}


def test_probabilities_are_finite_however_wild_the_signals() -> None:
    generator = np.random.default_rng(0)
    lengths = {"bvp": 1768, "eda": 110, "temperature": 110}
    eeg, wrist = [], []
    for number, size in enumerate((1e-9, 1.0, 1e6)):
        signals = {"eeg": size * generator.standard_normal((1024, 4))}
        eeg.append(Record(str(number), "c", arrays=signals, attributes={"sample_rate": "256"}))
        arrays = {name: size * generator.standard_normal(length) for name, length in lengths.items()}
        wrist.append(Record(str(number), "c", arrays=arrays))
    for name, records in (("eeg", eeg), ("wrist", wrist)):
        scores = load(name).predict(Records(records)).scores
        assert np.isfinite(scores).all() and np.allclose(scores.sum(1), 1, atol=1e-5)
