"""MUSE EEG: windows of one recording stay together, never cross a gap, and lose nothing else."""

from __future__ import annotations

import bz2
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import Corpus, open_corpus
from ai4er.corpora.eeg_muse_mental_state import SAMPLE_RATE, window_starts
from ai4er.errors import Ai4erError
from ai4er.protocols.base import audit, parse_protocol


def _table(seconds: float, gap_at: float | None = None) -> str:
    times = 1533060931 + np.arange(round(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    if gap_at is not None:
        times[times - times[0] >= gap_at] += 30
    rows = [f"{t:.3f},{i % 1000},1.5,-2.25,{i // 1000},99" for i, t in enumerate(times)]
    return "timestamps,TP9,AF7,AF8,TP10,Right AUX\n" + "\n".join(rows) + "\n"


def test_windows_hold_every_sample_of_the_four_electrodes(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text("deep/subjecta-relaxed-1.csv", _table(9))
    write_text("deep/subjectb-neutral-2.csv.bz2", bz2.compress(_table(4).encode()))
    write_text("deep/other.csv", "left alone")
    records = open_corpus("eeg_muse_mental_state", tmp_path).read()
    assert [r.id for r in records] == ["subjecta-relaxed-1_00", "subjecta-relaxed-1_01", "subjectb-neutral-2_00"]
    eeg = np.concatenate([r.arrays["eeg"] for r in records[:2]])
    samples = np.arange(2 * 4 * SAMPLE_RATE)
    assert np.array_equal(eeg[:, 0], samples % 1000)
    assert np.array_equal(eeg[:, 3], samples // 1000)
    assert (eeg[:, 1] == 1.5).all()
    assert (eeg[:, 2] == -2.25).all()
    first, last = records[0], records[2]
    assert (first.speaker, first.dialogue, first.session, first.label) == ("a", "subjecta-relaxed-1", "1", "relaxed")
    assert (last.speaker, last.dialogue, last.session, last.label) == ("b", "subjectb-neutral-2", "2", "neutral")


def test_windows_never_cross_a_gap(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text("subjectb-relaxed-2.csv", _table(16, gap_at=6))
    records = open_corpus("eeg_muse_mental_state", tmp_path).read()
    assert [r.attributes["seconds_in"] for r in records] == ["0.000", "36.000", "40.000"]


@pytest.mark.parametrize("samples", [1, 7, 100])
def test_windows_are_as_many_as_fit_into_each_piece(samples: int) -> None:
    generator = np.random.default_rng(samples)
    lengths = generator.integers(1, 300, 5)
    times = np.concatenate([1000 * i + np.arange(n) / SAMPLE_RATE for i, n in enumerate(lengths)])
    starts = np.array(window_starts(times, samples), int)
    assert len(starts) == (lengths // samples).sum()
    assert all(times[s + samples - 1] - times[s] < 2 for s in starts)
    assert (np.diff(starts) >= samples).all()


def test_the_setting_gives_the_length_of_a_window(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    write_text("subjecta-relaxed-1.csv", _table(10))
    (record,) = open_corpus("eeg_muse_mental_state:seconds=10", tmp_path).read()
    assert record.arrays["eeg"].shape == (2560, 4)
    with pytest.raises(Ai4erError, match=r"seconds=0.0 must be at least 1"):
        open_corpus("eeg_muse_mental_state:seconds=0", tmp_path)


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match="no file such as subjecta-relaxed-1"):
        open_corpus("eeg_muse_mental_state", tmp_path).read()
    write_text("subjecta-relaxed-1.csv", "timestamps,TP9\n1,2\n")
    with pytest.raises(Ai4erError, match="not a whole table with the columns timestamps, TP9, AF7, AF8, TP10"):
        open_corpus("eeg_muse_mental_state", tmp_path).read()
    assert "relaxed: 1 recordings, published 8" in open_corpus("eeg_muse_mental_state", tmp_path).left_out()


def test_the_real_recordings_are_whole_and_stay_in_one_role(real: Callable[[str], Corpus]) -> None:
    corpus = real("eeg_muse_mental_state")
    report = corpus.check()
    assert report.problems == []
    assert report.items == 294
    records = corpus.read()
    assert len({r.dialogue for r in records}) == 23  # all but the recording of 3.5 s
    for protocol in map(parse_protocol, ("leave_one_speaker_out", "random_kfold")):
        for fold in protocol.folds(records, corpus.space, seed=0):
            audit(fold, records, protocol)
