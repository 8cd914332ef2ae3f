"""The profile of a system: its arithmetic, what is refused and why, what is kept, and what the commands say."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.diagnostics._page import Profiles, load, page, profiles, save
from ai4er.diagnostics._profile import Examination, Measured, Profile, profile
from ai4er.diagnostics._radar import plot_radar
from ai4er.diagnostics.suite._intake import Form, Intake, with_classes_as
from ai4er.diagnostics.suite.base import mechanism
from ai4er.errors import Ai4erError
from ai4er.systems import system_class
from tests.cli._program import run

QUICK = "gaussian_mixture"


def measured(seed: int = 0, score: float = 0.75, diagnostic: str = "time_order", higher: bool = True) -> Measured:
    blind, oracle = (0.25, 1.0) if higher else (2.0, 1.0)
    return Measured("a_system", diagnostic, seed, 0.5, "ua", blind, oracle, score, 1.0)


def intake(slug: str, **forms: Form) -> Intake:
    kind = system_class(slug)
    return Intake(kind, kind.config_class.small(), forms, 0.0)


def refusal(one: Intake, name: str) -> str | None:
    return one.refusal(mechanism(name).records(0), mechanism(name).space)


def test_the_share_is_the_part_of_the_range_that_is_used() -> None:
    assert measured(score=0.25).share == 0
    assert measured(score=1.0).share == 1
    assert measured(score=0.625).share == pytest.approx(0.5)
    assert measured(score=0.1).share < 0
    assert measured(score=1.25, higher=False).share == pytest.approx(0.75), "lower is better"


def test_a_profile_tells_mean_and_spread_and_every_refusal() -> None:
    found = Profile(
        "a_system", {"time_order": [measured(0, 0.25), measured(1, 1.0)]}, {"emotion_shift": "needs dialogues"}
    )
    assert "0.50 ± 0.71" in str(found)
    assert "emotion_shift  not taken: needs dialogues" in str(found)


def test_what_a_system_cannot_take_is_told_with_the_reason() -> None:
    frames = intake("tim_net", mfcc=Form("frames", (13,)))
    assert refusal(frames, "time_order") is None
    assert "needs dialogues" in str(refusal(frames, "emotion_shift"))
    assert "needs EEG" in str(refusal(frames, "graph_connectivity"))
    assert "several labels" in str(refusal(frames, "correlated_labels"))
    assert "dimensions" in str(refusal(frames, "heteroscedastic_regression"))
    assert "needs 2 modalities" in str(refusal(frames, "modality_conflict"))
    narrow = intake("tim_net", mfcc=Form("frames", (4,)))
    assert "shows 12 factors" in str(refusal(narrow, "time_order"))
    words = intake("hyp_emo", tokens=Form("words", (16,)))
    assert "texts of 12 words, and it reads 11" in str(refusal(words, "time_order"))
    assert "cannot be put into words" in str(refusal(words, "mean_shift"))
    three = {name: Form("frames", (20,)) for name in ("speech", "text", "video")}
    assert "does without a missing modality" in str(refusal(intake("tailor", **three), "missing_modality"))
    assert refusal(intake("if_mmin", **three), "missing_modality") is None
    assert "no unlabelled part" in str(refusal(intake("generalized_subspace", features=Form("vector")), "time_order"))
    assert "no rendering" in str(refusal(intake("tim_net", mfcc=Form("none")), "time_order"))
    assert "no rendering for its input vowels" in str(refusal(Intake.of("phonetic_anchor"), "mean_shift"))


def test_classes_are_asked_as_labels_or_values_of_systems_that_have_no_classes() -> None:
    native, records = mechanism("time_order").space, mechanism("time_order").records(0)
    values = intake("evidential_regression", speech=Form("frames", (80,))).space(native)
    labels = intake("tailor", **{n: Form("frames", (9,)) for n in ("speech", "text", "video")}).space(native)
    assert values is not None and labels is not None
    for space in (values, labels):
        target = np.array([space.target(record) for record in with_classes_as(records, native, space)])
        assert (target.argmax(1) == [native.target(record) for record in records]).all()
        assert (target.sum(1) == 1).all()


@pytest.mark.parametrize(("slug", "name"), [("tim_net", "mfcc"), ("dual_gats", "text"), ("hyp_emo", "tokens")])
def test_the_form_of_an_input_is_found_out(slug: str, name: str) -> None:
    kinds = {"mfcc": ("frames", (13,)), "text": ("vector", (32,)), "tokens": ("words", (48,))}
    found = Intake.of(slug)
    assert (found.forms[name].kind, found.forms[name].size) == kinds[name]
    spec = found.configuration.inputs[name]
    assert spec == (found.config.inputs[name] if name == "tokens" else f"array:name={name}")


def test_a_system_is_trained_and_what_is_kept_is_not_trained_again(tmp_path: Path) -> None:
    examination = Examination(("class_imbalance", "emotion_shift"), (0,))
    first = profiles([QUICK], examination, tmp_path, minutes=5)
    rows = load(tmp_path, QUICK)
    assert [row.diagnostic for row in rows] == ["class_imbalance"]
    assert rows[0].blind < rows[0].oracle and 0 < rows[0].score < 1
    new: list[Measured] = []
    again = profile(QUICK, examination, rows, new.append)
    assert new == [] and again.measured == first.whole[0].measured
    text = page(first, examination)
    assert f"### baseline\n\n| diagnostic | {QUICK} |" in text and "emotion_shift: needs dialogues" in text
    assert "Missing" not in text


def test_a_training_that_is_refused_is_kept_with_its_reason(tmp_path: Path) -> None:
    examination = Examination(("class_imbalance",), (0, 1))
    first = profiles(["lanser"], examination, tmp_path, minutes=5)
    (kept,) = load(tmp_path, "lanser")
    assert "no train recording has a transcript" in kept.refused and np.isnan(kept.score)
    again = profiles(["lanser"], examination, tmp_path, minutes=0)
    assert not again.missing and again.whole[0].refused == first.whole[0].refused == {"class_imbalance": kept.refused}
    text = page(again, examination)
    assert "### speech" not in text and f"- lanser: class_imbalance: {kept.refused}" in text


def test_a_diagnostic_without_a_range_is_refused(tmp_path: Path) -> None:
    found = profiles(["tailor"], Examination(("label_ambiguity",), (0,)), tmp_path, minutes=5)
    assert found.whole[0].refused == {
        "label_ambiguity": "has no range where it is asked as multi and measured by macro_f1"
    }


def test_without_time_a_system_is_named_as_missing(tmp_path: Path) -> None:
    found = profiles([QUICK], Examination(("class_imbalance",), (0,)), tmp_path, minutes=0)
    assert found.whole == [] and found.missing == {QUICK: "not begun"}
    assert f"- {QUICK}: not begun" in page(Profiles([], found.missing), Examination(("class_imbalance",), (0,)))


def test_measurements_are_kept_whole(tmp_path: Path) -> None:
    save(tmp_path, [measured(0), measured(1)])
    assert load(tmp_path, "a_system") == [measured(0), measured(1)]
    (tmp_path / "b_system.parquet").write_text("no table")
    with pytest.raises(Ai4erError, match="holds no measurements"):
        load(tmp_path, "b_system")


def test_a_radar_plot_is_written_and_needs_three_diagnostics(tmp_path: Path) -> None:
    names = ("label_noise", "mean_shift", "time_order")
    found = Profile("a_system", {name: [measured(diagnostic=name)] for name in names})
    path = plot_radar([found], Examination(names, (0,)), tmp_path / "radar.png")
    assert path.read_bytes()[:4] == b"\x89PNG" and [p.name for p in tmp_path.iterdir()] == ["radar.png"]
    with pytest.raises(Ai4erError, match="three diagnostics"):
        plot_radar([found], Examination(names[:2], (0,)), tmp_path / "radar.png")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["diagnose", "timnet"], "did you mean 'tim_net'"),
        (["diagnose", QUICK, "--only", "time_ordre"], "did you mean 'time_order'"),
        (["diagnose", QUICK, "--only", ","], "write names of diagnostics"),
        (["diagnose", QUICK, "--only", "time_order", "--difficulty", "3"], "from 0 (easy) to 1 (hard)"),
        (["diagnose", QUICK, "--only", "time_order", "--seeds", "x"], "--seeds 'x': write numbers"),
        (["diagnose", QUICK, "--only", "time_order", "--plot", "/nowhere/radar.png"], "no folder /nowhere"),
        (["profiles", "--minutes", "1", "--systems", "timnet"], "did you mean 'tim_net'"),
    ],
)
def test_errors_are_one_line_with_a_way_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 1 and out == ""
    assert said in err and len(err.strip().splitlines()) == 1


def test_diagnose_prints_the_profile(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["diagnose", QUICK, "--only", "class_imbalance,speaker_inertia", "--seeds", "0"]
    status, out, err = run(monkeypatch, capsys, *words)
    assert status == 0, err
    assert out.splitlines()[0] == QUICK and "speaker_inertia  not taken: needs dialogues" in out
