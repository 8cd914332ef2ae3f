"""Small folders in the official layouts, and the real data where AI4ER_DATA names it."""

from __future__ import annotations

import csv
import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from ai4er.corpora import Corpus, open_corpus
from ai4er.corpora._named_files import NamedAudioFiles
from ai4er.records import Record, Records


@pytest.fixture
def write_audio(tmp_path: Path) -> Callable[..., Path]:
    """Write 0.1 s of noise, different for each file name (or the given seed), as 16 bit audio."""

    def write(name: str, seed: int | None = None, rate: int = 16000) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        samples = np.random.default_rng(sum(name.encode()) if seed is None else seed).uniform(-0.5, 0.5, rate // 10)
        soundfile.write(path, (samples * 32767).astype(np.int16), rate, subtype="PCM_16")
        return path

    return write


@pytest.fixture
def write_text(tmp_path: Path) -> Callable[..., Path]:
    """Write a text file; a name that ends in .gz is gzipped."""

    def write(name: str, text: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        raw = text.encode() if isinstance(text, str) else text
        path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
        return path

    return write


@pytest.fixture
def real() -> Callable[[str], Corpus]:
    """Open a corpus of the real data; the test is skipped where it is not there."""

    def open_real(spec: str) -> Corpus:
        name = spec.partition(":")[0]
        data = os.environ.get("AI4ER_DATA")
        if not data:
            pytest.skip("AI4ER_DATA is not set: no real data")
        if not (Path(data) / name).is_dir():
            pytest.skip(f"no real data: {data} has no folder {name}")
        return open_corpus(spec, data)

    return open_real


@pytest.fixture
def listed() -> Callable[[Corpus], dict[str, dict[str, str]]]:
    """The rows of the shared data's own list by file stem: a second opinion on what the readers say."""

    def rows(corpus: Corpus) -> dict[str, dict[str, str]]:
        path = corpus.root / "manifest.csv"
        if not path.is_file():
            pytest.skip(f"{corpus.root} has no manifest.csv")
        with path.open(encoding="utf-8", newline="") as file:
            return {Path(row["file"]).stem: row for row in csv.DictReader(file)}

    return rows


@pytest.fixture
def layout() -> Callable[[str], list[dict[str, str]]]:
    """Every official path of a speech corpus, with its own label (`key,path,label,seconds,sample_rate,test_fold`)."""

    def rows(name: str) -> list[dict[str, str]]:
        data = os.environ.get("AI4ER_DATA")
        if not data:
            pytest.skip("AI4ER_DATA is not set: no tables of layouts")
        path = Path(data) / "emobox_layouts" / f"{name}.csv.gz"
        if not path.is_file():
            pytest.skip(f"no tables of layouts: {path.parent.name} has no {path.name}")
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return rows


@pytest.fixture
def described(layout) -> Callable[[type[NamedAudioFiles], str], list[tuple[dict[str, str], Record]]]:
    """What a reader makes of the name of every official path of its corpus; every path must be an official one."""

    def records(reader: type[NamedAudioFiles], table: str) -> list[tuple[dict[str, str], Record]]:
        corpus = object.__new__(reader)
        found = []
        for row in layout(table):
            name = reader.official_name(Path(row["path"]))
            match = reader.pattern.fullmatch(name)
            assert match, f"{row['path']} is not named like {reader.example}"
            found.append((row, Record(id=name, corpus=reader.name, **corpus.describe(match))))
        assert len(Records(record for _, record in found)) == len(found)
        return found

    return records
