"""The recognizer of faces that comes with the library."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import load, shipped
from ai4er.records import Record, Records

LARGEST = 4_000_000


@pytest.fixture(scope="module")
def loaded() -> Recognizer:
    found = load("face")
    assert isinstance(found, Recognizer)
    return found


def test_the_folder_is_small_and_its_card_has_figures_with_intervals_and_limits() -> None:
    folder = shipped()["face"]
    assert sum(path.stat().st_size for path in folder.rglob("*")) < LARGEST
    card = (folder / "README.md").read_text()
    assert "PrivateTest" in card and "(95 % over 3589 items)" in card and "people shown did not consent" in card
    assert "not what a person feels" in card
    assert json.loads((folder / "config.json").read_text())["temperature"] > 0


def test_neither_size_nor_light_changes_the_answer_much(loaded: Recognizer) -> None:
    faces = [record.arrays["image"] for record in open_corpus("synthetic_face:size=14,pixels=96,noise=0").read()]

    def said(images: list[np.ndarray]) -> np.ndarray:
        return loaded.predict(
            Records(Record(id=str(i), corpus="test", arrays={"image": one}) for i, one in enumerate(images))
        ).scores

    scores = said(faces)
    np.testing.assert_allclose(scores.sum(1), 1, atol=1e-5)
    assert np.abs(said([30 + 0.6 * face for face in faces]) - scores).max() < 0.05
    larger = said([cv2.resize(face, (192, 192), interpolation=cv2.INTER_CUBIC) for face in faces])
    assert np.abs(larger - scores).max() < 0.05


def test_it_is_not_sure_of_pictures_without_a_face(loaded: Recognizer) -> None:
    noise = np.random.default_rng(0).uniform(0, 255, (20, 48, 48)).astype(np.float32)
    flat = np.full((1, 48, 48), 90, np.float32)
    found = loaded.predict(
        Records(Record(id=str(i), corpus="test", arrays={"image": one}) for i, one in enumerate([*noise, *flat]))
    )
    assert found.scores.max(1).mean() < 0.25
