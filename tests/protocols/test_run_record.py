"""The audit of a run record: a clean one passes, and each way to leak is found and named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ai4er.errors import Ai4erError
from ai4er.protocols.leaks.run_record import RUN_KINDS, RunRecord, audit_run, examine, read_run_record
from tests.cli._program import run

CLASSES = ("angry", "sad")


def record(**changes: Any) -> dict[str, Any]:
    """Three speakers with four turns in two dialogues each; every speaker is tested once, and another validates."""
    items = [
        {"id": f"{s}{i}", "speaker": s, "dialogue": f"{s}-{i // 2}", "label": CLASSES[i % 2]}
        for s in "abc"
        for i in range(4)
    ]
    own = {s: [item["id"] for item in items if item["speaker"] == s] for s in "abc"}
    folds = [
        {"name": t, "train": own[o], "valid": own[v], "test": own[t], "fitted_on": {"normalisation": ["train"]}}
        for t, v, o in ("abc", "bca", "cab")
    ]
    return {"items": items, "folds": folds, "selected_on": "valid", **changes}


def changed(fold: int = 0, **roles: list[str]) -> dict[str, Any]:
    """The clean record with more items in some roles of a fold."""
    given = record()
    for role, added in roles.items():
        given["folds"][fold][role] = given["folds"][fold][role] + added
    return given


def leaks(given: dict[str, Any]) -> dict[str, str]:
    return {found.kind: found.line for found in examine(RunRecord(**given)) if found.leaks}


def test_a_clean_run_passes_every_check() -> None:
    assert [found.kind for found in examine(RunRecord(**record()))] == list(RUN_KINDS)
    assert leaks(record()) == {} and leaks(record(context=True)) == {}
    audit_run(RunRecord(**record()))


def test_one_utterance_of_a_test_speaker_in_training_is_found() -> None:
    given = changed(train=["a0"])
    given["folds"][0]["test"] = ["a1", "a2", "a3"]
    assert leaks(given)["speaker"] == "speakers in two roles: a in train and test of fold a"
    with pytest.raises(Ai4erError, match="a in train and test of fold a"):
        audit_run(RunRecord(**given))
    assert "speaker" not in leaks({**given, "speaker_dependent": True})


def test_a_scaler_that_was_fitted_on_all_data_is_found() -> None:
    given = record()
    given["folds"][1]["fitted_on"] = {"scaler": [item["id"] for item in given["items"]]}
    assert leaks(given) == {"statistics": "fitted on test items: scaler of fold b saw 4 of 4 items"}
    with pytest.raises(Ai4erError, match="scaler of fold b saw 4 of 4 items"):
        audit_run(RunRecord(**given))


@pytest.mark.parametrize("what", ["pseudo-labels", "k-means", "task-adaptive pre-training"])
def test_pre_training_on_test_is_found_by_the_role_or_by_one_item(what: str) -> None:
    given = record()
    given["folds"][0]["fitted_on"] = {what: ["train", "test"]}
    given["folds"][1]["fitted_on"] = {what: ["train", "b2"]}
    line = leaks(given)["statistics"]
    assert f"{what} of fold a saw 4 of 4 items" in line and f"{what} of fold b saw 1 of 4 items" in line


@pytest.mark.parametrize(
    ("given", "kind", "words"),
    [
        (changed(train=["a0"]), "item", "a0 in train and test of fold a"),
        (changed(train=["b0"]), "item", "b0 in train and valid of fold a"),
        (changed(fold=1, test=["a0"]), "tested_twice", "items tested in several folds: a0"),
        (changed(test=["a0", "a0"]), "oversampling", "a0 (3 times in test of fold a)"),
        (record(selected_on="test"), "selection", "selection: on the test part"),
    ],
)
def test_every_other_way_to_leak_is_found(given: dict[str, Any], kind: str, words: str) -> None:
    assert words in leaks(given)[kind]


def test_a_dialogue_in_two_roles_matters_to_systems_that_read_dialogues() -> None:
    given = record()
    given["items"][0]["dialogue"] = "c-0"
    assert "dialogue" not in leaks(given)
    assert leaks({**given, "context": True})["dialogue"].startswith("dialogues in two roles: c-0 in train and test")


def test_augmented_copies_that_cross_the_split_are_found() -> None:
    given = record()
    given["items"].append({"id": "a0-noisy", "speaker": "c", "label": "angry", "copy_of": "a0"})
    given["folds"][1]["train"] = [*given["folds"][1]["train"], "a0-noisy"]
    assert "augmented_copy" not in leaks(given)
    given["folds"][0]["train"] = [*given["folds"][0]["train"], "a0-noisy"]
    assert "a0 in train and test of fold a" in leaks(given)["augmented_copy"]


def test_a_class_that_is_not_trained_is_a_fault_and_one_that_is_not_tested_is_told() -> None:
    given = record()
    given["folds"][0]["train"], given["folds"][1]["test"] = ["c0", "c2"], ["b0", "b2"]
    assert leaks(given) == {"class": "classes not trained: sad in fold a; not tested: sad in fold b"}


def test_what_the_record_does_not_say_is_unknown() -> None:
    items = [{"id": item["id"]} for item in record()["items"]]
    states = {found.kind: found.leaks for found in examine(RunRecord(**record(items=items)))}
    assert states["speaker"] is None and states["class"] is None and states["item"] is False


def test_the_command_reads_a_record_and_fails_where_it_leaks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.json"
    RunRecord(**record()).save(file)
    assert read_run_record(file) == RunRecord(**record())
    assert run(monkeypatch, capsys, "audit", str(file))[0] == 0
    file.write_text(json.dumps(record(selected_on="test")))
    status, out, _ = run(monkeypatch, capsys, "audit", str(file))
    assert status == 1 and "LEAK    selection: on the test part" in out
    assert run(monkeypatch, capsys, "audit", str(file), "--allow", "selection")[0] == 0
    status, _, err = run(monkeypatch, capsys, "audit", str(file), "--allow", "selektion")
    assert status == 1 and "did you mean 'selection'" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not a JSON file"),
        ("[]", "a run record has items and folds"),
        (
            '{"items": [{"id": "a"}], "folds": [{"name": "1", "train": ["b"], "test": ["a"]}]}',
            "fold 1 has items that are",
        ),
        ('{"items": [{"name": "a"}], "folds": []}', "no setting of RecordedItem named 'name'|items.0"),
    ],
)
def test_a_damaged_record_is_one_clear_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "run.json"
    file.write_text(text)
    with pytest.raises(Ai4erError, match=f"run.json: {message}"):
        read_run_record(file)
    with pytest.raises(Ai4erError, match="no such file"):
        read_run_record(tmp_path / "other.json")
