"""SEED-V: trials are cut out of continuous recordings at the owners' seconds."""

from __future__ import annotations

import struct
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.seed_v import CODES
from ai4er.errors import Ai4erError
from ai4er.nn.electrodes import SEED_CHANNELS

_CHANNELS = ("M1", *SEED_CHANNELS, "VEO")


def _recording(path: Path, seconds: int, rate: int, channels: tuple[str, ...] = _CHANNELS) -> None:
    """A Neuroscan file in which channel c has the value 1000 c + second, in units of 0.5 microvolt."""
    path.parent.mkdir(parents=True, exist_ok=True)
    header = bytearray(900)
    header[:12] = b"Version 3.0\0"
    struct.pack_into("<H", header, 370, len(channels))
    struct.pack_into("<H", header, 376, rate)
    electrodes = bytearray()
    for name in channels:
        row = bytearray(75)
        row[: len(name)] = name.encode()
        struct.pack_into("<h", row, 47, 10)
        struct.pack_into("<f", row, 59, 102.4)
        struct.pack_into("<f", row, 71, 1.0)
        electrodes += row
    second = np.repeat(np.arange(seconds), rate)
    samples = (10 + 1000 * np.arange(len(channels)) + second[:, None]).astype("<i4").tobytes()
    struct.pack_into("<i", header, 886, 900 + len(electrodes) + len(samples))
    path.write_bytes(bytes(header) + bytes(electrodes) + samples + b"event table")


def test_trials_are_cut_at_their_seconds(tmp_path: Path) -> None:
    _recording(tmp_path / "EEG_raw/1_1_20180804.cnt", 240, 20)
    records = open_corpus("seed_v", tmp_path).read()
    assert [r.label for r in records[:5]] == ["happy", "fear", "neutral", "sad", "disgust"]
    assert [r.attributes["fold"] for r in records] == ["1"] * 5 + ["2"] * 5 + ["3"] * 5
    eeg = records[1].arrays["eeg"]  # 132 to 228 s
    assert eeg.shape == (96 * 200, 62)
    middle = 200 * 10 + 100
    assert np.allclose(eeg[middle], 0.5 * (1000 * np.arange(1, 63) + 142), rtol=1e-3)


def test_every_class_is_shown_equally_often() -> None:
    assert all(set(Counter(codes).values()) == {3} for codes in CODES.values())


def test_a_recording_at_the_rate_of_the_reader_is_unchanged(tmp_path: Path) -> None:
    _recording(tmp_path / "2_2_20180810.cnt", 268, 200)
    eeg = open_corpus("seed_v", tmp_path).read()[0].arrays["eeg"]
    assert eeg.shape == (237 * 200, 62)
    assert np.array_equal(eeg[0], 0.5 * (1000 * np.arange(1, 63) + 30))


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text) -> None:
    write_text("EEG_DE_features/1_123.npz", "pickle")
    with pytest.raises(Ai4erError, match=r"like EEG_raw/1_1_20180804.cnt; EEG_DE_features are pickles"):
        open_corpus("seed_v", tmp_path).read()
    _recording(tmp_path / "1_1_20180804.cnt", 100, 20)
    records = open_corpus("seed_v", tmp_path).read()
    with pytest.raises(Ai4erError, match=r"100 s long, but 132 to 228 s are expected"):
        records[1].arrays["eeg"]
    _recording(tmp_path / "2_1_20180804.cnt", 110, 20, _CHANNELS[:-2])
    with pytest.raises(Ai4erError, match=r"no channel CB2; this is no recording of SEED-V"):
        open_corpus("seed_v", tmp_path).read()[15].arrays["eeg"]
    write_text("3_1_20180804.cnt", "Version 3.0")
    with pytest.raises(Ai4erError, match=r"not a continuous recording of Neuroscan"):
        open_corpus("seed_v", tmp_path).read()[30].arrays["eeg"]
