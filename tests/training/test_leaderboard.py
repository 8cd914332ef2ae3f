"""The time is kept, the cheapest systems come first, and a second call goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import ALL_FOLDS, ResultRow
from ai4er.training import leaderboard as module
from ai4er.training.contest import Contest
from ai4er.training.leaderboard import cost, leaderboard
from ai4er.training.run import Run, plan

CORPUS = "synthetic_speech:size=24"


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Systems of three epochs of a minute each; `cheap` costs less than `dear`, `blind` cannot run."""
    clock = Clock()

    def place(slug: str, contest: Contest) -> tuple[float, str, Path]:
        if slug == "blind":
            raise Ai4erError("there is no picture")
        return {"cheap": 1.0, "dear": 2.0}[slug], slug, contest.out / slug

    def train(contest: Contest, slug: str, folder: Path, say: object, progress: module._Watch) -> Run:
        folder.mkdir(parents=True, exist_ok=True)
        for epoch in range(1, 4):
            if not module._finished(folder):
                clock.now += 60
                progress("train", epoch, 3, {})
        (folder / "results.parquet").touch()
        value = {"cheap": 0.4, "dear": 0.6}[slug]
        row = ResultRow(slug, "emodb", "official", ALL_FOLDS, 0, "ua", value, low=value - 0.1, high=value + 0.1)
        return Run(folder, [row], {})

    monkeypatch.setattr(module, "_place", place)
    monkeypatch.setattr(Contest, "train", train)
    return clock


def test_the_cheapest_comes_first_and_the_time_is_kept(clock: Clock, tmp_path: Path) -> None:
    contest = Contest("emodb", "official", out=tmp_path)
    board = leaderboard(["dear", "blind", "cheap"], contest, 4, clock=clock)
    assert list(board.runs) == ["cheap"]
    assert board.unfinished == {"dear": "folds done: 0, and of the next one 1 of 3 epochs (train)"}
    assert board.impossible == {"blind": "there is no picture"}
    assert clock.now - 100 == 4 * 60
    text = str(board)
    assert "| cheap | emodb | official | – | 0.400 [0.300, 0.500] |" in text
    assert "Did not fit into the time:\n- dear: folds done: 0" in text
    assert "Cannot run here:\n- blind: there is no picture" in text


def test_a_second_call_goes_on_and_the_best_stands_first(clock: Clock, tmp_path: Path) -> None:
    contest = Contest("emodb", "official", out=tmp_path)
    assert list(leaderboard(["dear", "cheap"], contest, 3, clock=clock).runs) == ["cheap"]
    board = leaderboard(["dear", "cheap"], contest, 3, clock=clock)
    assert list(board.runs) == ["cheap", "dear"] and not board.unfinished
    systems = [line.split()[1] for line in str(board).splitlines() if line.startswith("| ")]
    assert systems == ["system", "dear", "cheap"]


def test_without_time_finished_runs_are_shown_and_nothing_is_begun(clock: Clock, tmp_path: Path) -> None:
    contest = Contest("emodb", "official", out=tmp_path)
    leaderboard(["cheap"], contest, 3, clock=clock)
    board = leaderboard(["dear", "cheap"], contest, 0, clock=clock)
    assert list(board.runs) == ["cheap"] and board.unfinished == {"dear": "not begun"}


def test_where_nothing_can_run_the_reasons_are_told(clock: Clock, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no system can run on emodb under official \(blind: there is no picture\)"):
        leaderboard(["blind"], Contest("emodb", "official", out=tmp_path), 1, clock=clock)


def test_cost_grows_with_weights_and_epochs() -> None:
    def of(**settings: object) -> float:
        inputs = {"mfcc": "mfcc:sample_rate=16000,coefficients=13,n_fft=512,hop=256"}
        given = {"inputs": inputs, "filters": 13, "blocks": 2, "epochs": 2, **settings}
        return cost(plan("tim_net", CORPUS, "loso", settings=given))

    assert of(epochs=4) == 2 * of()
    assert of(blocks=3) > of()


def test_systems_that_cannot_run_are_left_out_and_a_real_training_is_stopped_and_goes_on(tmp_path: Path) -> None:
    contest = Contest(CORPUS, "speaker_kfold:folds=2", out=tmp_path, small=True)
    ticks = iter([0.0, 1.0])
    board = leaderboard(["tim_net", "tailor", "generalized_subspace"], contest, 0.05, clock=lambda: next(ticks, 9.0))
    assert "of the next one 1 of" in board.unfinished["tim_net"] and not board.runs
    assert "no labels of kind multi" in board.impossible["tailor"]
    assert "'unlabelled'" in board.impossible["generalized_subspace"]
    board = leaderboard(["tim_net"], contest, 60)
    assert "| tim_net | synthetic_speech:size=24 | speaker_kfold:folds=2 |" in str(board)
    assert "ua" in str(board) and "[" in str(board)
