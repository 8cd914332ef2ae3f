"""The online protocol: nothing that is learnt comes after what is tested."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Record, Records
from ai4er.training.run import train

SPACE = LABEL_SPACES["common4"]


def item(number: int, **fields: object) -> Record:
    return Record(str(number), "here", label=SPACE.names[number % 4], **fields)  # type: ignore[arg-type]


STREAM = Records(item(i, speaker=f"s{i % 3}") for i in range(43))


@pytest.mark.parametrize("spec", ["online", "online:blocks=4", "online:blocks=4,valid_share=0"])
def test_every_block_is_tested_after_all_before_it_were_learnt(spec: str) -> None:
    protocol = parse_protocol(spec)
    folds = protocol.folds(STREAM, SPACE, 0)
    learnt: list[int] = []
    for fold in folds:
        audit(fold, STREAM, protocol)
        past = np.sort(np.concatenate([fold.roles["train"], fold.roles["valid"]]))
        assert past.max() + 1 == fold.roles["test"].min()
        assert past.tolist() == list(range(len(past))) and set(learnt) < set(past.tolist())
        if len(fold.roles["valid"]):
            assert fold.roles["train"].max() < fold.roles["valid"].min()
        learnt = past.tolist()
    tested = np.concatenate([fold.roles["test"] for fold in folds])
    assert np.array_equal(tested, np.arange(folds[0].roles["test"][0], 43))
    assert "comes after everything that is learnt" in protocol.promise()
    assert {fold.mark for fold in folds} == {"†speaker-dependent"}


def test_turns_go_by_their_number_and_dialogues_as_they_begin() -> None:
    records = Records(
        [
            item(0, dialogue="b", turn=2), item(1, dialogue="a", turn=1), item(2, dialogue="b", turn=1),
            item(3, dialogue="a", turn=0), item(4), item(5, dialogue="b", turn=10),
        ]
    )  # fmt: skip
    folds = parse_protocol("online:blocks=3,valid_share=0").folds(records, SPACE, 0)
    assert [sorted(fold.roles["test"].tolist()) for fold in folds] == [[3, 5], [1, 4]]


def test_unlabelled_records_are_left_out_and_too_few_are_an_error() -> None:
    records = Records(record.replace(label=None) if i % 2 else record for i, record in enumerate(STREAM))
    folds = parse_protocol("online:blocks=4").folds(records, SPACE, 0)
    assert all(i % 2 == 0 for fold in folds for role in fold.roles.values() for i in role)
    with pytest.raises(Ai4erError, match="there are 43 labelled records for 30 blocks"):
        parse_protocol("online:blocks=30").folds(STREAM, SPACE, 0)


def test_a_run_leaves_the_curve_and_says_what_it_guarantees(tmp_path: Path) -> None:
    said: list[str] = []
    spec = "online:blocks=3"
    run = train("k_nearest_neighbours", "synthetic_speech:size=40", spec, out=tmp_path / "run", say=said.append)
    assert any("comes after everything that is learnt" in line for line in said)
    page = (tmp_path / "run" / "report.md").read_text()
    assert "Test and training: " in page and "comes after everything that is learnt" in page
    assert "plots/online.png" in page and (tmp_path / "run" / "plots" / "online.png").exists()
    assert [row.fold for row in run.rows if row.metric == "ua"] == ["block 2", "block 3", "all"]
