"""Rooms behind a protocol: each is a condition of the test, and what is trained on stays clean unless it is said."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import Fold, audit, parse_protocol
from ai4er.protocols.changes.base import ChangeOfInputs
from ai4er.records import Record, Records

SPACE, RATE = LABEL_SPACES["common4"], 16000
RECORDS = Records(
    Record(
        id=f"{s}-{i}", corpus="here", speaker=f"s{s}", label=SPACE.names[i % 4],
        arrays={"audio": np.random.default_rng(4 * s + i).standard_normal(2000).astype(np.float32)},
        attributes={"sample_rate": str(RATE)},
    )
    for s in range(4) for i in range(4)
)  # fmt: skip


def first(spec: str) -> tuple[Fold, ChangeOfInputs]:
    protocol = parse_protocol(spec)
    fold = protocol.folds(RECORDS, SPACE, 0)[0]
    audit(fold, RECORDS, protocol)
    assert fold.inputs is not None
    return fold, fold.inputs


def test_clean_speech_and_every_room_are_conditions_of_test_only() -> None:
    fold, change = first("loso|reverberation:seconds=0.3+1")
    conditions = change.tests(fold, RECORDS, ["speech"])
    assert [one.name for one in conditions] == ["clean", "0.3s", "1s"] and conditions[0].record is None
    assert change.learnt(fold, RECORDS, ["speech"]) is None
    plain = audio_of(RECORDS[0], RATE)
    for one in conditions[1:]:
        assert one.record is not None and not np.allclose(audio_of(one.record(RECORDS[0]), RATE), plain)


def test_a_training_recording_is_clean_or_in_one_of_the_rooms() -> None:
    fold, change = first("loso|reverberation:seconds=0.3+1,where=train")
    condition = change.learnt(fold, RECORDS, ["speech"])
    assert change.tests(fold, RECORDS, ["speech"]) == [] and condition is not None and condition.record is not None
    clean = [np.allclose(audio_of(condition.record(r), RATE), audio_of(r, RATE)) for r in RECORDS]
    assert 0 < sum(clean) < len(clean) * 0.7


def test_a_room_needs_a_time_above_0() -> None:
    with pytest.raises(Ai4erError, match="must be above 0 seconds"):
        parse_protocol("loso|reverberation:seconds=0")
