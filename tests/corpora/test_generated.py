"""What every generated corpus promises: repeatable, speaker-disjoint, balanced, quick, and clear about bad settings."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from ai4er.corpora import corpus_names, open_corpus
from ai4er.errors import Ai4erError
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Record, Records

NAMES = [name for name in corpus_names() if name.startswith("synthetic_")]


def _same(one: Record, other: Record) -> bool:
    arrays = one.arrays.keys() == other.arrays.keys() and all(
        np.array_equal(array, other.arrays[name]) for name, array in one.arrays.items()
    )
    return arrays and one.replace(arrays={}) == other.replace(arrays={})


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_repeats_every_bit_and_another_does_not(name: str) -> None:
    first, again, other = (open_corpus(f"{name}:seed={seed},size=12").read() for seed in (3, 3, 4))
    assert len(first) == len(again)
    assert all(map(_same, first, again))
    assert not all(map(_same, first, other))


@pytest.mark.parametrize("name", NAMES)
def test_splits_share_no_speaker_and_all_have_every_class(name: str) -> None:
    corpus = open_corpus(name)
    records = corpus.read()
    speakers = {split: {r.speaker for r in records if r.split == split} for split in ("train", "valid", "test")}
    assert all(speakers.values())
    assert len(set.union(*speakers.values())) == sum(map(len, speakers.values())) >= 4
    for split in speakers:
        assert {r.label for r in records if r.split == split} == set(corpus.space.names)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("protocol", ["official", "leave_one_speaker_out", "speaker_kfold", "session"])
def test_the_usual_protocols_can_be_had_without_a_leak(name: str, protocol: str) -> None:
    corpus = open_corpus(f"{name}:size=60")
    records = corpus.read()
    chosen = parse_protocol(protocol)
    for fold in chosen.folds(records, corpus.space, seed=0):
        audit(fold, records, chosen)
        assert len(fold.role("test"))


@pytest.mark.parametrize("name", NAMES)
def test_arrays_are_finite_float32_and_survive_a_parquet_file(name: str) -> None:
    records = open_corpus(f"{name}:size=5").read()
    assert all(a.dtype == np.float32 and np.isfinite(a).all() for r in records for a in r.arrays.values())
    assert all(map(_same, records, Records.from_table(records.table)))


@pytest.mark.parametrize("name", NAMES)
def test_the_check_finds_nothing_wrong(name: str) -> None:
    report = open_corpus(f"{name}:size=30").check()
    assert report.problems == []
    assert report.items >= 30


@pytest.mark.parametrize("name", [name for name in NAMES if name != "synthetic_dialogue"])
def test_classes_are_in_balance_within_each_speaker(name: str) -> None:
    records = open_corpus(name).read()
    for speaker in {r.speaker for r in records}:
        counts = Counter(r.label for r in records if r.speaker == speaker)
        assert max(counts.values()) - min(counts.values()) <= 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("sede=1", "seed"),
        ("size=many", "size"),
        ("size=0", "size=0 must be at least 1"),
        ("speakers=3", "speakers=3 must be at least 4"),
        ("seed=-1", "seed=-1 must be at least 0"),
    ],
)
def test_a_wrong_setting_is_named(settings: str, message: str) -> None:
    with pytest.raises(Ai4erError, match=message):
        open_corpus(f"synthetic_speech:{settings}")


def test_text_is_accepted_for_numbers() -> None:
    from ai4er.corpora.synthetic_text import Reader

    assert list(Reader(seed="3", size="12").read()) == list(Reader(seed=3, size=12).read())  # type: ignore[arg-type]
