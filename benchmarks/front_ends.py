"""How long reading, resampling, MFCC, log-mel and the feature cache take, beside librosa in the same run.

    python -m benchmarks.front_ends --data DIR [--repeats 3]

DIR holds the corpus EMO-DB (or a folder `emodb`). Prints a Markdown table of wall-clock and processor seconds
(the best of the repeats), how many times faster than real time that is, the same work done with librosa,
and the largest difference of the values. Processor seconds tell more than wall-clock on a busy machine.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import librosa
import numpy as np
import soundfile
import soxr

from ai4er.corpora.base import open_corpus
from ai4er.features._spectrum import processors
from ai4er.features.base import FrontEnd, front_end
from ai4er.features.cache import extract_all
from ai4er.features.media import load_audio
from ai4er.records import Records

BATCH = 64


@dataclass(frozen=True)
class Timing:
    """The result of a function and the seconds of its fastest call."""

    result: Any
    wall: float
    processor: float


def timed(work: Callable[[], Any], repeats: int) -> Timing:
    """Run `work` and keep the fastest call."""
    best = Timing(None, np.inf, np.inf)
    for _ in range(repeats):
        wall, processor = time.perf_counter(), time.process_time()
        result = work()
        run = Timing(result, time.perf_counter() - wall, time.process_time() - processor)
        best = Timing(result, min(best.wall, run.wall), min(best.processor, run.processor))
    return best


def extracted(extractor: FrontEnd, signals: Sequence[np.ndarray]) -> list[np.ndarray]:
    """All features, in batches as `extract_all` computes them."""
    batches = [signals[begin : begin + BATCH] for begin in range(0, len(signals), BATCH)]
    return [features for batch in batches for features in extractor.extract(batch)]


def librosa_mfcc(extractor: Any, signals: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The same coefficients, one signal after the other."""
    settings = {"n_fft": extractor.n_fft, "hop_length": extractor.hop, "n_mels": extractor.bands}
    return [
        librosa.feature.mfcc(y=s, sr=extractor.sample_rate, n_mfcc=extractor.coefficients, **settings).T
        for s in signals
    ]


def librosa_log_mel(extractor: Any, signals: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The same mel bands in decibels, one signal after the other."""
    settings = {"n_fft": extractor.n_fft, "hop_length": extractor.hop, "n_mels": extractor.bands}
    return [
        librosa.power_to_db(librosa.feature.melspectrogram(y=s, sr=extractor.sample_rate, **settings)).T
        for s in signals
    ]


def in_parallel(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """A list of results, computed in as many threads as there are processors."""
    with ThreadPoolExecutor(processors()) as pool:
        return list(pool.map(work, items))


def rows(records: Records, repeats: int) -> list[tuple[str, Timing, Timing | None]]:
    """What was measured, with ai4er and with librosa."""
    paths = [record.audio for record in records if record.audio]
    ours = timed(lambda: in_parallel(lambda path: load_audio(path, 16000), paths), repeats)
    theirs = timed(lambda: [librosa.load(path, sr=None)[0] for path in paths], repeats)
    found: list[tuple[str, Timing, Timing | None]] = [("decode FLAC, 16 kHz", ours, theirs)]
    signals = ours.result

    with tempfile.TemporaryDirectory() as folder:
        high = [Path(folder) / f"{number}.wav" for number in range(len(signals))]
        for path, signal in zip(high, signals):
            soundfile.write(path, soxr.resample(signal, 16000, 44100), 44100, subtype="FLOAT")
        ours = timed(lambda: in_parallel(lambda path: load_audio(path, 16000), high), repeats)
        theirs = timed(lambda: [librosa.load(path, sr=16000, res_type="soxr_hq")[0] for path in high], repeats)
        found.append(("read WAV, 44.1 to 16 kHz", ours, theirs))

    for name, spec, reference in (
        ("MFCC, 39 of 128 bands, 22.05 kHz", "mfcc", librosa_mfcc),
        ("log-mel, 64 bands, 16 kHz", "log_mel", librosa_log_mel),
    ):
        extractor: Any = front_end(spec)
        sounds = [soxr.resample(signal, 16000, extractor.sample_rate) for signal in signals]
        for warm_up in (extracted, reference):
            warm_up(extractor, sounds[:2])
        ours = timed(partial(extracted, extractor, sounds), repeats)
        found.append((name, ours, timed(partial(reference, extractor, sounds), repeats)))
    functionals = front_end("functionals")
    found.append(("719 functionals, 16 kHz", timed(partial(extracted, functionals, signals), repeats), None))
    return found + cache_rows(records, repeats)


def cache_rows(records: Records, repeats: int) -> list[tuple[str, Timing, Timing | None]]:
    """From files to features into an empty cache, and from a full one."""
    found: list[tuple[str, Timing, Timing | None]] = []
    for spec in ("mfcc", "waveform"):
        with tempfile.TemporaryDirectory() as folder:
            work = partial(touched, front_end(spec), records, Path(folder))
            found.append((f"{spec}: computed and written to the cache", timed(work, 1), None))
            found.append((f"{spec}: read from the cache", timed(work, repeats), None))
    return found


def touched(extractor: FrontEnd, records: Records, cache: Path) -> float:
    """Take the features and read every value, which a mapped file does only then."""
    return sum(float(array.sum()) for array in extract_all(extractor, records, cache) if array is not None)


def difference(ours: Timing, theirs: Timing) -> float:
    """The largest absolute difference of the values; librosa may resample to one sample more."""
    largest = 0.0
    for one, other in zip(ours.result, theirs.result, strict=True):
        shared = min(len(one), len(other))
        assert max(len(one), len(other)) - shared <= 1
        largest = max(largest, float(np.abs(one[:shared] - other[:shared]).max()))
    return largest


def table(found: Sequence[tuple[str, Timing, Timing | None]], seconds: float) -> str:
    """The measurements in Markdown."""
    head = (
        *("what", "seconds", "processor s", "x real time"),
        *("librosa seconds", "processor s", "ratio", "ratio of processor s", "largest difference"),
    )
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for name, ours, theirs in found:
        cells = [name, f"{ours.wall:.2f}", f"{ours.processor:.2f}", f"{seconds / ours.wall:,.0f}"]
        if theirs is None:
            cells += ["-"] * 5
        else:
            cells += [f"{theirs.wall:.2f}", f"{theirs.processor:.2f}", f"{theirs.wall / ours.wall:.1f}"]
            cells += [f"{theirs.processor / ours.processor:.1f}", f"{difference(ours, theirs):.1e}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder of EMO-DB, or one that holds it")
    parser.add_argument("--repeats", type=int, default=1, help="the fastest of so many calls counts (default 1)")
    arguments = parser.parse_args()
    records = open_corpus("emodb", arguments.data).read()
    seconds = sum(soundfile.info(record.audio).duration for record in records)
    print(f"{len(records)} files, {seconds:.0f} s of audio, {processors()} threads, librosa {version('librosa')}\n")
    print(table(rows(records, arguments.repeats), seconds))


if __name__ == "__main__":
    main()
