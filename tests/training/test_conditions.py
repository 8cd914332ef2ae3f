"""What systems are given under noise and with modalities missing, and how results name it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.evaluation.report import RESULTS_FILE, read_rows
from ai4er.prediction.items import build_items, flatten, front_ends
from ai4er.protocols.base import parse_protocol
from ai4er.protocols.leaks.run_record import examine
from ai4er.systems import system_class
from ai4er.systems.base import SystemConfig
from ai4er.training.conditions import learnt_items, units_by_condition
from ai4er.training.data import Data, load_data
from ai4er.training.run import plan, train
from ai4er.training.run_audit import record_of_run

TRIMODAL = "synthetic_trimodal:size=24,speakers=4"
SPEECH = "synthetic_speech:size=24,speakers=4"


def given(system: str, corpus: str, spec: str):  # type: ignore[no-untyped-def]
    """The items, those that are learnt from, the test units by condition, and the fold."""
    config: SystemConfig = system_class(system).config_class.small()
    data: Data = load_data(corpus, ("single",))
    items = build_items(data.records, front_ends(config.inputs), data.space)
    fold = data.folds(parse_protocol(spec), 0)[0]
    named = units_by_condition(fold, items, data.records, config, "utterance")
    return items, learnt_items(fold, items, data.records, config), dict(named), fold


def test_patterns_leave_the_named_modalities_only() -> None:
    _, _, tests, fold = given("if_mmin", TRIMODAL, "loso|missing:patterns=speech/text+video")
    for name, units in tests.items():
        assert len(units) == len(fold.roles["test"])
        for item in flatten(units):
            assert {key for key, array in item.inputs.items() if array is not None} == set(
                {"speech": ["speech"], "text+video": ["text", "video"]}[name]
            )


def test_training_misses_what_the_rate_says_and_test_stays_whole_or_misses_too() -> None:
    def share(items) -> float:  # type: ignore[no-untyped-def]
        return float(np.mean([array is None for item in items for array in item.inputs.values()]))

    items, learnt, tests, fold = given("if_mmin", TRIMODAL, "loso|missing:rate=0.5,where=train")
    assert share(items) == 0 and tests == {}
    assert 0.3 < share([learnt[i] for i in fold.roles["train"]]) < 0.6
    assert share([learnt[i] for i in fold.roles["test"]]) == 0
    _, _, tests, _ = given("if_mmin", TRIMODAL, "loso|missing:rate=0.5,where=both")
    assert 0.2 < share(flatten(tests["missing0.5"])) < 0.65


def test_features_are_computed_of_the_noisy_sound() -> None:
    items, learnt, tests, fold = given("tim_net", SPEECH, "loso|noise:kind=white,levels=20+0,where=both")
    clean, little, much = (flatten(tests[name]) for name in ("clean", "20dB", "0dB"))
    for position, one, two, three in zip(fold.roles["test"], clean, little, much):
        assert one is items[position]
        near, far = (np.abs(one.inputs["mfcc"] - other.inputs["mfcc"]).mean() for other in (two, three))
        assert 0 < near < far
    changed = [i for i in fold.roles["train"] if learnt[i] is not items[i]]
    assert changed and all(learnt[i] is items[i] for i in fold.roles["test"])


@pytest.fixture(scope="module")
def noisy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run on one fold, tested clean and at two levels."""
    folder = tmp_path_factory.mktemp("noisy") / "run"
    spec = "speaker_kfold:folds=2,valid_speakers=none|noise:kind=white,levels=10+0"
    said: list[str] = []
    train("k_nearest_neighbours", SPEECH, spec, folds=[1], out=folder, say=said.append)
    assert "conditions: clean, 10dB, 0dB" in said
    return folder


def test_results_name_the_conditions_and_stand_for_their_mean(noisy_run: Path) -> None:
    values = {row.metric: row.value for row in read_rows(noisy_run / RESULTS_FILE) if row.fold == "all"}
    assert {"ua", "ua[clean]", "ua[10dB]", "ua[0dB]"} <= set(values)
    assert values["ua"] == pytest.approx(np.mean([values[f"ua[{name}]"] for name in ("clean", "10dB", "0dB")]))
    assert (noisy_run / "predictions-0dB.parquet").exists()
    page = (noisy_run / "report.md").read_text()
    whole, conditions = page.split("By condition, speaker_kfold:folds=2,valid_speakers=0|noise")
    assert "[clean]" not in whole
    names = [line.split(" | ")[0] for line in conditions.splitlines() if line.startswith("| ")]
    assert names == ["| condition", "| clean", "| 10dB", "| 0dB"]


@pytest.mark.parametrize(
    ("system", "corpus", "spec", "said"),
    [
        ("tim_net", SPEECH, "loso|missing", "tim_net needs every input; these do without: .*if_mmin"),
        ("if_mmin", TRIMODAL, "loso|noise:kind=white", "changes the audio of records, and if_mmin reads audio_frames"),
    ],
)
def test_what_a_system_cannot_be_put_under_is_said_before_anything_is_computed(
    system: str, corpus: str, spec: str, said: str
) -> None:
    with pytest.raises(Ai4erError, match=said):
        plan(system, corpus, spec, small=True)


def test_a_run_folder_is_audited_on_the_folds_that_it_was_tested_on(noisy_run: Path) -> None:
    record = record_of_run(noisy_run, None)
    assert not any(found.leaks for found in examine(record))
    assert len(record.folds) == 1 and record.selected_on == "last"
    about = json.loads((noisy_run / "run.json").read_text())
    about["plan"]["protocol"] = "speaker_kfold:folds=4"
    other = noisy_run.with_name("other")
    shutil.copytree(noisy_run, other)
    (other / "run.json").write_text(json.dumps(about))
    with pytest.raises(Ai4erError, match=r"tested items are in no test part of speaker_kfold:folds=4"):
        record_of_run(other, None)
