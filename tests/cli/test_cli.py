"""The command line as a person meets it: answers, one-line errors, exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli._program import run


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "timnet", "--corpus", "emodb", "--protocol", "loso"], "did you mean 'tim_net'"),
        (["train", "tim_net", "--corpus", "emodbb", "--protocol", "loso"], "did you mean 'emodb'"),
        (["train", "tim_net", "--corpus", "synthetic_speech", "--protocol", "losso"], "did you mean"),
        (["train", "tim_net", "--corpus", "synthetic_speech", "--protocol", "cross_corpus:target=x"], "two corpora"),
        (["train", "tim_net", "--corpus", "synthetic_speech", "--protocol", "loso", "--set", "epoch=3"], "epochs"),
        (["train", "tim_net", "--corpus", "synthetic_speech", "--protocol", "loso", "--folds", "99"], "no fold 99"),
        (["train", "tim_net", "--corpus", "emodb", "--protocol", "loso", "--data", "/nowhere"], "no folder /nowhere"),
        (["recognize", "missing.wav"], "no such file: missing.wav"),
        (["recognize", "hello", "--format", "xml"], "there is csv, json, rttm, table, vtt"),
        (["systems", "dwfromer"], "did you mean 'dwformer'"),
        (["evaluate", "speach", "--corpus", "emodb"], "no recognizer"),
        (["train", "dwformer", "--corpus", "synthetic_speech", "--protocol", "loso"], "--offline"),
    ],
)
def test_errors_are_one_line_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 1
    assert out == ""
    assert said in err and len(err.strip().splitlines()) == 1


def test_systems_as_table_json_and_one(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "tim_net" in run(monkeypatch, capsys, "systems")[1]
    one = json.loads(run(monkeypatch, capsys, "systems", "tim_net", "--format", "json")[1])
    assert one["venue"] == "ICASSP" and one["settings"]["epochs"] == 500
    assert "--set" in run(monkeypatch, capsys, "systems", "tim_net")[1]


def test_corpora_and_doctor(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert "emodb" in run(monkeypatch, capsys, "corpora")[1]
    assert "torch" in run(monkeypatch, capsys, "doctor")[1]


def test_a_corpus_that_is_not_there_fails_its_check(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status, _, err = run(monkeypatch, capsys, "corpora", "check", "emodb", str(tmp_path))
    assert status == 1 and "emodb" in err


def test_train_leaves_a_whole_run_and_resume_reuses_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    small = "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=256"
    words = [
        "train", "tim_net", "--corpus", "synthetic_speech:size=40", "--protocol", "speaker_kfold:folds=3",
        "--set", 'inputs={"mfcc": "' + small + '"}', "--set", "filters=13", "--set", "blocks=2", "--set", "epochs=2",
        "--folds", "1,2", "--out", str(tmp_path / "run"),
    ]  # fmt: skip
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 0, err
    assert "speaker_kfold:folds=3" in out
    files = {path.relative_to(tmp_path / "run").as_posix() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert {"run.json", "results.parquet", "predictions.parquet", "report.md", "plots/confusion.png"} <= files
    assert "fold-1/recognizer/model.safetensors" in files and not any(name.endswith(".part") for name in files)
    assert run(monkeypatch, capsys, *words)[0] == 1
    status, again, _ = run(monkeypatch, capsys, *words, "--resume")
    assert status == 0 and again.splitlines()[:3] == out.splitlines()[:3]


def test_help_imports_neither_torch_nor_lightning() -> None:
    code = "import sys, ai4er.cli.main, ai4er; print(sorted({'torch', 'lightning', 'transformers'} & set(sys.modules)))"
    asked = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["train", "tim_net", "--corpus", "emodb"], "ai4er: Missing option '--protocol'."),
        (["train", "tim_net", "--corpos", "emodb"], "ai4er: No such option: --corpos"),
        (["recognise"], "ai4er: No such command 'recognise'."),
        (["recognize"], "ai4er: Missing argument"),
    ],
)
def test_a_command_that_is_used_wrongly_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    status, _, err = run(monkeypatch, capsys, *words)
    assert status == 2
    assert err.startswith(said)
    assert err.count("\n") == 1


def test_without_any_command_the_commands_are_listed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, out, _ = run(monkeypatch, capsys)
    assert status == 0
    assert "recognize" in out and "leaderboard" in out
