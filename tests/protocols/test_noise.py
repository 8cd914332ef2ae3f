"""Noise as a condition of a protocol: the levels, where it comes from, and what training hears of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.augment.mixing import rms
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import Fold, parse_protocol
from ai4er.protocols.changes.base import Condition
from ai4er.records import Record, Records

SPACE = LABEL_SPACES["common4"]


def voice(number: int) -> np.ndarray:
    return (0.1 * np.sin(np.arange(1600) * (0.1 + number / 100))).astype(np.float32)


RECORDS = Records(
    Record(
        f"{s}-{i}", "here", speaker=f"s{s}", label=SPACE.names[i % 4], arrays={"audio": voice(10 * s + i)}
    )
    for s in range(4) for i in range(40)
)  # fmt: skip


def fold(spec: str, number: int = 0) -> Fold:
    return parse_protocol(f"loso|{spec}").folds(RECORDS, SPACE, 0)[number]


def heard(condition: Condition, record: Record) -> np.ndarray:
    return audio_of(record if condition.record is None else condition.record(record), 16000)


def named(made: Fold) -> dict[str, Condition]:
    assert made.inputs is not None
    return {one.name: one for one in made.inputs.tests(made, RECORDS, ())}


def test_clean_and_every_level_are_conditions_of_one_test() -> None:
    found = named(fold("noise:kind=white,levels=10+0+-5"))
    assert list(found) == ["clean", "10dB", "0dB", "-5dB"]
    record = RECORDS[0]
    clean = heard(found["clean"], record)
    assert np.array_equal(clean, record.arrays["audio"])
    for level in (10, 0, -5):
        added = heard(found[f"{level}dB"], record) - clean
        assert 20 * np.log10(rms(clean) / rms(added)) == pytest.approx(level, abs=0.01)


def test_an_item_has_the_same_noise_in_every_fold() -> None:
    spec = "noise:kind=pink,levels=5"
    assert np.array_equal(*(heard(named(fold(spec, number))["5dB"], RECORDS[0]) for number in (0, 2)))


def test_babble_is_made_of_the_training_role() -> None:
    made = fold("noise:kind=babble,levels=0")
    record = RECORDS[int(made.roles["test"][0])]
    added = heard(named(made)["0dB"], record) - heard(named(made)["clean"], record)
    frequency = np.arange(len(added) // 2 + 1) * 2 * np.pi / len(added)
    power = np.abs(np.fft.rfft(added)) ** 2
    own = frequency < 0.1 + 9.5 / 100  # what the tested speaker alone could sound like
    trained = {RECORDS[int(i)].speaker for i in made.roles["train"]}
    assert record.speaker == "s0" and trained == {"s2", "s3"}
    assert power[own].sum() < 0.05 * power.sum()


def test_training_stays_clean_unless_it_is_asked_for() -> None:
    made = fold("noise:kind=white,levels=10+0")
    assert made.inputs is not None and made.inputs.learnt(made, RECORDS, ()) is None
    both = fold("noise:kind=white,levels=10+0,where=both")
    assert both.inputs is not None
    learnt = both.inputs.learnt(both, RECORDS, ())
    assert learnt is not None
    levels = Counter()  # type: Counter[float]
    for record in RECORDS:
        added = heard(learnt, record) - heard(Condition("clean"), record)
        levels[round(float(20 * np.log10(0.0707 / rms(added)))) if added.any() else np.inf] += 1
    assert set(levels) == {np.inf, 10.0, 0.0}
    assert min(levels.values()) > len(RECORDS) / 5


def test_test_and_training_hear_different_recordings_of_noise(tmp_path: Path) -> None:
    for number in range(6):
        soundfile.write(tmp_path / f"{number}.wav", 0.1 * np.sin(np.arange(8000) * (1 + number) / 3), 16000)
    made = fold(f"noise:folder={tmp_path},where=both")
    assert made.inputs is not None
    test = made.inputs._source(made, RECORDS, test=True)  # type: ignore[attr-defined]
    training = made.inputs._source(made, RECORDS, test=False)  # type: ignore[attr-defined]
    assert [file.stem for file in test.files] == ["0", "3"]
    assert [file.stem for file in training.files] == ["1", "2", "4", "5"]
    for number in range(1, 6):
        (tmp_path / f"{number}.wav").unlink()
    with pytest.raises(Ai4erError, match="training needs others"):
        made.inputs.learnt(made, RECORDS, ("speech",))


def test_without_recordings_of_noise_the_ways_out_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AI4ER_DATA", str(tmp_path))
    with pytest.raises(Ai4erError, match="noise:folder=DIR, or take generated noise with noise:kind=pink"):
        named(fold("noise"))


def test_a_record_without_sound_stays_as_it_is() -> None:
    condition = named(fold("noise:kind=white,levels=5"))["5dB"]
    silent = Record("a", "here", text="hello")
    assert condition.record is not None and condition.record(silent) is silent
