"""What every study promises: a page, a folder that is gone on with, clear errors."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

from ai4er.errors import Ai4erError
from ai4er.registry import find, places
from ai4er.studies.base import PACKAGE, Card, Desk, StudyConfig, run_study, studies
from tests.cli._program import run

STUDIES = sorted(places(PACKAGE))


@pytest.mark.parametrize("name", STUDIES)
def test_its_file_says_what_it_is(name: str) -> None:
    module = find(PACKAGE, "study", name)
    assert "Reference:" in module.__doc__
    assert "Known" in module.__doc__ and "Chosen" in module.__doc__
    assert isinstance(module.CARD, Card)
    assert issubclass(module.Config, StudyConfig)
    assert list(inspect.signature(module.study).parameters) == ["config", "desk"]


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_leaves_its_pages_and_goes_on_where_it_stopped(name: str, tmp_path: Path) -> None:
    pages = run_study(name, Desk(tmp_path / "study"), small=True)
    before = [page.read_text() for page in pages]
    assert f"ai4er study {name}" in before[1]
    assert [page.read_text() for page in run_study(name, Desk(tmp_path / "study"), small=True)] == before
    with pytest.raises(Ai4erError, match="other settings"):
        run_study(name, Desk(tmp_path / "study", seed=1), small=True)


def test_a_study_that_was_asked_for_wrongly_is_asked_for_again_in_the_same_folder(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no system named"):
        run_study("russian_hybrid_dataset", Desk(tmp_path), {"systems": ["tim_nett"]}, small=True)
    with pytest.raises(Ai4erError, match="no setting of the study named"):
        run_study("russian_hybrid_dataset", Desk(tmp_path), {"settings": ["real larg"]}, small=True)


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear")
    with pytest.raises(Ai4erError, match="holds no study"):
        run_study(STUDIES[0], Desk(tmp_path), small=True)


def test_the_studies_are_listed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert list(studies()) == STUDIES
    status, out, _ = run(monkeypatch, capsys, "study")
    assert status == 0
    assert all(name in out for name in STUDIES)


def test_an_unknown_study_suggests_the_nearest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, err = run(monkeypatch, capsys, "study", "reality_chek")
    assert status == 1
    assert "did you mean 'reality_check'" in err
