"""`bench`, `report`, `results` and `leaderboard` as a person meets them."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli._program import run
from tests.training._runs import leave_run


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two finished runs in `runs`, which is where the commands look."""
    leave_run(tmp_path / "runs" / "tim", "tim_net", 0.9)
    leave_run(tmp_path / "runs" / "emix", "emix", 0.3)
    return tmp_path


def test_report_writes_two_pages_and_says_where(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: Path
) -> None:
    monkeypatch.chdir(runs)
    status, out, err = run(monkeypatch, capsys, "report", "runs")
    assert status == 0 and err == ""
    assert out.splitlines() == ["runs/report/report.html", "runs/report/report.md"]
    assert run(monkeypatch, capsys, "report", "runs", "--out", "else")[0] == 0 and Path("else/report.html").exists()


def test_results_are_a_table_csv_or_json_with_the_mark(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: Path
) -> None:
    monkeypatch.chdir(runs)
    lines = run(monkeypatch, capsys, "results")[1].splitlines()
    assert sum("†speaker-dependent" in line for line in lines) == 2 and "protocol" in lines[1]
    rows = list(csv.DictReader(io.StringIO(run(monkeypatch, capsys, "results", "--format", "csv")[1])))
    assert [row["run"] for row in rows] == ["runs/tim", "runs/emix"]
    words = ["results", "runs/tim", "--format", "json", "--sql", "SELECT metric, protocol, mark, value FROM results"]
    assert [row["metric"] for row in json.loads(run(monkeypatch, capsys, *words)[1])] == ["ua", "wa"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["results", "--sql", "SELECT nothing FROM results"], '"nothing" not found'),
        (["results", "--sql", "SELECT value FROM results"], "add the columns protocol and mark"),
        (["results", "--format", "xml"], "table, csv and json"),
        (["results", "elsewhere"], "elsewhere: no results.parquet there"),
        (["report", "elsewhere"], "elsewhere: no finished run there"),
        (
            ["leaderboard", "--corpus", "emodb", "--protocol", "loso", "--minutes", "1", "--systems", "timnet"],
            "tim_net",
        ),
        (
            ["leaderboard", "--corpus", "emodbb", "--protocol", "loso", "--minutes", "1", "--systems", "tim_net"],
            "emodb",
        ),
        (["bench", "--corpus", "emodb", "--protocol", "loso", "--systems", "tim_net,timnet"], "did you mean 'tim_net'"),
        (["bench", "--corpus", "emodb", "--protocol", "loso", "--systems", "family:speach"], "did you mean 'speech'"),
        (["bench", "--corpus", "emodb", "--protocol", "loso", "--systems", ""], "write all, family:speech,fusion"),
        (
            ["bench", "--corpus", "emodbb", "--protocol", "loso", "--systems", "tim_net,emix"],
            "(tim_net, emix: no corpus",
        ),
    ],
)
def test_errors_are_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: Path, words: list[str], said: str
) -> None:
    monkeypatch.chdir(runs)
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 1 and out == ""
    assert said in err and len(err.strip().splitlines()) == 1
