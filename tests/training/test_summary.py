"""The report of several runs: nothing is compared that differs, nothing is printed without its marks."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from ai4er.cli import main as cli
from ai4er.errors import Ai4erError
from ai4er.training import run as training
from ai4er.training.finished import find_runs
from ai4er.training.summary import write_summary
from tests.training._runs import leave_run


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The report of three systems, one of them with a substituted encoder and one twice, as HTML and Markdown."""
    place = tmp_path_factory.mktemp("runs")
    slow = {**leave_run(place / "tim", "tim_net", 0.9)["config"], "epochs": 7}
    leave_run(place / "tim7", "tim_net", 0.8, config=slow)
    leave_run(place / "emix", "emix", 0.3)
    leave_run(place / "emix1", "emix", 0.4, seed=1)
    leave_run(place / "dwformer", "dwformer", 0.5, encoder="small", substituted=True)
    (place / "killed").mkdir()
    (place / "killed" / "run.json").write_text("{}")
    html, markdown = write_summary([place], place / "out")
    return {"html": html.read_text(), "markdown": markdown.read_text(), "plots": " ".join(
        path.name for path in (place / "out" / "plots").iterdir()
    )}  # fmt: skip


def test_both_pages_carry_every_mark_and_explain_it(pages: dict[str, str]) -> None:
    for text in (pages["html"], pages["markdown"]):
        assert "†speaker-dependent" in text and "says nothing about new speakers" in text
        assert "stands in for it" in text
    assert "| small (substituted) |" in pages["markdown"]
    assert "<strong>†speaker-dependent</strong>" in pages["html"]
    assert "<td>small <strong>(substituted)</strong></td>" in pages["html"]


def test_the_overview_gives_interval_folds_seeds_and_what_the_paper_reports(pages: dict[str, str]) -> None:
    lines = [line for line in pages["markdown"].splitlines() if line.startswith("| ")]
    tim = next(
        line
        for line in lines
        if line.startswith("| tim_net | emodb | random_kfold:folds=10 †speaker-dependent | – | – | 1 | 0 | ua | 0.")
    )
    assert "[0." in tim
    assert "0.8919 (known, the authors' re-run" in tim and "0.9517 (memory)" in tim
    emix = next(line for line in lines if line.startswith("| emix | emodb |"))
    assert "| 1 | 0-1 | ua |" in emix and emix.endswith("| – |")


def test_settings_keep_lines_of_one_system_apart_and_seeds_do_not(pages: dict[str, str]) -> None:
    header = next(line for line in pages["markdown"].splitlines() if line.startswith("| metric | "))
    names = header.strip("| ").split(" | ")[1:]
    assert names == ["tim_net", "tim_net (epochs=7)", "dwformer (substituted)", "emix"]
    assert (
        "| tim_net (epochs=7) | emodb | random_kfold:folds=10 †speaker-dependent | – | epochs=7 |" in pages["markdown"]
    )


def test_every_pair_is_tested_once_with_the_correction_named(pages: dict[str, str]) -> None:
    text = pages["markdown"]
    tests = [line for line in text.splitlines() if line.startswith("| ") and " speakers |" in line]
    assert len(tests) == 6 and all("| ua |" in line for line in tests)
    assert "Holm's correction counts all tests of this table, 6" in text and "(seed 0)" in text


def test_commands_plots_and_unfinished_runs_are_there(pages: dict[str, str]) -> None:
    command = "ai4er train tim_net --corpus emodb --protocol random_kfold:folds=10 --labels emodb7 --seed 0 --folds 1"
    for text in (pages["html"], pages["markdown"]):
        assert f"{command}\n" in text.replace("</pre>", "\n") and f"{command} --set epochs=7" in text
        assert "--offline" in text and "commit abc1234" in text and "killed is not finished" in text
    assert pages["html"].count("data:image/png;base64,") == 5 == pages["plots"].count("confusion.png")


@pytest.mark.parametrize(
    ("settings", "small"),
    [({}, False), ({}, True), ({"epochs": 3, "inputs": {"mfcc": "mfcc:coefficients=13"}, "filters": 13}, False)],
)
def test_the_command_of_a_run_plans_the_same_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, object], small: bool
) -> None:
    corpus = "synthetic_speech:size=24"
    planned = training.plan("tim_net", corpus, "loso", settings=settings, small=small).as_json()
    leave_run(tmp_path, "tim_net", 0.5, **planned)
    (found,), _ = find_runs([tmp_path])
    plans = []

    def only_plan(slug, corpus, protocol, data, labels, settings, options, offline, small, folds, *rest):  # type: ignore[no-untyped-def]
        plans.append((training.plan(slug, corpus, protocol, data, labels, settings, options, offline, small), folds))
        raise Ai4erError("planned")

    monkeypatch.setattr(training, "train", only_plan)
    monkeypatch.setattr(sys, "argv", shlex.split(found.command))
    with pytest.raises(SystemExit):
        cli.main()
    assert plans[0][0].as_json() == planned and plans[0][1] == [1]


def test_offline_takes_the_setting_for_a_cpu_of_a_system_without_encoders_and_its_command_says_so(
    tmp_path: Path,
) -> None:
    plans = {
        (offline, small): training.plan(
            "short_segments", "synthetic_speech:size=24", "loso", offline=offline, small=small
        )
        for offline in (False, True)
        for small in (False, True)
    }
    kind = plans[True, False].system.config_class
    assert kind.offline and plans[True, False].config == kind().override(kind.offline)
    assert (
        plans[False, False].config == kind() and plans[True, True].config == plans[False, True].config == kind.small()
    )
    assert (
        not plans[True, False].substituted and "the setting for a CPU, not the paper's: " in plans[True, False].notes[0]
    )
    leave_run(tmp_path, "short_segments", 0.5, **plans[True, False].as_json())
    (found,), _ = find_runs([tmp_path])
    assert "--offline" in found.command and "--set" not in found.command


def test_without_a_baseline_the_page_says_so(pages: dict[str, str]) -> None:
    assert pages["markdown"].count("No baseline was run beside them (emodb, random_kfold:folds=10)") == 1


def test_the_best_baseline_on_the_same_folds_stands_beside_every_system(tmp_path: Path) -> None:
    for name, right in (("tim_net", 0.9), ("emix", 0.3), ("lstm", 0.6), ("decision_tree", 0.2)):
        leave_run(tmp_path / name, name, right)
    leave_run(tmp_path / "other", "k_nearest_neighbours", 1.0)
    (tmp_path / "other" / "fold-1").rename(tmp_path / "other" / "fold-2")
    html, markdown = write_summary([tmp_path], tmp_path / "out")
    lines = {line.split(" | ")[0]: line for line in markdown.read_text().splitlines() if " | emodb | " in line}
    assert "| lstm: 0." in lines["| tim_net"] and "| lstm: 0." in lines["| emix §not above baseline"]
    assert "| – | – |" in lines["| lstm"] and "| – | – |" in lines["| k_nearest_neighbours"]
    assert "no better than the best baseline" in markdown.read_text() and "No baseline" not in markdown.read_text()
    assert "<td>emix <strong>§not above baseline</strong></td>" in html.read_text()


def test_a_folder_without_a_finished_run_and_a_broken_run_are_named(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no finished run there"):
        write_summary([tmp_path], tmp_path / "out")
    leave_run(tmp_path / "one", "tim_net", 0.5)
    (tmp_path / "one" / "run.json").write_text("{")
    with pytest.raises(Ai4erError, match=r"run\.json is not what a run leaves"):
        write_summary([tmp_path / "one"], tmp_path / "out")
