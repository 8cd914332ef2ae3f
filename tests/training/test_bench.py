"""Comparing systems on the same folds, and measuring a recognizer that one of them left."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.protocols.base import parse_protocol
from ai4er.recognition.evaluate import evaluate
from ai4er.training.bench import bench
from ai4er.training.contest import Contest
from ai4er.training.data import load_data

CORPUS = "synthetic_speech:size=48"


def contest(out: Path) -> Contest:
    return Contest(CORPUS, "speaker-3fold", out=out, small=True, folds=[1, 2])


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """The page of four systems on two folds, of which two can run, and the folder of their runs."""
    out = tmp_path_factory.mktemp("bench")
    return bench(["tailor", "tim_net", "generalized_subspace", "dwformer"], contest(out), [0]), out


def test_bench_compares_with_a_paired_test_and_reuses_runs(compared: tuple[str, Path]) -> None:
    table, out = compared
    assert "| tim_net | synthetic_speech" in table and "| dwformer | synthetic_speech" in table
    assert "dwformer - tim_net: ua" in table and "paired permutation over" in table
    before = {path: path.stat().st_mtime_ns for path in out.rglob("recognizer/model.safetensors")}
    again = bench(["tim_net"], contest(out), [0])
    assert "| tim_net | synthetic_speech" in again
    assert len(before) == 4 and all(path.stat().st_mtime_ns == time for path, time in before.items())


def test_a_recognizer_is_measured_as_it_is(compared: tuple[str, Path], tmp_path: Path) -> None:
    folder = compared[1] / "tim_net" / "seed-0" / "fold-1" / "recognizer"
    table = evaluate(folder, "synthetic_speech:size=40,seed=3", split="test", out=tmp_path)
    assert "as_is:split=test" in table and "Trained on synthetic_speech too" in table
    assert (tmp_path / "predictions.parquet").exists()
    with pytest.raises(Ai4erError, match="no split 'dev'"):
        evaluate(folder, CORPUS, split="dev")


def test_what_cannot_run_is_listed_below_the_table_and_leaves_nothing(compared: tuple[str, Path]) -> None:
    page, out = compared
    table, _, below = page.partition("Cannot run here:")
    assert "tailor" not in table and "generalized_subspace" not in table
    lines = below.strip().splitlines()
    assert lines[0].startswith("- tailor: ") and "no labels of kind multi" in lines[0]
    assert lines[1].startswith("- generalized_subspace: ") and "no 'unlabelled' data" in lines[1] and len(lines) == 2
    assert {path.name for path in out.iterdir()} == {"tim_net", "dwformer"}


def test_bench_is_an_error_without_a_system_with_an_unknown_one_and_where_none_can_run(tmp_path: Path) -> None:
    for names, said in (
        ([], "at least one system"),
        (["tim_net", "dwformr"], "did you mean 'dwformer'"),
        (["tailor", "generalized_subspace"], r"no system can run .*tailor: .*; generalized_subspace:"),
    ):
        with pytest.raises(Ai4erError, match=said):
            bench(names, contest(tmp_path), [0])
    assert not list(tmp_path.iterdir())


def test_a_corpus_that_does_not_say_who_speaks_marks_its_folds(monkeypatch: pytest.MonkeyPatch) -> None:
    data = load_data(CORPUS, ["single"])
    protocol = parse_protocol("speaker_kfold:folds=3")
    assert [fold.mark for fold in data.folds(protocol, 0)] == ["", "", ""]
    monkeypatch.setattr(type(data.corpora[0]), "speakers_known", False)
    assert {fold.mark for fold in data.folds(protocol, 0)} == {"‡speakers unknown"}
