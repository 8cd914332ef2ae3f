"""Results are asked in SQL, cannot be changed, and no number comes without its protocol and mark."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.query import ask
from ai4er.evaluation.report import ResultRow, write_rows


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Two runs: one speaker-independent, one on random folds with a substituted encoder."""
    about = {"system": "tim_net", "corpus": "emodb", "protocol": "leave_one_speaker_out", "seed": 0}
    other = {**about, "system": "dwformer", "protocol": "random_kfold", "encoder": "small", "substituted": True}
    for name, common, value in (("one", about, 0.7), ("two", other, 0.9)):
        (tmp_path / name).mkdir()
        rows = [ResultRow(**common, fold=fold, metric="ua", value=value) for fold in ("03", "08")]
        rows += [
            ResultRow(**common, fold="all", metric="ua[a]", value=0.1),
            ResultRow(**common, fold="all", metric="ua", value=value, low=value - 0.1, high=value + 0.1),
            ResultRow(**common, fold="all", metric="wa", value=0.2),
        ]
        write_rows(tmp_path / name / "results.parquet", rows)
    return tmp_path


def test_without_a_question_every_run_answers_with_its_primary_metric(runs: Path) -> None:
    found = ask([runs])
    told = [dict(zip(found.columns, row)) for row in found.rows]
    assert [(one["system"], one["metric"], one["value"], one["folds"]) for one in told] == [
        ("tim_net", "ua", 0.7, 2),
        ("dwformer", "ua", 0.9, 2),
    ]
    assert told[0]["run"] == str(runs / "one") and told[0]["low"] == pytest.approx(0.6)
    assert told[0]["mark"] == "" and told[1]["mark"] == "†speaker-dependent, encoder (substituted)"


def test_sql_reads_all_rows_of_all_runs(runs: Path) -> None:
    assert ask([runs], "SELECT count(*) FROM results").rows == [(10,)]
    assert ask([runs / "one", runs / "two"], "SELECT count(*) FROM results").rows == [(10,)]
    found = ask([runs], "SELECT protocol, mark, max(value) AS best FROM results GROUP BY ALL ORDER BY best")
    assert found.columns == ("protocol", "mark", "best")
    assert json.loads(found.json())[1]["best"] == 0.9
    assert found.csv().splitlines()[:2] == ["protocol,mark,best", "leave_one_speaker_out,,0.7"]


@pytest.mark.parametrize(
    "sql", ["SELECT value FROM results", "SELECT protocol, avg(value) FROM results GROUP BY ALL", "SELECT 0.5"]
)
def test_a_number_without_protocol_and_mark_is_refused(runs: Path, sql: str) -> None:
    with pytest.raises(Ai4erError, match="add the columns protocol and mark"):
        ask([runs], sql)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT valu FROM results", r'"valu" not found.*the table results has run'),
        ("SELEC 1", "syntax error"),
        ("", "takes one SELECT"),
        ("SELECT 1; SELECT 2", "takes one SELECT"),
        ("DELETE FROM results", "only read"),
        ("COPY results TO 'stolen.csv'", "only read"),
        ("SELECT * FROM read_csv('/etc/hostname')", "disabled by configuration"),
    ],
)
def test_wrong_sql_is_one_line_and_changes_nothing(runs: Path, sql: str, said: str) -> None:
    before = {path: path.read_bytes() for path in runs.rglob("*.parquet")}
    with pytest.raises(Ai4erError, match=said) as caught:
        ask([runs], sql)
    assert "\n" not in str(caught.value)
    assert {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before


def test_a_place_without_results_and_a_broken_file_are_named(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no results\.parquet there"):
        ask([tmp_path])
    (tmp_path / "results.parquet").write_text("nothing")
    with pytest.raises(Ai4erError, match="no result rows"):
        ask([tmp_path])
