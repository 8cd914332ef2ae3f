"""The noise study: noise at the level it says, words that are never those of the clean recording unless asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.encoders import _transcribe
from ai4er.errors import Ai4erError
from ai4er.features.media import audio_of
from ai4er.protocols.base import parse_protocol
from ai4er.records import Records
from ai4er.studies._corrupted_speech import SIMULATED, Heard, changes, heard, transcriber
from ai4er.studies.base import Desk, run_study

CORPUS = open_corpus("synthetic_speech:size=24,speakers=4")
RECORDS = CORPUS.read()
RATE = 16000


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
@pytest.mark.parametrize("level", [30.0, 10.0, 0.0])
def test_noise_at_a_level_is_measured_at_that_level(kind: str, level: float) -> None:
    fold = parse_protocol("loso").folds(RECORDS, CORPUS.space, 0)[0]
    ((_, change),) = changes([Heard(kind, level)], fold, RECORDS)
    for position in fold.roles["test"][:3]:
        record = RECORDS[int(position)]
        clean, noisy = (audio_of(one, RATE).astype(np.float64) for one in (record, change(record)))
        measured = 10 * np.log10(np.mean(clean**2) / np.mean((noisy - clean) ** 2))
        assert measured == pytest.approx(level, abs=0.1)


def test_the_clean_transcript_is_not_reused_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    loud = Heard("pink", -20.0)
    texts = [record.text for record in RECORDS]
    assert transcriber("clean", ["x"], 0)(RECORDS, loud) == texts
    simulated = transcriber(SIMULATED, ["x"], 0)(RECORDS, loud)
    assert np.mean([one == other for one, other in zip(simulated, texts)]) < 0.1
    written: list[int] = []
    monkeypatch.setattr(_transcribe, "transcribe", lambda how, sounds: [written.append(len(s)) or how for s in sounds])
    assert transcriber("./network", ["x"], 0)(RECORDS[:2], loud) == ["./network", "./network"] and len(written) == 2


def test_words_are_lost_with_the_noise() -> None:
    rates = [
        Heard("clean").word_error_rate,
        *(Heard("pink", level).word_error_rate for level in (30.0, 20.0, 10.0, 0.0)),
    ]
    assert rates[0] == pytest.approx(0.05) and rates == sorted(rates) and rates[-1] == pytest.approx(0.71, abs=0.01)
    rooms = [Heard("room", seconds).word_error_rate for seconds in (0.3, 0.6, 1.0)]
    assert rooms == pytest.approx([0.14, 0.23, 0.35])


def test_every_noise_and_level_is_a_condition_of_its_own_name() -> None:
    names = [one.name for one in heard(("pink", "babble"), (10.0, 0.0), (0.6,))]
    assert names == ["clean", "pink 10 dB", "pink 0 dB", "babble 10 dB", "babble 0 dB", "room 0.6 s"]


def test_the_distilled_student_is_compared_and_any_system_can_be_put_through(tmp_path: Path) -> None:
    contest = {
        "corpus": "synthetic_speech:size=24,speakers=4", "labels": "valence_arousal_dominance",
        "protocol": "speaker_kfold:folds=2", "models": ["acoustic", "filter banks", "distilled"],
    }  # fmt: skip
    pages = run_study("noise_robust_pretrained", Desk(tmp_path / "a"), {"contests": [contest]}, small=True)
    page = pages[1].read_text()
    assert "filter banks is the same as acoustic here" in page and "| distilled | minilm |" in page
    assert "pink 0 dB" in page and "room 0.6 s" in page and "are simulated" in page
    contest["labels"] = "common4"
    settings = {"contests": [contest], "systems": ["support_vector_machine", "hyp_emo"]}
    page = run_study("noise_robust_pretrained", Desk(tmp_path / "b"), settings, small=True)[1].read_text()
    assert "support_vector_machine" in page and "ua, synthetic_speech" in page


def test_without_a_recogniser_of_speech_the_ways_out_are_named(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"facebook/hubert.* cannot be had here.*--offline"):
        run_study("noise_robust_pretrained", Desk(tmp_path / "c"))


def test_rooms_change_sound_and_leave_length_alone() -> None:
    fold = parse_protocol("loso").folds(RECORDS, CORPUS.space, 0)[0]
    (_, same), (_, room) = changes([Heard("clean"), Heard("room", 0.6)], fold, Records(RECORDS))
    assert same(RECORDS[0]) is RECORDS[0]
    clean, changed = (audio_of(one, RATE) for one in (RECORDS[0], room(RECORDS[0])))
    assert clean.shape == changed.shape and not np.allclose(clean, changed, atol=0.01)
