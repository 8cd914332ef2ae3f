"""Exported recognizers against PyTorch: how fast they are, and what 8 bits cost.

    python -m benchmarks.export --data DIR [--texts 192] [--segments 32] [--repeats 3]

One thread; items a second of processor time, from raw samples or texts to scores. The ways take turns, so that a change
of the machine's speed meets all of them alike. The texts are comments of the test part of GoEmotions, the segments
generated talk of five seconds. Beside the recognizer of text stands sentence-transformers, which encodes the same texts
with the same MiniLM (needs `pip install sentence-transformers`). Macro F1 is that of the whole test part.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import torch

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.encoders._locate import minilm_folder
from ai4er.evaluation.metrics import measure
from ai4er.evaluation.predictions import Predictions
from ai4er.prediction.export import export
from ai4er.prediction.predict import Predictor
from ai4er.recognition.recognize import load
from ai4er.records import Record, Records
from ai4er.training.data import load_data


def talk(count: int) -> Records:
    """Generated segments of five seconds."""
    generator = np.random.default_rng(0)
    said = (speak("anger", voice(number % 6), 5.0, generator) for number in range(count))
    return Records(
        Record(id=str(i), corpus="talk", arrays={"audio": x}, attributes={"sample_rate": str(SAMPLE_RATE)})
        for i, x in enumerate(said)
    )


def rates(ways: Mapping[str, Callable[[], object]], items: int, repeats: int) -> dict[str, float]:
    """Items a second of processor time, the median over turns, of each way."""
    for way in ways.values():
        way()
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            started = time.process_time()
            way()
            taken[name].append(time.process_time() - started)
    return {name: items / statistics.median(seconds) for name, seconds in taken.items()}


def told(what: str, found: Mapping[str, float], reports: Mapping[str, object]) -> None:
    """Rows of a table: the rate, its ratio to the first one, and the comparison that `export` made."""
    base = next(iter(found.values()))
    for name, rate in found.items():
        print(f"| {what}, {name} | {rate:.1f} | {rate / base:.2f} | {reports.get(name, '')} |", flush=True)


def ways_of(name: str, folder: Path) -> tuple[dict[str, Predictor], dict[str, object]]:
    """The recognizer as it is, as a graph, and as one in 8 bits; and how the graphs compare."""
    ways: dict[str, Predictor] = {"PyTorch": load(name)}
    reports: dict[str, object] = {}
    for way, int8 in (("ONNX", False), ("ONNX, int8", True)):
        reports[way] = export(ways["PyTorch"], folder / f"{name}-{way}", int8)
        ways[way] = load(folder / f"{name}-{way}")
    return ways, reports


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("AI4ER_DATA"))
    parser.add_argument("--texts", type=int, default=192)
    parser.add_argument("--segments", type=int, default=32)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    torch.set_num_threads(1)
    print("| what | items a processor second | ratio | compared with PyTorch |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as place:
        records = talk(given.segments)
        ways, reports = ways_of("speech", Path(place))
        told("speech", rates(_asked(ways, records), len(records), given.repeats), reports)
        found = load_data("goemotions", ["multi"], given.data, load("text").space.name)
        test = found.records.where(lambda record: record.split == "test")
        records = test.take(range(given.texts))
        ways, reports = ways_of("text", Path(place))
        asked = {**_asked(ways, records), **_sentence_transformers([str(record.text) for record in records])}
        told("text", rates(asked, len(records), given.repeats), reports)
        print("\n| test part of GoEmotions | macro F1 | micro F1 |\n|---|---|---|", flush=True)
        for name in reports:
            space, thresholds = ways[name].space, ways[name].thresholds
            scores = ways[name].predict(test).scores
            limits = np.array([thresholds[label] for label in space.names])
            values = measure(Predictions.of(test, scores, space, None, limits))
            print(f"| {name} | {values['macro_f1']:.4f} | {values['micro_f1']:.4f} |", flush=True)


def _asked(ways: Mapping[str, Predictor], records: Records) -> dict[str, Callable[[], object]]:
    return {name: lambda one=one: one.predict(records) for name, one in ways.items()}  # type: ignore[misc]


def _sentence_transformers(texts: list[str]) -> dict[str, Callable[[], object]]:
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError:
        return {}
    network = SentenceTransformer(str(minilm_folder()), device="cpu")
    return {"sentence-transformers": lambda: network.encode(texts)}


if __name__ == "__main__":
    main()
