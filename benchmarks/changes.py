"""Whether changes of emotion are found within speech, on joined recordings of speakers that were not heard in training.

    python -m benchmarks.changes --data DIR

Of every speaker of emodb, three recordings at a time are joined without a pause, drawn with seed 0, their emotions as
they fall. The recognizer is corpora_perceptron, trained on the speakers of the four other folds of five. Printed: how
many changes were found within a second, how many cuts are at a change, and the share of the time in which the label is
right, for stretches left whole, cut, and cut where the changes really are. The windows were not tuned.
"""

from __future__ import annotations

import argparse
import itertools
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ai4er.evaluation.document import Table
from ai4er.features.media import audio_of
from ai4er.prediction.predict import Predictor
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.protocols.base import parse_protocol
from ai4er.recognition.changes import cut_at_changes
from ai4er.recognition.voice_activity import SAMPLE_RATE, Span
from ai4er.records import Record, Records
from ai4er.training.data import load_data
from ai4er.training.run import train

SYSTEM, CORPUS, PROTOCOL = "corpora_perceptron", "emodb", "speaker_kfold:folds=5"
JOINED, TOLERANCE = 3, 1.0


@dataclass(frozen=True)
class Joined:
    """Recordings one after the other: their samples, labels, and where each begins and the last ends (samples)."""

    span: Span
    labels: list[str]
    edges: list[int]


def joined(records: list[Record], generator: np.random.Generator) -> list[Joined]:
    """The recordings of one speaker in random order, so many at a time."""
    order = generator.permutation(len(records))
    found = []
    for rows in order[: len(order) // JOINED * JOINED].reshape(-1, JOINED):
        parts = [audio_of(records[row], SAMPLE_RATE) for row in rows]
        edges = [0, *np.cumsum([len(part) for part in parts]).tolist()]
        found.append(Joined(Span(0, np.concatenate(parts)), [str(records[row].label) for row in rows], edges))
    return found


def right(one: Joined, cuts: list[int], recognizer: Predictor) -> float:
    """Samples whose label is right where each piece between cuts has one label."""
    pieces = [Span(a, one.span.samples[a:b]) for a, b in itertools.pairwise(cuts)]
    said = recognizer.predict(Records(piece.record(number) for number, piece in enumerate(pieces))).scores.argmax(1)
    truth = np.repeat([recognizer.space.names.index(label) for label in one.labels], np.diff(one.edges))
    return float((np.repeat(said, np.diff(cuts)) == truth).sum())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--out", type=Path, default=Path("runs/changes"))
    given = parser.parse_args()
    train(SYSTEM, CORPUS, PROTOCOL, given.data, out=given.out, resume=True)
    data = load_data(CORPUS, ("single",), given.data)
    generator, seconds = np.random.default_rng(0), 0.0
    changes = cuts = found = correct = 0
    hits = dict.fromkeys(("left whole", "cut", "cut at the real changes"), 0.0)
    for fold in data.folds(parse_protocol(PROTOCOL), 0):
        recognizer = Recognizer.load(given.out / f"fold-{fold.index + 1}" / RECOGNIZER)
        tested = [data.records[row] for row in fold.role("test")]
        for speaker in sorted({record.speaker for record in tested}):
            for one in joined([record for record in tested if record.speaker == speaker], generator):
                pieces = list(cut_at_changes([one.span], recognizer))
                places = np.array([piece.start for piece in pieces[1:]])
                real = np.array([e for e, (a, b) in zip(one.edges[1:], itertools.pairwise(one.labels)) if a != b])
                near = np.abs(real[:, None] - places[None]) <= TOLERANCE * SAMPLE_RATE
                changes, cuts = changes + len(real), cuts + len(places)
                found, correct = found + int(near.any(1).sum()), correct + int(near.any(0).sum())
                end = len(one.span.samples)
                seconds += end / SAMPLE_RATE
                hits["left whole"] += right(one, [0, end], recognizer)
                hits["cut"] += right(one, [0, *places.tolist(), end], recognizer)
                hits["cut at the real changes"] += right(one, one.edges, recognizer)
    print(f"{changes} changes in {seconds:.0f} s; {found / changes:.2f} of them have a cut within {TOLERANCE:g} s")
    print(f"{cuts} cuts; {correct / max(cuts, 1):.2f} of them are within {TOLERANCE:g} s of a change\n")
    print(Table(["stretches", "share of the time with the right label"], [
        [name, f"{value / SAMPLE_RATE / seconds:.3f}"] for name, value in hits.items()
    ]).markdown())  # fmt: skip


if __name__ == "__main__":
    main()
