"""A number is never without its protocol, and marks are seen everywhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import ResultRow, read_rows, table, write_rows


def row(**changes: object) -> ResultRow:
    given = {
        "system": "tim_net", "corpus": "emodb", "protocol": "leave_one_speaker_out", "fold": "03", "seed": 0,
        "metric": "ua", "value": 0.7,
    }  # fmt: skip
    return ResultRow(**{**given, **changes})  # type: ignore[arg-type]


def test_rows_are_read_back_as_written_from_files_and_folders(tmp_path: Path) -> None:
    rows = [
        row(),
        row(value=0.8, low=0.7, high=0.9, seconds=1.5, peak_memory=2**33, encoder="minilm", substituted=True),
    ]
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_rows(tmp_path / name / "results.parquet", rows)
    assert read_rows(tmp_path / "one" / "results.parquet") == rows
    assert read_rows([tmp_path]) == rows + rows
    assert not list(tmp_path.rglob("*.part"))


def test_a_place_without_results_is_named(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no results\.parquet there"):
        read_rows(tmp_path)
    (tmp_path / "results.parquet").write_text("nothing")
    with pytest.raises(Ai4erError, match="no result rows"):
        read_rows(tmp_path)


def test_a_number_without_a_protocol_cannot_exist() -> None:
    with pytest.raises(Ai4erError, match="ua of tim_net on emodb has no protocol"):
        row(protocol="")


def test_the_table_marks_speaker_dependent_protocols_even_if_the_row_forgot() -> None:
    text = table([row(), row(protocol="random_kfold:seed=46"), row(protocol="official", mark="‡speakers unknown")])
    assert "| random_kfold:seed=46 †speaker-dependent |" in text
    assert "| official ‡speakers unknown |" in text
    assert "| leave_one_speaker_out |" in text
    assert text.count("†speaker-dependent:") == 1 == text.count("‡speakers unknown:")
    assert "†" not in table([row()])


def test_folds_are_averaged_with_the_t_interval_of_their_mean() -> None:
    import scipy.stats

    values = [0.6, 0.7, 0.9, 0.8]
    low, high = scipy.stats.t.interval(0.95, 3, np.mean(values), scipy.stats.sem(values))
    text = table([row(value=value, fold=str(i)) for i, value in enumerate(values)])
    assert f"| 0.750 ± {(high - low) / 2:.3f} (4) |" in text


def test_pooled_predictions_are_preferred_and_keep_their_interval() -> None:
    rows = [row(value=0.1), row(value=0.2, fold="08"), row(fold="all", value=0.712, low=0.65, high=0.77)]
    assert "| 0.712 [0.650, 0.770] |" in table(rows)


def test_systems_metrics_and_encoders_are_kept_apart() -> None:
    rows = [row(), row(metric="wa", value=0.75), row(system="dwformer", encoder="wavlm", substituted=True)]
    lines = table(rows).splitlines()
    assert lines[0] == "| system | corpus | protocol | encoder | ua | wa |"
    assert lines[2] == "| tim_net | emodb | leave_one_speaker_out | – | 0.700 | 0.750 |"
    assert lines[3] == "| dwformer | emodb | leave_one_speaker_out | wavlm (substituted) | 0.700 | – |"
    with pytest.raises(Ai4erError, match="no results"):
        table([])


def test_the_best_baseline_stands_beside_and_what_does_not_beat_it_is_marked() -> None:
    found = [
        row(value=0.6, seed=0), row(value=0.8, seed=1), row(system="emix", value=0.55),
        row(system="dwformer", value=0.5),
        row(system="random_forest", value=0.55), row(system="support_vector_machine", value=0.4),
    ]  # fmt: skip
    lines = table(found).splitlines()
    assert lines[0] == "| system | corpus | protocol | encoder | ua | best baseline |"
    assert lines[2].startswith("| tim_net | emodb |") and lines[2].endswith("| random_forest: ua 0.550 |")
    for name, line in zip(("emix", "dwformer"), lines[3:5]):
        assert line.startswith(f"| {name} §not above baseline |")
    assert lines[5].startswith("| random_forest | emodb |") and lines[5].endswith("| – |")
    assert table(found).count("§not above baseline") == 3 and "no better than the best baseline" in table(found)
    assert "No baseline" not in table(found)


def test_a_smaller_error_beats_a_larger_one() -> None:
    found = [row(metric="mae", value=0.6), row(system="lstm", metric="mae", value=0.7)]
    assert "§" not in table(found) and "lstm: mae 0.700" in table(found)


def test_a_baseline_counts_for_its_own_corpus_protocol_and_metric_only() -> None:
    others = [row(system="lstm", corpus="emovo"), row(system="lstm", protocol="official")]
    others += [row(system="lstm", metric="jaccard")]
    text = table([row(value=0.1), *others])
    assert "best baseline" not in text and "§" not in text
    assert text.count("No baseline was run beside them (emodb, leave_one_speaker_out)") == 1
    assert "No baseline" not in table(others)
