"""Features in units of a speaker's, or a corpus', own deviation."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.prediction.normalisation import Group, normalised
from ai4er.records import Record
from ai4er.systems.batch import Item


def items(shape: tuple[int, ...], seed: int = 0) -> list[Item]:
    """Twelve items of three speakers, each of whom has another level and spread."""
    generator = np.random.default_rng(seed)
    found = []
    for i in range(12):
        x = (i % 3) * 10 + (1 + i % 3) * generator.standard_normal(shape)
        record = Record(str(i), "corpus", speaker=str(i % 3))
        found.append(Item(record, {"x": x.astype(np.float32), "tokens": np.arange(3)}))
    return found


@pytest.mark.parametrize("shape", [(5,), (40, 5)])
def test_every_speaker_has_mean_0_and_deviation_1(shape: tuple[int, ...]) -> None:
    found = normalised(items(shape), "speaker")
    for speaker in "012":
        rows = np.concatenate([np.atleast_2d(one.inputs["x"]) for one in found if one.record.speaker == speaker])
        assert np.allclose(rows.mean(0), 0, atol=1e-5) and np.allclose(rows.std(0), 1, atol=1e-5)


def test_by_corpus_the_speakers_stay_apart() -> None:
    found = normalised(items((5,)), "corpus")
    rows = np.stack([one.inputs["x"] for one in found])
    assert np.allclose(rows.mean(0), 0, atol=1e-5) and np.allclose(rows.std(0), 1, atol=1e-5)
    assert rows[2::3].mean() - rows[0::3].mean() > 1.5


@pytest.mark.parametrize("by", ["speaker", "corpus"])
def test_whole_numbers_and_absent_inputs_stay_and_constants_become_0(by: Group) -> None:
    record = Record("a", "c", speaker="s")
    there = Item(record, {"x": np.full(3, 7.0, np.float32), "tokens": np.arange(3), "y": None})
    one = normalised([there], by)[0]
    assert one.inputs["tokens"] is there.inputs["tokens"] and one.inputs["y"] is None
    assert one.inputs["x"].tolist() == [0, 0, 0]
