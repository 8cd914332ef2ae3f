"""Scenes as frames, vectors, sound, words and EEG: what there is to perceive stays, and nothing else comes in."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.diagnostics.suite._intake import Form
from ai4er.diagnostics.suite._render import RATE, SAMPLES, rendered
from ai4er.diagnostics.suite.base import mechanism
from ai4er.records import Record, Records

STEPS, FACTORS = 6, 5
SYMBOLS = np.eye(FACTORS, dtype=np.float32)[[3, 1, 1, 0, 4, 2]]


def one(factors: np.ndarray = SYMBOLS) -> Records:
    return Records(
        [Record(id="a", corpus="c", arrays={"scene": factors}), Record(id="b", corpus="c", arrays={"scene": factors})]
    )


def test_frames_can_be_turned_back_into_the_factors() -> None:
    shown = np.tile(SYMBOLS, (40, 1))
    frames = rendered(one(shown), {"speech": Form("frames", (13,))}, 0)[0].arrays["speech"]
    assert frames.shape == (40 * STEPS, 13) and frames.dtype == np.float32
    solution, *_ = np.linalg.lstsq(frames, shown, rcond=None)
    assert (frames @ solution).argmax(1).tolist() == shown.argmax(1).tolist()


def test_a_vector_knows_how_often_but_not_when() -> None:
    forms = {"features": Form("vector", (719,))}
    forwards, backwards = (rendered(one(x), forms, 0)[0].arrays["features"] for x in (SYMBOLS, SYMBOLS[::-1]))
    other = rendered(one(np.roll(SYMBOLS, 1, axis=1)), forms, 0)[0].arrays["features"]
    assert forwards.shape == (32,)
    assert np.abs(forwards - backwards).max() < np.abs(forwards - other).max()


def test_sound_holds_the_tone_of_each_symbol() -> None:
    record = rendered(one(), {"waveform": Form("sound")}, 0)[0]
    steps = record.arrays["audio"].reshape(STEPS, SAMPLES)
    assert record.attributes["sample_rate"] == str(RATE)
    loudest = np.abs(np.fft.rfft(steps * np.hanning(SAMPLES), axis=1)).argmax(1)
    assert loudest[1] == loudest[2] and len(set(loudest.tolist())) == FACTORS


def test_every_symbol_is_a_word_of_its_own() -> None:
    words = (rendered(one(), {"tokens": Form("words", (48,))}, 0)[0].text or "").split()
    assert len(words) == STEPS and words[1] == words[2] and len(set(words)) == FACTORS


def test_eeg_is_taken_as_it_is_and_other_scenes_are_mixed_into_it() -> None:
    eeg = np.random.default_rng(0).standard_normal((4, 62, 5)).astype(np.float32)
    form = {"eeg": Form("eeg", (62, 5))}
    np.testing.assert_array_equal(rendered(one(eeg), form, 0)[0].arrays["eeg"], eeg)
    assert rendered(one(), form, 0)[0].arrays["eeg"].shape == (STEPS, 62, 5)
    assert rendered(one(eeg), {"features": Form("vector", (9,))}, 0)[0].arrays["features"].shape == (620,)


def test_modalities_go_to_the_inputs_in_order_and_what_is_missing_stays_missing() -> None:
    forms = {name: Form("frames", (9,)) for name in ("speech", "text", "video")}
    scene = mechanism("missing_modality").records(0)
    test = scene.where(lambda record: record.split == "test")[:3]
    for before, after in zip(test, rendered(test, forms, 0)):
        given = {"first": "speech", "second": "text", "third": "video"}
        assert {given[name] for name in before.arrays} == set(after.arrays)


def test_an_input_that_is_left_over_shows_noise_only() -> None:
    scene = Records([Record(id="a", corpus="c", arrays={"first": SYMBOLS, "second": SYMBOLS})])
    found = rendered(scene, {name: Form("frames", (9,)) for name in ("speech", "text", "video")}, 0)[0].arrays
    assert np.abs(found["video"]).max() < 1.5 < np.abs(found["speech"]).max()


def test_the_same_seed_renders_the_same_and_inputs_differ() -> None:
    forms = {"speech": Form("frames", (9,)), "text": Form("frames", (9,))}
    first, second = rendered(one(), forms, 0)[0].arrays, rendered(one(), forms, 0)[0].arrays
    np.testing.assert_array_equal(first["speech"], second["speech"])
    assert not np.allclose(first["speech"], first["text"])


@pytest.mark.parametrize("kind", ["frames", "vector", "sound", "words"])
def test_labels_and_speakers_pass_through(kind: str) -> None:
    scene = Records([Record(id="a", corpus="c", speaker="s", label="anger", arrays={"scene": SYMBOLS})])
    found = rendered(scene, {"x": Form(kind, (9,))}, 0)[0]  # type: ignore[arg-type]
    assert (found.speaker, found.label, "scene" in found.arrays) == ("s", "anger", False)
