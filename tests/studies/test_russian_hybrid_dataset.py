"""The study of acted and real-life speech: the paper's seven settings, what each starts from, and honest tables."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError
from ai4er.evaluation.document import Table
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import label_space
from ai4er.studies import russian_hybrid_dataset as module
from ai4er.studies._crowd_labels import _kept, _reliability
from ai4er.studies._hybrid import (
    BOTH,
    DUSHA,
    LARGE,
    OPEN,
    REAL,
    TUNED,
    check_systems,
    chosen_settings,
    fitting,
    learns_in_steps,
    parts_of,
    settings_of,
)
from ai4er.studies._hybrid_tables import Result, part_blocks
from ai4er.studies.base import Desk

SPACE = label_space("dusha4")


def test_dusha_has_the_seven_settings_of_the_paper() -> None:
    found = {one.name: one for one in settings_of(DUSHA)}
    assert list(found) == [
        "acted large", "acted medium", "acted small", "acted unconfident", "real large", "real tune", "both large",
    ]  # fmt: skip
    rates = {name: one.settings["learning_rate"] for name, one in found.items()}
    assert {name for name, rate in rates.items() if rate == 5e-3} == {"acted medium", "acted unconfident", "real large"}
    assert set(rates.values()) == {1e-3, 5e-3}
    weighted = {name for name, one in found.items() if "sampling_weights" in one.settings}
    assert weighted == {REAL, TUNED}
    assert found[TUNED].starts_from == LARGE
    assert found[TUNED].settings["sampling_weights"] == {"angry": 10, "sad": 20, "neutral": 1, "positive": 5}
    assert found[BOTH].corpus == f"{DUSHA.acted}+{DUSHA.real}"


def test_dusha_is_taken_where_the_folder_of_the_corpora_has_it(tmp_path: Path) -> None:
    assert parts_of(tmp_path) == OPEN
    (tmp_path / "dusha").mkdir()
    assert parts_of(tmp_path) == DUSHA


def test_a_system_gets_the_settings_that_it_has() -> None:
    wished = {**DUSHA.settings, "epochs": 3, "sampling_weights": {"sad": 20}}
    assert fitting("mobilenet_self_attention", wished) == wished
    assert fitting("tim_net", wished) == {"epochs": 3}
    assert fitting("k_nearest_neighbours", wished) == {}


def test_settings_are_chosen_with_what_they_start_from() -> None:
    assert [one.name for one in chosen_settings(OPEN, (REAL, LARGE))] == [LARGE, REAL]
    with pytest.raises(Ai4erError, match=r"real tune starts from acted large: choose both"):
        chosen_settings(OPEN, (TUNED,))
    with pytest.raises(Ai4erError, match="did you mean"):
        chosen_settings(OPEN, ("real larg",))
    with pytest.raises(Ai4erError, match="inputs withheld"):
        check_systems(["if_mmin"])


@pytest.mark.parametrize(("slug", "tuned"), [("mobilenet_self_attention", True), ("k_nearest_neighbours", False)])
def test_fine_tuning_starts_from_the_acted_part_where_a_system_learns_in_steps(slug: str, tuned: bool) -> None:
    asked: dict[str, Any] = {}

    def train(name: str, *given: Any, initialise_from: Path | None = None) -> Any:
        asked[name] = (given, initialise_from)
        return SimpleNamespace(folder=Path("runs") / name)

    found = module._runs(SimpleNamespace(train=train), slug, settings_of(OPEN), OPEN)  # type: ignore[arg-type]
    assert learns_in_steps(slug) == tuned == (TUNED in found)
    starts = {name.split("/")[0]: start for name, (_, start) in asked.items() if start is not None}
    expected = Path(f"runs/acted_large/{slug}/fold-1/recognizer")
    assert starts == ({"real_tune": expected} if tuned else {})
    rates = [given[3].get("learning_rate") for given, _ in asked.values()]
    assert all(rates) if tuned else not any(rates)


def predictions(right: float, seed: int) -> Predictions:
    """200 items of 10 speakers, seven tenths of them neutral, of which a share is recognised."""
    generator = np.random.default_rng(seed)
    targets = generator.choice(4, 200, p=[0.1, 0.7, 0.1, 0.1])
    given = np.where(np.random.default_rng(seed + 1).random(200) < right, targets, (targets + 1) % 4)
    return Predictions(np.arange(200), targets, np.eye(4)[given], SPACE, speakers=np.arange(200) % 10)


def test_a_table_has_the_constant_answer_the_quoted_numbers_and_a_test(tmp_path: Path) -> None:
    one = Result("here", TUNED, "talk", predictions(0.9, 0), "official ‡speakers unknown")
    other = dataclasses.replace(one, setting=REAL, predictions=predictions(0.5, 0))
    blocks = part_blocks("Real-life part", "real", [other, one], Desk(tmp_path), [(TUNED, REAL), (TUNED, BOTH)])
    table = next(block for block in blocks if isinstance(block, Table))
    constant, quoted = table.rows[-2:]
    share = float((one.predictions.targets == 1).mean())
    assert constant[0] == "always neutral"
    assert constant[4:6] == [f"{share:.3f}", "0.250"]
    assert quoted[4:7] == ["0.89", "0.53", "0.54"]
    assert table.rows[1][-1].endswith("‡speakers unknown")
    text = "\n".join(block.markdown() for block in blocks)
    assert "real tune - real large: ua +0." in text and "both" not in text
    assert (tmp_path / "real.png").stat().st_size > 0


def test_labels_of_a_crowd_are_held_against_the_truth() -> None:
    truth = open_corpus("synthetic_crowd:size=160,labels=truth").read()
    assert _kept(truth) == ["128 of 128", "100.0%"]
    rows = {row[0]: row for row in _reliability(truth).rows}
    assert [row[1] for row in rows.values()] == ["6", "4", "3", "2"]
    for row in rows.values():
        assert float(row[3]) == pytest.approx(float(row[2]), abs=0.15)
    assert float(rows["inverting"][3]) < 0.2 < 0.8 < float(rows["careful"][3])
