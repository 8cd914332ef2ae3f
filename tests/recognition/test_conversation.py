"""Who said what, when, and how: a recording of two people through the main job, with a small joint recognizer."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from typer.testing import CliRunner

from ai4er.cli.main import app
from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.errors import Ai4erError
from ai4er.prediction.items import describe, front_ends
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import recognize
from ai4er.recognition.voice_activity import Segmentation
from ai4er.systems.speech.asr_diarisation_emotion import LETTERS, ASRDiarisationEmotion, Config
from ai4er.training.data import items_of, load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options


def made(epochs: int = 0, **changes: object) -> Recognizer:
    """The small system on a generated corpus, after some epochs."""
    settings = {"speakers": 10, "batch_size": 2, "speech_rate": 20.0, "epochs": epochs, **changes}
    config = Config.small().override(settings)
    data = load_data("synthetic_speech:size=24", ASRDiarisationEmotion.kinds)
    items = items_of(data, config)
    system = ASRDiarisationEmotion(config, data.space, *describe(items, front_ends(config.inputs)))
    if epochs:
        fit(system, {"train": items}, Options(device="cpu"))
    return Recognizer.of(system)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A recognizer that has learnt a little of everything: nearly everything is speech to it."""
    return made(epochs=4).save(tmp_path_factory.mktemp("r") / "joint")


@pytest.fixture(scope="module")
def call(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two voices in turns, with a second of silence between."""
    generator = np.random.default_rng(0)
    said = [speak(emotion, voice(who), 1.5, generator) for emotion, who in (("anger", 1), ("sadness", 6)) * 2]
    pause = np.zeros(SAMPLE_RATE)
    path = tmp_path_factory.mktemp("s") / "call.wav"
    soundfile.write(path, np.concatenate([part for one in said for part in (pause, one)] + [pause]), SAMPLE_RATE)
    return path


def always(output: torch.nn.Module, number: int) -> None:
    """Make a linear output say the same of every frame."""
    with torch.no_grad():
        output.bias.zero_()[number] = 100.0  # type: ignore[operator, union-attr, index]


def test_a_conversation_becomes_turns_with_speaker_and_distribution(folder: Path, call: Path) -> None:
    found = recognize(call, folder, speakers=2)
    times = [(segment.start or 0, segment.end or 0) for segment in found.segments]
    assert found.seconds == pytest.approx(11.0) and times[0][0] >= 0 and times[-1][1] <= 11.05
    assert all(start < end for start, end in times)
    assert all(end <= start + 1e-3 for (_, end), (start, _) in itertools.pairwise(times))
    assert found.segments[0].speaker == "speaker 1"
    assert {segment.speaker for segment in found.segments} == {"speaker 1", "speaker 2"}
    assert all(sum(segment.scores.values()) == pytest.approx(1, abs=1e-3) for segment in found.segments)


def test_turns_and_emotions_are_those_of_the_system_itself(folder: Path, call: Path) -> None:
    samples, _ = soundfile.read(call, dtype="float32")
    recognizer = Recognizer.load(folder)
    turns = recognizer.system.converse(samples, 2)  # type: ignore[operator]
    found = recognize(call, recognizer)
    assert [segment.start for segment in found.segments] == pytest.approx([turn.start for turn in turns], abs=1e-3)
    assert [found.labels(segment)[0] for segment in found.segments] == [turn.emotion for turn in turns]


def test_words_are_the_text_of_a_turn_and_stand_in_captions(folder: Path, call: Path) -> None:
    recognizer = Recognizer.load(folder)
    always(recognizer.system.words.letters.output, LETTERS.symbols.index("A"))  # type: ignore[arg-type]
    found = recognize(call, recognizer)
    assert {segment.text for segment in found.segments} == {"a"}
    assert "<v speaker 1>[" in found.to_vtt() and "] a\n" in found.to_vtt()


def test_where_nobody_speaks_there_is_no_turn(folder: Path, call: Path) -> None:
    recognizer = Recognizer.load(folder)
    always(recognizer.system.speech.output, 0)  # type: ignore[arg-type]
    assert recognize(call, recognizer).segments == []


def test_one_speaker_is_one_speaker(folder: Path, call: Path) -> None:
    assert {segment.speaker for segment in recognize(call, folder, speakers=1).segments} == {"speaker 1"}


def test_the_command_says_who_spoke(folder: Path, call: Path) -> None:
    command = ["recognize", str(call), "--recognizer", str(folder), "--speakers", "2", "--format", "json"]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    segments = json.loads(done.stdout)["segments"]
    assert {segment["speaker"] for segment in segments} == {"speaker 1", "speaker 2"}
    assert all({"start", "end", "label", "confidence", "scores"} <= set(segment) for segment in segments)


def test_answers_can_be_seen_in_other_labels(folder: Path, call: Path) -> None:
    found = recognize(call, folder, labels="ekman7")
    assert found.space.name == "ekman7"
    assert {segment.speaker for segment in found.segments} == {"speaker 1", "speaker 2"}


def test_whoever_cuts_otherwise_gets_stretches_of_speech(folder: Path, call: Path) -> None:
    found = recognize(call, folder, Segmentation())
    assert found.segments and {(segment.speaker, segment.text) for segment in found.segments} == {("", "")}
    with pytest.raises(Ai4erError, match="speakers goes with neither by_channel nor changes nor a segmentation"):
        recognize(call, folder, by_channel=True, speakers=2)
    with pytest.raises(Ai4erError, match="speakers=0: one at least"):
        recognize(call, folder, speakers=0)


def test_a_recognizer_that_knows_no_speakers_takes_no_number_of_them(call: Path) -> None:
    without = made(word_weight=0.0)
    assert {segment.speaker for segment in recognize(call, without).segments} == {""}
    with pytest.raises(Ai4erError, match="recognizer asr_diarisation_emotion does not tell who speaks"):
        recognize(call, without, speakers=2)
