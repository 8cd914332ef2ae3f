"""How long the audit of a split of many recordings takes.

    python -m benchmarks.audit_files [--files 10000] [--seconds 3]

The recordings are generated (voices of the project, 16 kHz, FLAC), a fifth of them in the part test; ten are copies of
a training file at another level with some noise, which the audit has to find. Prints what it found, the wall-clock and
the processor seconds.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.protocols.leaks.findings import findings
from ai4er.protocols.leaks.split_file import read_split

LABELS = ("anger", "happiness", "neutral", "sadness")
COPIES = 10


def write(folder: Path, files: int, seconds: float) -> Path:
    """The recordings, and the table of the split."""
    lines = ["file,split,speaker,text"]
    first: list[np.ndarray] = []
    for number in range(files):
        generator = np.random.default_rng(number)
        if number >= files - COPIES:
            samples = 0.5 * first[number % COPIES]
            samples = samples + 0.01 * np.abs(samples).max() * generator.standard_normal(len(samples))
        else:
            samples = speak(LABELS[number % 4], voice(number % 50), seconds * generator.uniform(0.7, 1.3), generator)
        if number < COPIES:
            first.append(samples)
        soundfile.write(folder / f"{number}.flac", samples, SAMPLE_RATE, subtype="PCM_16")
        part = "test" if number >= files - files // 5 else "train"
        lines.append(f"{number}.flac,{part},{part}{number % 50},sentence {number}")
    table = folder / "split.csv"
    table.write_text("\n".join(lines) + "\n")
    return table


def main() -> None:
    """Write the recordings, audit them, and print what it took."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=3.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        table = write(Path(place), given.files, given.seconds)
        wall, processor = time.perf_counter(), time.process_time()
        for found in findings(read_split(table)):
            print(found.line)
        wall, processor = time.perf_counter() - wall, time.process_time() - processor
    print(
        f"{given.files} files of {given.seconds:g} s on average: {wall:.1f} s wall-clock, {processor:.1f} s processor"
    )


if __name__ == "__main__":
    main()
