"""Comparing systems on the same folds, and measuring a recognizer that one of them left."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.protocols.base import parse_protocol
from ai4er.recognition.evaluate import evaluate
from ai4er.training.bench import bench
from ai4er.training.data import load_data

CORPUS = "synthetic_speech:size=48"


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The table of two systems on two folds, and the folder of their runs."""
    out = tmp_path_factory.mktemp("bench")
    names = ["tim_net", "dwformer"]
    return bench(names, CORPUS, "speaker_kfold:folds=3", None, None, [0], [1, 2], out, small=True), out


def test_bench_compares_with_a_paired_test_and_reuses_runs(compared: tuple[str, Path]) -> None:
    table, out = compared
    assert "| tim_net | synthetic_speech" in table and "| dwformer | synthetic_speech" in table
    assert "dwformer - tim_net: ua" in table and "paired permutation over" in table
    before = {path: path.stat().st_mtime_ns for path in out.rglob("recognizer/model.safetensors")}
    again = bench(["tim_net"], CORPUS, "speaker_kfold:folds=3", None, None, [0], [1, 2], out, small=True)
    assert "| tim_net | synthetic_speech" in again
    assert len(before) == 4 and all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_recognizer_is_measured_as_it_is(compared: tuple[str, Path], tmp_path: Path) -> None:
    folder = compared[1] / "tim_net" / "seed-0" / "fold-1" / "recognizer"
    table = evaluate(folder, "synthetic_speech:size=40,seed=3", split="test", out=tmp_path)
    assert "as_is:split=test" in table and "Trained on synthetic_speech too" in table
    assert (tmp_path / "predictions.parquet").exists()
    with pytest.raises(Ai4erError, match="no split 'dev'"):
        evaluate(folder, CORPUS, split="dev")


def test_bench_without_a_system_says_so(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="at least one system"):
        bench([], CORPUS, "official", None, None, [0], None, tmp_path)


def test_a_corpus_that_does_not_say_who_speaks_marks_its_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_data(CORPUS, ["single"])
    protocol = parse_protocol("speaker_kfold:folds=3")
    assert [fold.mark for fold in data.folds(protocol, 0)] == ["", "", ""]
    monkeypatch.setattr(type(data.corpora[0]), "speakers_known", False)
    assert {fold.mark for fold in data.folds(protocol, 0)} == {"‡speakers unknown"}
