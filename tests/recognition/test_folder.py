"""Many sources into a folder of results."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import soundfile

from ai4er.cli.recognition import recognize
from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.errors import Ai4erError
from ai4er.recognition import folder as module
from ai4er.recognition.folder import LINES, Done, lines, recognize_all, tasks
from ai4er.recognition.folder_report import write_report, write_segments


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A recording, a text, a dialogue in a folder below, an empty recording, and a file of another kind."""
    place = tmp_path / "in"
    (place / "deeper").mkdir(parents=True)
    soundfile.write(place / "a.wav", speak("anger", voice(1), 1.5, np.random.default_rng(0)), SAMPLE_RATE)
    (place / "b.txt").write_text("What a wonderful day")
    (place / "deeper" / "c.csv").write_text("speaker,text\nAda,I am so sad\nBen,Oh no\n")
    (place / "d.wav").write_bytes(b"")
    (place / "e.pdf").write_bytes(b"x")
    return place


def test_a_folder_is_recognised_and_one_bad_file_stops_nothing(files: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seen: list[tuple[int, int]] = []
    done = recognize_all([files], out, progress=lambda number, total: seen.append((number, total)))
    assert done.recognised == 3 and list(done.failed) == [(files / "d.wav").as_posix()]
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert [Path(line["name"]).name for line in lines(out)] == ["a.wav", "b.txt", "d.wav", "c.csv"]
    table = pq.read_table(write_segments(out)).to_pylist()
    assert len(table) == sum(len(line.get("segments", [])) for line in lines(out))
    assert {row["speaker"] for row in table} >= {"Ada", "Ben"}
    page = write_report(out).read_text()
    assert "3 sources" in page and "1 failed" in page and "d.wav" in page and "data:image/png" in page
    assert not list(out.glob("*.part"))


def test_nothing_of_a_recording_is_kept_but_the_results(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AI4ER_CACHE", str(tmp_path / "cache"))
    assert recognize_all([files / "a.wav"], tmp_path / "out").recognised == 1
    assert not (tmp_path / "cache").exists()


def test_it_goes_on_where_it_stopped(files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "out"
    recognize_all([files], out)
    whole = [json.dumps(line) for line in lines(out) if "error" not in line]
    (out / LINES).write_text(whole[0] + "\n" + whole[1][:40])
    soundfile.write(files / "d.wav", np.zeros(SAMPLE_RATE), SAMPLE_RATE)
    asked: list[str] = []
    original = module._line
    monkeypatch.setattr(module, "_line", lambda *given: asked.append(given[-1].name) or original(*given))
    assert recognize_all([files], out, workers=1) == Done(4, {})
    assert [Path(name).name for name in asked] == ["b.txt", "d.wav", "c.csv"]


def test_results_of_another_job_are_not_mixed_in(tmp_path: Path) -> None:
    recognize_all(["I am happy"], tmp_path / "out")
    with pytest.raises(Ai4erError, match="another recognizer"):
        recognize_all(["I am happy"], tmp_path / "out", min_confidence=0.5)


def test_a_manifest_needs_no_labels(files: Path) -> None:
    (files / "list.csv").write_text("id,audio\nfirst,a.wav\nsecond,d.wav\n")
    found = tasks([f"manifest:file={files / 'list.csv'}"])
    assert [task.name for task in found] == ["first", "second"] and Path(found[0].given) == files / "a.wav"


def test_a_folder_without_anything_to_recognise_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no recording, image, text or dialogue"):
        tasks([tmp_path])


def test_the_command_ends_with_what_failed(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Ai4erError, match=r"1 of 4 failed: .*d\.wav"):
        recognize([str(files)], out=tmp_path / "out")
    assert "3 recognised" in capsys.readouterr().out
    assert (tmp_path / "out" / "report.html").exists() and (tmp_path / "out" / "segments.parquet").exists()
