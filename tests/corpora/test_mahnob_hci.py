"""MAHNOB-HCI: what was felt from the description, the signals of the clip from a BioSemi recording of 24 bits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.mahnob_hci import EEG
from ai4er.errors import Ai4erError

_CHANNELS = (*EEG, "EXG1", "EXG2", "EXG3", "GSR1", "Status")
_RATE = 8


def _recording(path: Path, seconds: int, channels: tuple[str, ...] = _CHANNELS) -> None:
    """A .bdf file of one second a data record; channel c has the value -1000 c - second, half a microvolt each."""
    number = len(channels)
    fields = (
        (16, channels), (80, ("",) * number), (8, ("uV",) * number), (8, ("-4194304",) * number),
        (8, ("4194304",) * number), (8, ("-8388608",) * number), (8, ("8388608",) * number),
        (80, ("",) * number), (8, (str(_RATE),) * number), (32, ("",) * number),
    )  # fmt: skip
    head = b"\xffBIOSEMI" + b" " * 176 + str(256 * (number + 1)).encode().ljust(8) + b"24BIT".ljust(44)
    head += str(seconds).encode().ljust(8) + b"1".ljust(8) + str(number).encode().ljust(4)
    assert len(head) == 256
    head += b"".join(text.encode().ljust(width) for width, texts in fields for text in texts)
    values = -1000 * np.arange(number)[None, :, None] - np.arange(seconds)[:, None, None] + np.zeros((1, 1, _RATE), int)
    raw = (values & 0xFFFFFF).astype("<i4").view(np.uint8).reshape(seconds, number, _RATE, 4)[..., :3]
    path.write_bytes(head + np.ascontiguousarray(raw).tobytes())


def _session(root: Path, number: int, emotion: int | None = 4, seconds: int | None = 70) -> None:
    folder = root / f"Sessions/{number}"
    folder.mkdir(parents=True)
    felt = f'feltEmo="{emotion}" feltArsl="6" feltVlnc="5" feltCtrl="4" feltPred="7"' if emotion is not None else ""
    (folder / "session.xml").write_text(
        f'<?xml version="1.0"?><session sessionId="{number}" {felt} mediaFile="69.avi">'
        '<subject id="3" gender="m"/></session>'
    )
    if seconds:
        _recording(folder / f"Part_3_S_Trial{number}_emotion.bdf", seconds)


def test_the_clip_lies_between_the_margins(tmp_path: Path, write_text) -> None:
    _session(tmp_path, 2)
    _session(tmp_path, 130, emotion=9)
    _session(tmp_path, 4, emotion=None)
    write_text("Sessions/2/P3-Rec1-2009.07.09-C1 trigger _C_Section_2.avi", "video")
    joy, other = open_corpus("mahnob_hci", tmp_path).read()
    assert (joy.id, joy.speaker, joy.label) == ("2", "3", "joy")
    assert (other.id, other.label, other.attributes["emotion"]) == ("130", None, "9")
    assert joy.dimensions == {"valence": 5, "arousal": 6, "dominance": 4, "predictability": 7}
    assert (joy.attributes["sample_rate"], joy.attributes["clip"]) == ("8", "69.avi")
    assert joy.video is not None and joy.video.endswith("_C_Section_2.avi")
    eeg = joy.arrays["eeg"]
    assert eeg.shape == (10 * _RATE, 32)
    assert np.array_equal(eeg[0], -0.5 * (1000 * np.arange(32) + 30))
    assert np.array_equal(eeg[-1], -0.5 * (1000 * np.arange(32) + 39))
    assert joy.arrays["ecg"].tolist() == [[-500, -1000]] * (10 * _RATE)


def test_a_rating_as_target(tmp_path: Path) -> None:
    _session(tmp_path, 2)
    assert open_corpus("mahnob_hci:target=valence", tmp_path).read()[0].label == "low"
    assert open_corpus("mahnob_hci:target=valence,threshold=4.5", tmp_path).read()[0].label == "high"
    assert open_corpus("mahnob_hci:target=valence", tmp_path).space.name == "low_high"


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text) -> None:
    _session(tmp_path, 8, seconds=None)
    with pytest.raises(Ai4erError, match=r"no folder below .* is like Sessions/2"):
        open_corpus("mahnob_hci", tmp_path).read()
    assert open_corpus("mahnob_hci", tmp_path).left_out() == ["sessions without a .bdf file (1): 8"]
    _session(tmp_path, 10, seconds=50)
    with pytest.raises(Ai4erError, match=r"50 s long, where a clip and 60 s are expected"):
        open_corpus("mahnob_hci", tmp_path).read()[0].arrays["eeg"]
    write_text("Sessions/8/a.bdf", "no recording")
    with pytest.raises(Ai4erError, match=r"a.bdf: not a recording of BioSemi"):
        open_corpus("mahnob_hci", tmp_path).read()
    write_text("Sessions/8/session.xml", '<session feltEmo="x"/>')
    with pytest.raises(Ai4erError, match=r"session.xml: feltEmo, feltVlnc"):
        open_corpus("mahnob_hci", tmp_path).read()
    write_text("Sessions/8/session.xml", "<session")
    with pytest.raises(Ai4erError, match=r"session.xml: not whole XML"):
        open_corpus("mahnob_hci", tmp_path).read()
