"""A baseline reads what a corpus has, says so, and never replaces what a person asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.training.run import plan, train


@pytest.mark.parametrize(
    ("system", "corpus", "read"),
    [
        ("support_vector_machine", "synthetic_eeg", "differential_entropy"),
        ("random_forest", "synthetic_ecg", "heart_rate_variability"),
        ("multilayer_perceptron", "synthetic_text", "text_vector:encoder=minilm"),
        ("decision_tree", "synthetic_face", "image"),
        ("lstm", "synthetic_eeg", "differential_entropy"),
        ("hidden_markov_model", "synthetic_text", "text_frames:encoder=minilm"),
    ],
)
def test_a_corpus_without_sound_is_read_by_the_first_front_end_that_fits(system: str, corpus: str, read: str) -> None:
    made = plan(system, f"{corpus}:size=24", "loso")
    assert list(made.config.inputs.values()) == [read]
    assert any(f"{corpus} has nothing that" in note and f"read instead: {read}" in note for note in made.notes)


def test_sound_is_read_where_there_is_some() -> None:
    made = plan("support_vector_machine", "synthetic_speech:size=24", "loso")
    assert made.config.inputs == {"features": "functionals"} and not made.notes


def test_an_input_that_was_asked_for_is_not_replaced(tmp_path: object) -> None:
    settings = {"inputs": {"features": "functionals:normalise_level=false"}}
    assert (
        plan("support_vector_machine", "synthetic_eeg:size=24", "loso", settings=settings).config.inputs
        == settings["inputs"]
    )
    with pytest.raises(Ai4erError, match="no record of synthetic_eeg has one"):
        train("support_vector_machine", "synthetic_eeg:size=24", "loso", settings=settings, out=f"{tmp_path}/run")


def test_what_cannot_read_a_corpus_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="reads the image of a record"):
        train("image_network", "synthetic_speech", "speaker_kfold:folds=3", small=True, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_training_that_is_refused_at_its_first_fold_leaves_no_folder(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no training item has votes of both"):
        train("perceptual_fairness", "synthetic_speech", "speaker_kfold:folds=2", small=True, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(("spec", "hint"), [("ai4er-fase", "did you mean ai4er-face"), ("ai4er-small", "kind image")])
def test_an_encoder_that_is_not_there_is_an_error_with_a_hint(tmp_path: Path, spec: str, hint: str) -> None:
    with pytest.raises(Ai4erError, match=f"the encoder {spec} cannot be had here.*{hint}"):
        train(
            "multi_feature_cross_attention", "synthetic_speech", "speaker_kfold:folds=2",
            settings={"image_weights": spec}, small=True, out=tmp_path / "run",
        )  # fmt: skip


def test_the_encoder_of_faces_may_be_named_and_another_one_is_an_error(tmp_path: Path) -> None:
    named = {"inputs": {"face": "face_vector:encoder=ai4er-face"}, "epochs": 1}
    train(
        "corpora_perceptron", "synthetic_face:size=21", "speaker_kfold:folds=3", settings=named, out=tmp_path / "run",
        folds=[1],
    )  # fmt: skip
    other = {"inputs": {"face": "face_vector:encoder=ai4er-small"}}
    with pytest.raises(Ai4erError, match=r"the encoder ai4er-small cannot be had here.*kind image"):
        train("corpora_perceptron", "synthetic_face", "speaker_kfold:folds=3", settings=other, out=tmp_path / "other")
    assert not (tmp_path / "other").exists()
