"""Commands about protocols and splits as a person meets them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli._program import run


def test_protocols_are_listed_told_and_tested_on_a_corpus(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = run(monkeypatch, capsys, "protocols")[1]
    assert "leave_one_speaker_out" in listed and "few_shot" in listed
    words = ["protocols", "speaker_kfold:folds=3|few_shot:shots=2", "--corpus", "synthetic_speech:size=48"]
    status, told, err = run(monkeypatch, capsys, *words)
    assert status == 0, err
    assert "promise: test never shares with training: speakers" in told
    assert "tested on synthetic_speech:size=48, 3 folds: speaker-disjoint" in told
    assert "did you mean" in run(monkeypatch, capsys, "protocols", "losso")[2]


def test_audit_fails_for_a_leak_that_is_not_allowed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    table = tmp_path / "split.csv"
    table.write_text("id,split,speaker,text\na,train,anna,Good morning\nb,test,bert,good morning\n")
    status, out, _ = run(monkeypatch, capsys, "audit", str(table))
    assert status == 1 and "LEAK    sentences: 1 of 1" in out and "ok      speakers: none" in out
    assert run(monkeypatch, capsys, "audit", str(table), "--allow", "sentence")[0] == 0
    status, _, err = run(monkeypatch, capsys, "audit", str(table), "--allow", "sentences")
    assert status == 1 and "did you mean 'sentence'" in err
    status, _, err = run(monkeypatch, capsys, "audit", str(table), "--data", str(tmp_path))
    assert status == 1 and "has none of the files" in err
