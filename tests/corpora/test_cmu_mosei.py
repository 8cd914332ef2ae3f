from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.labels import label_space

FEATURES = np.array([[1.0, 2 / 3, 0, 0, 0, 0, 1 / 3], [-3.0, 0, 0, 0, 0, 0, 0]])
INTERVALS = np.array([[7.14, 13.56], [20.0, 22.5]])
TRANSCRIPT = "-3g5yACwYnA___0___0.0___7.1___Hello\n-3g5yACwYnA___1___7.1400___13.5600___Key is part of it___so\n"


@pytest.fixture
def folder(tmp_path: Path, write_text) -> Path:
    np.savez(
        tmp_path / "CMU_MOSEI_Labels.npz",
        **{"-3g5yACwYnA/features": FEATURES, "-3g5yACwYnA/intervals": INTERVALS},
    )  # type: ignore[arg-type]
    write_text("Raw/Transcript/Segmented/Combined/-3g5yACwYnA.txt", TRANSCRIPT)
    write_text("Raw/Transcript/Full/Combined/-3g5yACwYnA.txt", "Hello. Key is part of it.")
    return tmp_path


def test_a_sentence_has_emotions_sentiment_and_the_line_with_its_times(folder: Path, write_text) -> None:
    write_text(
        "cmu_mosei_std_folds.py",
        'standard_train_fold=[]\nstandard_valid_fold=["-3g5yACwYnA"]\nstandard_test_fold=[]\n',
    )
    first, second = open_corpus("cmu_mosei", folder).read()
    assert (first.id, first.session, first.split) == ("-3g5yACwYnA[0]", "-3g5yACwYnA", "valid")
    assert (first.text, first.attributes) == ("Key is part of it___so", {"clip": "1"})
    assert (first.labels, first.score, first.start, first.end) == (("happy", "fear"), 1.0, 7.14, 13.56)
    assert first.dimensions["fear"] == pytest.approx(1 / 3)
    assert (second.labels, second.score, second.text) == ((), -3.0, None)


def test_every_label_space_gives_a_target(folder: Path) -> None:
    corpus = open_corpus("cmu_mosei", folder)
    record = corpus.read()[0]
    assert all(label_space(name).target(record) is not None for name in corpus.spaces)
    assert corpus.left_out() == ["segments without a line in the transcript (1): -3g5yACwYnA[1]"]


def test_the_recording_of_a_clip_is_found_by_its_number_in_the_transcript(folder: Path, write_text) -> None:
    video = write_text("Raw/Videos/Segmented/Combined/-3g5yACwYnA_1.mp4", "")
    first, second = open_corpus("cmu_mosei", folder).read()
    assert (first.video, first.start) == (str(video), None)
    assert (second.video, second.start) == (None, 20.0)


def test_the_hdf5_file_alone_says_how_to_convert_it(tmp_path: Path, write_text) -> None:
    write_text("CMU_MOSEI_Labels.csd", "")
    with pytest.raises(
        Ai4erError, match=r"run: python -c \"import h5py, numpy; .*numpy\.savez\('CMU_MOSEI_Labels\.npz'"
    ):
        open_corpus("cmu_mosei", tmp_path).read()


def test_an_empty_folder_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no CMU_MOSEI_Labels\.npz, made of CMU_MOSEI_Labels\.csd"):
        open_corpus("cmu_mosei", tmp_path).read()


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (FEATURES[:, :6], r"not the converted labels \(-3g5yACwYnA has the shapes"),
        (FEATURES * 2, r"-3g5yACwYnA\[1\] is .*; sentiment from -3 to 3"),
        (np.array([None]), "not the converted labels"),
    ],
)
def test_damaged_labels_are_one_clear_line(folder: Path, features: np.ndarray, message: str) -> None:
    arrays = {"-3g5yACwYnA/features": features, "-3g5yACwYnA/intervals": INTERVALS}
    np.savez(folder / "CMU_MOSEI_Labels.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(Ai4erError, match=message):
        open_corpus("cmu_mosei", folder).read()


def test_a_damaged_transcript_is_one_clear_line(folder: Path, write_text) -> None:
    write_text("Raw/Transcript/Segmented/Combined/-3g5yACwYnA.txt", TRANSCRIPT[:-40])
    with pytest.raises(Ai4erError, match="a line is not VIDEO___CLIP___START___END___TEXT"):
        open_corpus("cmu_mosei", folder).read()
