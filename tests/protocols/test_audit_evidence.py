"""What foreign files give away: statistics that saw test data, and an epoch that was chosen on test."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks.feature_file import Statistics, read_features, read_statistics
from ai4er.protocols.leaks.split_file import Entry
from ai4er.protocols.leaks.statistics import normalisation
from ai4er.protocols.leaks.training_log import selection
from tests.cli._program import run

PARTS = ["train"] * 60 + ["valid"] * 20 + ["test"] * 20
ENTRIES = [Entry(f"i{n}", part, None, speaker=f"s{n // 10}") for n, part in enumerate(PARTS)]
FEATURES = {
    f"i{n}": np.random.default_rng(n).normal(1000, [1, 20, 0.1], (3, 3)) for n in range(100)
}  # 1000 beside a deviation of 0.1: sums of squares alone would not do


def of(*parts: str, ddof: int = 0) -> Statistics:
    rows = np.concatenate([FEATURES[e.name] for e in ENTRIES if {e.part, e.speaker} & set(parts)])
    return Statistics(rows.mean(0).round(5), rows.std(0, ddof=ddof).round(5))


@pytest.mark.parametrize(
    ("parts", "leaks", "said"),
    [
        (["train"], False, "those of train "),
        (["train", "valid"], False, "those of train + valid "),
        (["train", "valid", "test"], True, "those of test + train + valid "),
        (["test"], True, "those of test "),
        (["train", "test"], True, "those of test + train "),
        (["s9"], True, "those of speaker s9 "),
        (["s2"], False, "those of speaker s2 "),
    ],
)
@pytest.mark.parametrize("ddof", [0, 1])
def test_the_items_that_were_normalised_by_are_found(parts: list[str], leaks: bool, said: str, ddof: int) -> None:
    found = normalisation(ENTRIES, FEATURES, of(*parts, ddof=ddof))
    assert found.leaks is leaks and said in found.line


def test_means_alone_are_enough_and_other_statistics_are_unknown() -> None:
    assert normalisation(ENTRIES, FEATURES, Statistics(of("train").mean, None)).leaks is False
    other = Statistics(of("train").mean + 0.05, of("train").deviation)
    found = normalisation(ENTRIES, FEATURES, other)
    assert found.leaks is None and "of no union of parts; nearest is" in found.line


def test_parts_with_the_same_statistics_cannot_be_told_apart() -> None:
    same = {entry.name: np.array([[float(n % 2)]]) for n, entry in enumerate(ENTRIES)}
    found = normalisation(ENTRIES, same, Statistics(np.array([0.5]), np.array([0.5])))
    assert found.leaks is None and "they cannot be told apart" in found.line


def test_files_are_read_in_every_form_and_pickles_never(tmp_path: Path) -> None:
    mean, deviation = np.array([1.0, 2.0]), np.array([0.5, 3.0])
    (tmp_path / "a.json").write_text(json.dumps({"mean": mean.tolist(), "std": deviation.tolist()}))
    np.savez(tmp_path / "b.npz", mean_=mean, var_=deviation**2)
    (tmp_path / "c.csv").write_text("feature,mean,scale\nx,1,0.5\ny,2,3\n")
    for name in ("a.json", "b.npz", "c.csv"):
        found = read_statistics(tmp_path / name)
        assert found.deviation is not None
        np.testing.assert_allclose((found.mean, found.deviation), (mean, deviation))
    np.savez(tmp_path / "rows.npz", ids=np.array(["a", "b"]), features=np.ones((2, 3)))
    np.savez(tmp_path / "frames.npz", a=np.ones((4, 3)), b=np.ones(3))
    (tmp_path / "rows.csv").write_text("id,x,y,z\na,1,1,1\nb,1,1,1\n")
    for name, rows in (("rows.npz", 1), ("frames.npz", 4), ("rows.csv", 1)):
        read = read_features(tmp_path / name)
        assert read["a"].shape == (rows, 3) and read["b"].shape == (1, 3)
    np.savez(tmp_path / "pickled.npz", mean=np.array([{}], dtype=object))
    with pytest.raises(Ai4erError, match="pickles are not read"):
        read_statistics(tmp_path / "pickled.npz")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.json", "[1]", "a JSON object with mean and std"),
        ("a.json", '{"average": [1]}', "are called mean, and std or var, .* it has average"),
        ("a.json", '{"mean": ["x"]}', "hold numbers only"),
        ("a.json", '{"mean": [1, 2], "std": [1]}', "2 means and 1 deviations"),
        ("a.pkl", "", "never a pickle"),
        ("a.csv", "mean,std\n1\n", "line 2 has 1 fields where 2"),
        ("none.json", None, "no such file"),
    ],
)
def test_wrong_statistics_are_one_line(tmp_path: Path, name: str, text: str | None, said: str) -> None:
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(Ai4erError, match=said):
        read_statistics(tmp_path / name)


def log(path: Path, valid: list[float], test: list[float], score: str = "ua") -> Path:
    rows = [f"{n},{a},{b}" for n, (a, b) in enumerate(zip(valid, test), start=1)]
    path.write_text("\n".join([f"epoch,val_{score},test_{score}", *rows]) + "\n")
    return path


@pytest.mark.parametrize(
    ("epoch", "leaks", "said"),
    [
        (2, False, "is the best on validation"),
        (3, True, r"has the best test_ua \(0\.7\); validation is best in epoch 2, where test_ua is 0\.6"),
        (1, None, "neither on validation nor on test"),
        (4, False, "the last one"),
    ],
)
def test_the_chosen_epoch_tells_what_it_was_chosen_by(
    tmp_path: Path, epoch: int, leaks: bool | None, said: str
) -> None:
    found = selection(log(tmp_path / "log.csv", [0.4, 0.6, 0.5, 0.3], [0.5, 0.6, 0.7, 0.6]), epoch)
    assert found.leaks is leaks
    assert re.search(said, found.line)


def test_of_a_loss_the_smallest_is_best(tmp_path: Path) -> None:
    path = log(tmp_path / "log.csv", [0.4, 0.2, 0.3], [0.5, 0.6, 0.1], "loss")
    assert selection(path, 2).leaks is False and selection(path, 3).leaks is True


def test_logs_without_validation_and_json_lines(tmp_path: Path) -> None:
    rows = [{"epoch": n, "test/f1": value} for n, value in enumerate([0.1, 0.9, 0.2])]
    path = tmp_path / "log.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))
    assert selection(path, 1).leaks is True and selection(path, 0).leaks is None
    with pytest.raises(Ai4erError, match="no epoch 7; it has 0 to 2"):
        selection(path, 7)
    path.write_text('{"epoch": 1, "loss": 2}\n')
    with pytest.raises(Ai4erError, match="a log has the columns epoch, test and valid; it has epoch"):
        selection(path, 1)


def test_the_command_takes_them_all_and_fails_for_a_leak(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    split = tmp_path / "split.csv"
    split.write_text("id,split\n" + "".join(f"{e.name},{e.part}\n" for e in ENTRIES))
    np.savez(tmp_path / "features.npz", **FEATURES)
    leaky = of("train", "valid", "test")
    np.savez(tmp_path / "statistics.npz", mean=leaky.mean, std=leaky.deviation)
    path = log(tmp_path / "log.csv", [0.4, 0.6, 0.5], [0.5, 0.6, 0.7])
    words = ["audit", str(split), "--statistics", str(tmp_path / "statistics.npz"), "--features"]
    words += [str(tmp_path / "features.npz"), "--log", str(path), "--epoch", "2"]
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 1, err
    assert "LEAK    statistics: those of test + train + valid" in out
    assert "ok      selection: epoch 2 is the best on validation" in out
    assert run(monkeypatch, capsys, *words, "--allow", "statistics")[0] == 0
    status, _, err = run(monkeypatch, capsys, "audit", str(split), "--log", str(path))
    assert status == 1 and "--log with --epoch" in err
