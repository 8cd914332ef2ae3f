"""The main job, with small recognizers fitted on generated corpora."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.errors import Ai4erError
from ai4er.prediction.items import describe, front_ends
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import load, recognize
from ai4er.systems import system_class
from ai4er.training.data import items_of, load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options


def fitted(slug: str, corpus: str, **changes: object) -> Recognizer:
    """A recognizer of a small system, fitted on a whole generated corpus."""
    kind = system_class(slug)
    config = kind.config_class.small().override(changes)
    data = load_data(corpus, kind.kinds)
    items = items_of(data, config)
    system = kind(config, data.space, *describe(items, front_ends(config.inputs)))
    fit(system, {"train": items}, Options(device="cpu"))
    return Recognizer.of(system, {"corpus": "synthetic_speech"})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recognizer of speech, saved."""
    return fitted("tim_net", "synthetic_speech").save(tmp_path_factory.mktemp("r") / "voice", half=True)


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    """Two utterances with pauses, as a 44.1 kHz stereo file of 24 bit."""
    generator = np.random.default_rng(3)
    pause = np.zeros(SAMPLE_RATE)
    said = [speak(label, voice(5), 1.5, generator) for label in ("anger", "sadness")]
    audio = np.concatenate([pause, said[0], pause, said[1], pause]) + 1e-4 * generator.standard_normal(6 * SAMPLE_RATE)
    path = tmp_path / "call.wav"
    soundfile.write(path, np.stack([audio, audio], 1), SAMPLE_RATE, subtype="PCM_24")
    return path


def test_a_recording_becomes_segments_with_times_and_distributions(folder: Path, recording: Path) -> None:
    found = recognize(recording, folder)
    assert found.seconds == pytest.approx(6.0, abs=0.01)
    assert next(round(s.start or 0) for s in found.segments) == 1
    for segment in found.segments:
        assert sum(segment.scores.values()) == pytest.approx(1, abs=1e-3)
    parts = {"start", "end", "label", "confidence", "valence", "arousal", "scores"}
    assert set(json.loads(found.to_json())["segments"][0]) == parts
    head = "source,start,end,speaker,text,label,confidence,valence,arousal,anger"
    assert found.to_csv().splitlines()[0].startswith(head)


def test_valence_and_arousal_come_with_their_uncertainty(recording: Path, tmp_path: Path) -> None:
    found = recognize(recording, fitted("evidential_regression", "synthetic_speech:size=40", epochs=2))
    for segment in found.segments:
        assert set(segment.scores) == set(segment.uncertainty or {}) == {"valence", "arousal", "dominance"}
        assert all(-1.5 < value < 1.5 for value in segment.scores.values())
        assert all(value > 0 for value in (segment.uncertainty or {}).values())
    assert not found.labels(found.segments[0])
    assert found.to_csv().splitlines()[0] == "source,start,end,speaker,text,label,confidence,valence,arousal,dominance"
    found.timeline(tmp_path / "line.png")
    assert (tmp_path / "line.png").stat().st_size > 5000


def test_silence_is_no_speech_and_no_error(folder: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(SAMPLE_RATE * 2), SAMPLE_RATE)
    found = recognize(tmp_path / "silence.wav", folder)
    assert found.segments == [] and found.overall == {}
    with pytest.raises(Ai4erError, match="no speech"):
        found.timeline(tmp_path / "t.png")


@pytest.mark.parametrize("suffix", ["wav", "ogg", "mp3"])
def test_both_sides_of_a_call_are_two_speakers(folder: Path, tmp_path: Path, suffix: str) -> None:
    generator = np.random.default_rng(3)
    first, second = (speak(label, voice(i), 1.5, generator) for i, label in enumerate(("anger", "sadness")))
    pause = np.zeros(2 * SAMPLE_RATE)
    sides = np.stack([np.concatenate([pause, first, pause]), np.concatenate([second, pause, pause])])
    path = tmp_path / f"call.{suffix}"
    soundfile.write(path, sides.T, SAMPLE_RATE)
    found = recognize(path, folder, by_channel=True)
    assert [segment.speaker for segment in found.segments] == ["channel 2", "channel 1"]
    assert 1 < (found.segments[1].start or 0.0) - (found.segments[0].start or 0.0) < 2.5
    assert {segment.speaker for segment in recognize(path, folder).segments} == {""}


def test_a_timeline_is_drawn(folder: Path, recording: Path, tmp_path: Path) -> None:
    path = recognize(recording, folder).timeline(tmp_path / "timeline.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    with pytest.raises(Ai4erError, match="no folder"):
        recognize(recording, folder).timeline(tmp_path / "none" / "timeline.png")


def test_a_speech_recognizer_refuses_text(folder: Path) -> None:
    with pytest.raises(Ai4erError, match=r"reads audio, and .* is text"):
        recognize("I am happy", folder)


@pytest.mark.parametrize(
    ("content", "name"), [(b"", "empty.wav"), (b"RIFF\x00\x00", "cut.wav"), (b"noise" * 99, "x.mp3")]
)
def test_a_file_that_is_no_recording_is_one_clear_line(folder: Path, tmp_path: Path, content: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(Ai4erError, match=name) as error:
        recognize(tmp_path / name, folder)
    assert "\n" not in str(error.value)


def test_a_folder_that_is_no_recognizer_is_named(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="no recognizer"):
        load(tmp_path)
    with pytest.raises(Ai4erError, match="no recognizer"):
        load("speach_recognizer_nobody_has")
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text((folder / "config.json").read_text())
    (broken / "model.safetensors").write_bytes(b"x" * 100)
    with pytest.raises(Ai4erError, match="does not fit"):
        load(broken)


def test_the_card_tells_corpus_and_limits(folder: Path) -> None:
    card = (folder / "README.md").read_text()
    assert "synthetic_speech" in card and "## Limits" in card and "tim_net" in card
