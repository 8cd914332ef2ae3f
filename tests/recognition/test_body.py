"""Signals of the body: a person's own export becomes windows, and what cannot be judged is left out or refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.recognition.body import EEG_SECONDS, WRIST_SECONDS, body_kind, body_windows
from ai4er.recognition.folder import tasks
from ai4er.recognition.recognize import recognize

RATES = {"BVP": 64, "EDA": 4, "TEMP": 4}


def e4(folder: Path, seconds: float = 90, start: dict[str, float] | None = None) -> Path:
    """An export as the device writes it: a start, a rate, a sample a line; other files beside."""
    folder.mkdir(exist_ok=True)
    for name, rate in RATES.items():
        time = np.arange(round(seconds * rate)) / rate
        signal = {"BVP": 40 * np.sin(2 * np.pi * 1.1 * time), "EDA": 1 + 0.1 * np.sin(time), "TEMP": 33 + 0.01 * time}
        begin = 1_575_952_648 + (start or {}).get(name, 0)
        lines = [f"{begin:.6f}", f"{rate:.6f}", *(f"{value:.6f}" for value in signal[name])]
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n")
    (folder / "IBI.csv").write_text("1575952648.000000, IBI\n17.1,0.76\n")
    (folder / "tags.csv").write_text("")
    return folder


def zipped(folder: Path, path: Path, inside: str = "") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, inside + file.name)
    return path


def muse(path: Path, seconds: float = 10, rate: float = 256, gap: float = 0.0, flat: bool = False) -> Path:
    time = np.arange(round(seconds * rate)) / rate
    time[len(time) // 2 :] += gap
    signals = 20 * np.random.default_rng(0).standard_normal((len(time), 5))
    signals[:, 2] *= not flat
    rows = np.column_stack([1e9 + time, signals])
    np.savetxt(path, rows, "%.6f", ",", header="timestamps,TP9,AF7,AF8,TP10,Right AUX", comments="")
    return path


def test_an_export_is_cut_into_windows_of_the_published_length(tmp_path: Path) -> None:
    windows, seconds = body_windows(e4(tmp_path / "mine"), "wrist")
    assert seconds == pytest.approx(90) and len(windows) == int(90 / WRIST_SECONDS) == 3
    assert [window.start for window in windows] == pytest.approx([0, WRIST_SECONDS, 2 * WRIST_SECONDS])
    assert {len(window.record.arrays["bvp"]) for window in windows} <= {1768, 1769}
    assert {len(window.record.arrays["eda"]) for window in windows} <= {110, 111}


def test_signals_that_start_at_different_times_are_cut_at_the_same_ones(tmp_path: Path) -> None:
    late = e4(tmp_path / "late", start={"EDA": 10})
    windows, seconds = body_windows(late, "wrist")
    assert seconds == pytest.approx(80) and len(windows) == 2
    pulse = body_windows(e4(tmp_path / "other"), "wrist")[0][0].record.arrays["bvp"]
    assert np.array_equal(windows[0].record.arrays["bvp"][:-640], pulse[640 : 640 + 1128])


def test_folder_archive_and_nested_archive_say_the_same(tmp_path: Path) -> None:
    folder = e4(tmp_path / "mine")
    found = [recognize(folder), recognize(zipped(folder, tmp_path / "a.zip"))]
    found.append(recognize(zipped(folder, tmp_path / "b.zip", "export/")))
    assert found[0].recognizer == "wrist" and found[0].space.name == "wesad3"
    for one in found:
        assert [segment.scores for segment in one.segments] == [segment.scores for segment in found[0].segments]
        assert all(sum(segment.scores.values()) == pytest.approx(1, abs=1e-5) for segment in one.segments)
    rows = list(found[0].rows())
    assert [row["end"] - row["start"] for row in rows] == pytest.approx([WRIST_SECONDS] * 3, abs=2e-3)


def test_a_table_of_a_muse_has_a_row_a_window_and_none_across_a_gap(tmp_path: Path) -> None:
    whole = recognize(muse(tmp_path / "eeg.csv", 10))
    assert whole.recognizer == "eeg" and [segment.start for segment in whole.segments] == [0, EEG_SECONDS]
    broken, _ = body_windows(muse(tmp_path / "gap.csv", 10, gap=60), "eeg")
    assert [window.start for window in broken] == pytest.approx([0, 65])


def test_kinds_are_told_apart_by_what_is_in_the_file(tmp_path: Path) -> None:
    dialogue = tmp_path / "chat.csv"
    dialogue.write_text("speaker,text\nA,Hello\n")
    assert body_kind(dialogue) is None and body_kind(tmp_path) is None
    assert body_kind(muse(tmp_path / "eeg.csv")) == "eeg"
    assert body_kind(e4(tmp_path / "mine")) == "wrist"


def test_an_archive_in_a_folder_of_sources_and_an_export_are_one_source_each(tmp_path: Path) -> None:
    export = e4(tmp_path / "mine")
    archive = zipped(export, tmp_path / "mine.zip")
    assert archive.as_posix() in [task.name for task in tasks([tmp_path])]
    assert [task.name for task in tasks([export])] == [str(export)]


def test_windows_without_contact_are_left_out(tmp_path: Path) -> None:
    folder = e4(tmp_path / "mine")
    lines = (folder / "BVP.csv").read_text().splitlines()
    lines[2 : 2 + 64 * 28] = ["0.00"] * (64 * 28)
    (folder / "BVP.csv").write_text("\n".join(lines))
    windows, _ = body_windows(folder, "wrist")
    assert [window.start for window in windows] == pytest.approx([WRIST_SECONDS, 2 * WRIST_SECONDS])


def _write(name: str, text: str) -> Callable[[Path], Path]:
    def change(tmp_path: Path) -> Path:
        (e4(tmp_path / "mine") / name).write_text(text)
        return tmp_path / "mine"

    return change


def _without(name: str) -> Callable[[Path], Path]:
    def change(tmp_path: Path) -> Path:
        (e4(tmp_path / "mine") / name).unlink()
        return tmp_path / "mine"

    return change


def _no_archive(tmp_path: Path) -> Path:
    (tmp_path / "a.zip").write_bytes(b"PK\3\4 nothing else")
    return tmp_path / "a.zip"


def _two_in_one(tmp_path: Path) -> Path:
    folder = e4(tmp_path / "mine")
    path = zipped(folder, tmp_path / "two.zip", "a/")
    with zipfile.ZipFile(path, "a") as archive:
        archive.write(folder / "BVP.csv", "b/BVP.csv")
    return path


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (_write("BVP.csv", "1575952648\n64\nhello\n"), "BVP.csv is not a whole signal"),
        (_write("BVP.csv", ""), "BVP.csv must hold a start, a rate and a sample a line"),
        (_write("EDA.csv", "1575952648\n0.5\n1\n2\n3\n"), "a rate of 4 Hz belong"),
        (_write("EDA.csv", "1575952648,1\n4,4\n1,1\n"), "EDA.csv must hold"),
        (_write("EDA.csv", "1575000000\n4\n1\n2\n3\n"), "0.0 s without a stretch of 27.6 s"),
        (_write("TEMP.csv", "1575952648\n4\n" + "nan\n" * 360), "without a stretch of 27.6 s"),
        (_without("TEMP.csv"), "no TEMP.csv; an export of an E4 has BVP.csv, EDA.csv, TEMP.csv"),
        (_no_archive, "is not a whole signal of an E4"),
        (_two_in_one, "2 files BVP.csv"),
        (lambda path: muse(path / "eeg.csv", 3), "without a stretch of 4.0 s"),
        (lambda path: muse(path / "eeg.csv", 10, rate=128), "128.0 samples a second .* a Muse gives 256"),
        (lambda path: muse(path / "eeg.csv", 10, flat=True), "in which every signal is there and changes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_line(given: Callable[[Path], Path], message: str, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=message) as error:
        recognize(given(tmp_path))
    assert "\n" not in str(error.value)


def test_a_recognizer_of_speech_refuses_signals(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="recognizer speech reads audio, and mine has signals of another kind"):
        recognize(e4(tmp_path / "mine"), "speech")
