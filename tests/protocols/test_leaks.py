"""Promises of the auditor: what is shared is found and named, copies whatever was done to them, and nothing else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr

from ai4er.corpora._voice import speak, voice
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.protocols.base import parse_protocol
from ai4er.protocols.leaks.findings import KINDS, findings
from ai4er.protocols.leaks.fingerprint import SAMPLE_RATE, fingerprint, near_duplicates
from ai4er.protocols.leaks.guarantees import guarantees
from ai4er.protocols.leaks.split_file import read_split
from ai4er.records import Record, Records

TEXTS = ("so many people have come to see the old house again", "the river runs cold below the northern bridge")


def spoken(number: int, seconds: float = 2.5) -> np.ndarray:
    """Samples of one generated utterance at 16 kHz, another one for each number."""
    label = ("anger", "happiness", "neutral", "sadness")[number % 4]
    return speak(label, voice(number // 2), seconds, np.random.default_rng(number), TEXTS[number % 2])


def worn(samples: np.ndarray, how: str) -> np.ndarray:
    """The recording as it comes back from somewhere else."""
    generator = np.random.default_rng(0)
    noise = generator.normal(0, samples.std(), len(samples)).astype(np.float32)
    return {
        "quieter": 0.2 * samples,
        "noisy": samples + 0.1 * noise,
        "cut": samples[1500:-7000],
        "clipped": np.clip(2 * samples, -0.6, 0.6),
        "telephone": soxr.resample(soxr.resample(samples, 16000, 8000), 8000, 16000),
        "inside": np.concatenate([0.3 * noise, samples, 0.3 * noise]),
    }[how]


def prints(recordings: list[np.ndarray]) -> list[tuple[np.ndarray, np.ndarray]]:
    return [fingerprint(soxr.resample(samples, 16000, SAMPLE_RATE)) for samples in recordings]


@pytest.mark.parametrize("how", ["quieter", "noisy", "cut", "clipped", "telephone", "inside"])
def test_a_copy_is_found_among_others_whatever_was_done_to_it(how: str) -> None:
    recordings = [spoken(number) for number in range(8)]
    (pair,) = near_duplicates(prints([*recordings, worn(recordings[3], how)]), [0] * 8 + [1])
    assert (pair.one, pair.other) == (3, 8) and pair.error_rate < 0.2


def test_other_takes_of_a_sentence_are_no_copies_and_neither_is_silence() -> None:
    takes = [speak("neutral", voice(1), 2.5, np.random.default_rng(seed), TEXTS[0]) for seed in range(8)]
    silence = [np.zeros(40000, np.float32)] * 2
    found = [*takes, *silence, np.zeros(100, np.float32)]
    assert near_duplicates(prints(found), list(range(len(found)))) == []


def test_copies_inside_one_part_are_no_leak() -> None:
    assert near_duplicates(prints([spoken(0), spoken(0)]), [0, 0]) == []


def test_the_bits_of_a_fingerprint_do_not_depend_on_the_level() -> None:
    (loud, _), (quiet, _) = prints([spoken(0), 0.25 * spoken(0)])
    assert len(loud) == (2.5 * SAMPLE_RATE - 2048) // 96 and (loud == quiet).mean() > 0.99


@pytest.fixture
def split(tmp_path: Path) -> Path:
    """Three recordings to train on and three to test; test repeats a speaker, a sentence, a file and a sound."""
    for number in range(4):
        soundfile.write(tmp_path / f"{number}.wav", spoken(number), 16000)
    soundfile.write(tmp_path / "copy.flac", soundfile.read(tmp_path / "0.wav", dtype="int16")[0], 16000)
    soundfile.write(tmp_path / "worn.wav", worn(spoken(1), "cut"), 16000)
    rows = [
        "File,Split,Speaker,Text,Label", "0.wav,train,anna,Good morning.,joy", "1.wav,train,bert,Good night.,joy",
        "2.wav,train,carl,Thank you.,anger", "copy.flac,test,dora,Goodbye.,joy",
        "worn.wav,test,bert,good  morning.,joy", "3.wav,test,emil,Hello.,anger",
    ]  # fmt: skip
    path = tmp_path / "split.csv"
    path.write_text("\n".join(rows))
    return path


def test_every_kind_of_leak_is_one_line_with_count_and_example(split: Path) -> None:
    found = {one.kind: one for one in findings(read_split(split))}
    assert tuple(found) == KINDS
    assert {kind for kind, one in found.items() if one.leaks} == set(KINDS) - {"item"}
    assert "1 of 5 are in several parts: bert (test 1, train 1)" in found["speaker"].line
    assert "1 of 5 are in several parts: good morning. (test 1, train 1)" in found["sentence"].line
    assert "0.wav (train) = copy.flac (test)" in found["copy"].line
    assert "1.wav (train) ~ worn.wav (test), 1." in found["near_duplicate"].line
    assert not any("\n" in one.line for one in found.values())


def test_an_item_in_two_folds_is_found_by_its_name_alone(tmp_path: Path) -> None:
    path = tmp_path / "split.tsv"
    path.write_text("id\tfold\na\t1\nb\t1\na\t2\n")
    found = {one.kind: one for one in findings(read_split(path))}
    assert found["item"].leaks and "a (fold 1 1, fold 2 1)" in found["item"].line
    assert {kind for kind, one in found.items() if one.leaks is None} == set(KINDS) - {"item"}


def test_files_that_are_not_there_or_not_sound_are_said(split: Path, tmp_path: Path) -> None:
    (tmp_path / "3.wav").write_bytes(b"no sound at all")
    (tmp_path / "2.wav").unlink()
    found = {one.kind: one for one in findings(read_split(split))}
    assert "1 of 6 files are not there" in found["copy"].line
    assert "1 could not be decoded" in found["near_duplicate"].line and "3.wav" in found["near_duplicate"].line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it has no rows"),
        ("file,speaker\na,b", "and split or fold; it has file, speaker"),
        ("file,split\na,train\nb,", "line 3 has no split"),
        ("file,split\na,train\nb", "line 3 has 1 fields where 2 are expected"),
        ("file,split\na,train\nb,train", "every row is in the part 'train'"),
    ],
)
def test_a_table_that_says_no_split_is_answered_with_what_is_missing(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "split.csv"
    path.write_text(text)
    with pytest.raises(Ai4erError, match=said):
        read_split(path)
    with pytest.raises(Ai4erError, match="no such file"):
        read_split(tmp_path / "other.csv")


def records(**same: object) -> Records:
    return Records(
        Record(
            id=f"{s}-{i}", corpus="c", speaker=f"s{s}", session=str(s // 2), dialogue=f"{s // 2}-{i}",
            digest=f"{s}-{i}", text=f"sentence {i}", label="anger",
        ).replace(**same)
        for s in range(6) for i in range(3)
    )  # fmt: skip


def guaranteed(spec: str, found: Records) -> str:
    return str(guarantees(parse_protocol(spec).folds(found, LABEL_SPACES["common4"], 0), found))


def test_guarantees_are_what_the_folds_do_and_not_what_they_are_called() -> None:
    assert guaranteed("session", records()).startswith(
        "speaker-disjoint, session-disjoint, dialogue-disjoint, file-disjoint"
    )
    assert "shares texts (in 3 of 3 folds, 3 such as 'sentence 0')" in guaranteed("session", records())
    assert "shares speakers (in 3 of 3 folds, 6 such as 'c/s0')" in guaranteed("random_kfold:folds=3", records())
    by_text = Records(r.replace(split="test" if r.text == "sentence 0" else "train") for r in records())
    assert "text-disjoint" in guaranteed("official", by_text) and "speaker-disjoint" not in guaranteed(
        "official", by_text
    )


def test_what_records_do_not_say_is_not_guaranteed() -> None:
    said = guaranteed("random_kfold:folds=3", records(speaker="", session="", dialogue="", digest="", text=None))
    assert said == "not known: speakers, sessions, dialogues, texts, files"
