"""Videos are checked by their frames, and by their sound where they have any."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.features.media import probe_video

SECONDS, RATE = 2, 10


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    path = tmp_path / "Actor_12" / "02-01-03-01-02-02-12.mp4"
    path.parent.mkdir()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=RATE)
        stream.width = stream.height = 64
        stream.time_base = Fraction(1, RATE)
        pictures = np.random.default_rng(0).integers(0, 255, (SECONDS * RATE, 64, 64, 3), np.uint8)
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    return path


def test_a_sound_video_without_audio_track_is_no_problem(silent: Path) -> None:
    assert probe_video(silent) is None
    report = open_corpus("ravdess_video:modality=video", silent.parents[1]).check()
    assert not any(str(silent) in problem for problem in report.problems)


@pytest.mark.parametrize("kept", [0, 300, 5000])
def test_a_damaged_one_is_one_line_of_the_check(silent: Path, kept: int) -> None:
    silent.write_bytes(silent.read_bytes()[:kept])
    report = open_corpus("ravdess_video:modality=video", silent.parents[1]).check()
    (line,) = (problem for problem in report.problems if str(silent) in problem)
    assert "\n" not in line
