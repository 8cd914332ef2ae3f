"""A folder of ten thousand five-second clips through the main job: clips a second, and whether memory grows.

    python -m benchmarks.folder [--clips 10000] [--early 1000] [--workers 2]

The clips are links to two hundred generated ones in a temporary folder, where the results are written, too, the report
included. Memory is the peak of the process so far: what does not grow with the folder has the same peak early and late.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.recognition.folder import recognize_all
from ai4er.recognition.folder_report import write_report, write_segments

DIFFERENT = 200
LABELS = ("anger", "happiness", "neutral", "sadness")


def clips(folder: Path, count: int) -> None:
    """Talk of three to four seconds with silence around it, in files of five seconds."""
    generator = np.random.default_rng(0)
    folder.mkdir()
    for number in range(min(DIFFERENT, count)):
        said = speak(LABELS[number % 4], voice(number % 6), float(generator.uniform(3, 4)), generator)
        samples = 1e-4 * generator.standard_normal(5 * SAMPLE_RATE)
        start = int(generator.integers(len(samples) - len(said)))
        samples[start : start + len(said)] += said
        soundfile.write(folder / f"{number:05}.wav", samples, SAMPLE_RATE)
    for number in range(DIFFERENT, count):
        os.link(folder / f"{number % DIFFERENT:05}.wav", folder / f"{number:05}.wav")


def peak() -> float:
    """MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=10_000)
    parser.add_argument("--early", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    print("| clips | wall-clock (s) | processor (s) | peak memory (MiB) |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "clips", Path(place) / "results"
        clips(folder, given.clips)
        wall, processor = time.perf_counter(), time.process_time()

        def told(what: str) -> None:
            seconds = f"{time.perf_counter() - wall:.0f} | {time.process_time() - processor:.0f}"
            print(f"| {what} | {seconds} | {peak():.0f} |", flush=True)

        def progress(number: int, total: int) -> None:
            if number == given.early or number == total:
                told(f"{number:,}")

        done = recognize_all([folder], out, "speech", given.workers, progress)
        write_segments(out)
        told("table of segments")
        write_report(out)
        told("report")
    print(f"\n{done.recognised:,} recognised, {len(done.failed)} failed")


if __name__ == "__main__":
    main()
