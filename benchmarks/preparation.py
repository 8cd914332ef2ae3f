"""How long preparation takes: four speech corpora without and with the feature cache, a million rows of a table.

    python -m benchmarks.preparation --data DIR [--rows 1000000] [--front-end mfcc:sample_rate=22050]

DIR holds the folders emodb, ravdess, emovo and urdu. Every line is measured in a process of its own, after the imports:
reading the records (with digests of the files), and the features of all of them. The table is generated: rows cut out
of a thousand recordings. Processor seconds tell more than wall-clock on a busy machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CORPORA = ("emodb", "ravdess", "emovo", "urdu")
_FILES = 1000


def prepare(data: Path, cache: Path, spec: str) -> None:
    """Read the corpora and compute (or read) the features of every recording; print what it took."""
    from ai4er.corpora import open_corpus
    from ai4er.features.base import front_end
    from ai4er.features.cache import extract_all

    extractor, count = front_end(spec), 0
    begin = _now()
    for name in CORPORA:
        records = open_corpus(name, data).read()
        count += len(extract_all(extractor, records, cache))
    _told(f"{count} recordings of {' + '.join(CORPORA)}, {spec}", begin)


def read(table: Path) -> None:
    """Read a table of one's own, find its label spaces, and make the folds of a protocol; print what it took."""
    from ai4er.corpora import open_corpus
    from ai4er.protocols.base import parse_protocol

    begin = _now()
    corpus = open_corpus(f'manifest:file="{table}"')
    records, space = corpus.read(), corpus.label_spaces[0]
    _told(f"{len(records)} rows", begin)
    begin = _now()
    folds = parse_protocol("speaker_kfold").folds(records, space, seed=0)
    _told(f"{len(folds)} folds of them", begin)


def write(folder: Path, rows: int) -> Path:
    """A table with `rows` parts of recordings (empty files: reading the table does not open them)."""
    for number in range(_FILES):
        (folder / f"{number}.wav").touch()
    labels = ("anger", "happiness", "neutral", "sadness")
    table = folder / "rows.csv"
    with table.open("w") as file:
        file.write("id,audio,start,end,label,speaker,session,split,language,gender\n")
        for number in range(rows):
            start = number // _FILES * 3.0
            file.write(
                f"item{number},{number % _FILES}.wav,{start},{start + 2.5},{labels[number % 4]},speaker{number % 500},"
                f"session{number % 50},train,en,{'fm'[number % 2]}\n"
            )
    return table


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.process_time()


def _told(what: str, begin: tuple[float, float]) -> None:
    wall, processor = (now - then for now, then in zip(_now(), begin))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    print(f"| {what} | {wall:.1f} | {processor:.1f} | {peak:.2f} |", flush=True)


def main() -> None:
    """Print the table, each part in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("AI4ER_DATA"))
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--front-end", default="mfcc:sample_rate=22050,samples=96000")
    parser.add_argument("--part", choices=("prepare", "read"), help=argparse.SUPPRESS)
    parser.add_argument("--place", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.part == "prepare":
        prepare(given.data, given.place, given.front_end)
        return
    if given.part == "read":
        read(given.place)
        return
    print("| what | wall-clock (s) | processor (s) | peak memory (GiB) |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        parts = [("prepare", folder / "cache"), ("prepare", folder / "cache"), ("read", write(folder, given.rows))]
        for part, where in parts:
            words = ["--part", part, "--place", str(where), "--data", str(given.data), "--front-end", given.front_end]
            subprocess.run([sys.executable, "-m", "benchmarks.preparation", *words], check=True)


if __name__ == "__main__":
    main()
