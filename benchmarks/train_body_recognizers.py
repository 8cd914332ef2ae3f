"""Trains the recognizers of EEG and of wrist signals that ship with the library, each person left out in turn.

    python -m benchmarks.train_body_recognizers eeg --data DIR
    python -m benchmarks.train_body_recognizers wrist --data DIR
    python -m benchmarks.train_body_recognizers talk --data DIR

The first two write src/ai4er/recognition/shipped/{eeg,wrist}/ and print the figures of docs/benchmarks.md. The system
is chosen among those of `KINDS` by its mean recall on persons of the training part, each fold for itself, and so is
its temperature; the person who is tested has no part in it. The shipped weights are those of the system that the same
rule chooses with all persons, trained on all of them. Every training also gets as many windows whose features lie
anywhere within and around what its persons show, each once for every class: where nobody was, no class is likelier.
What that is worth is measured on generated signals that no body makes (`benchmarks/foreign_signals.py`). The third
asks the recognizer of wrist signals of people who talk with an agent (Hazumi1911).
"""

from __future__ import annotations

import argparse
import gzip
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace
from ai4er.prediction.calibration import best_temperature, tempered
from ai4er.prediction.items import build_items, describe, front_ends
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.body import BodyKind, body_windows
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.data import load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options
from benchmarks.foreign_signals import KINDS as FOREIGN_KINDS
from benchmarks.foreign_signals import foreign_windows

SHIPPED = Path("src/ai4er/recognition/shipped")
FOREIGN = 40
"""Foreign windows of each kind."""
WIDENED = 0.5
"""By how much of its range a feature may lie outside it, on either side, in windows of nobody."""


@dataclass(frozen=True)
class Kind:
    """A recognizer: what it learns from, the systems to choose among with their settings, and what it can't do.

    `groups` is into how many parts the persons of a training part are divided to choose on.
    """

    corpus: str
    inputs: Mapping[str, str]
    systems: Mapping[str, Mapping[str, float]]
    groups: int
    limits: str


VECTORS: dict[str, Mapping[str, float]] = {
    "logistic_regression": {},
    "k_nearest_neighbours": {},
    "random_forest": {"trees": 100, "leaf": 15},  # grown until its leaves are pure it takes 23 MB
    "gradient_boosting": {},
}
SMALL_GRAPH = {"windows": 4, "features": 16, "heads": 2, "inner": 32, "updates": 2, "epochs": 8}
KINDS = {
    "eeg": Kind(
        "eeg_muse_mental_state",
        {"eeg": "differential_entropy:sample_rate=256,window=1,bands=seed,smoothing=none"},
        {**VECTORS, "elastic_graph_transformer": SMALL_GRAPH},
        3,
        "Three mental states (relaxed, neutral, concentrating) and no emotions. Learnt from four persons and 24 "
        "recordings of a minute with one kind of headband (Muse: TP9, AF7, AF8, TP10, dry, 256 Hz): how it does on a "
        "fifth person is hardly known, and its probabilities are not calibrated for one: temperatures chosen on some "
        "persons made the answers for others worse, and of noise it is still half sure. Muscles, blinks and loose "
        "electrodes look like states to it. It is an example of the path from a recording to an answer, and no "
        "measurement of anybody's mind.",
    ),
    "wrist": Kind(
        "wesad_wrist_features",
        {"wrist": "wrist_statistics"},
        VECTORS,
        3,
        "Three states of one laboratory protocol (at rest, stress by public speaking and arithmetic, amusement by "
        "films) and no emotions. 15 healthy young persons, sitting or standing: exercise, warmth, medicine and a loose "
        "strap look like states to it. It reads pulse, skin conductance and temperature, not acceleration or breath, "
        "one window of 28 s at a time, and does not know how a person usually is. Amusement and rest are told apart "
        "badly, and four tenths of a quiet conversation are stress or amusement to it. It is no medical device.",
    ),
}


class Persons:
    """The items of a corpus, and systems that answer for persons whom they have not seen."""

    def __init__(self, name: BodyKind, data: Path) -> None:
        self.kind = kind = KINDS[name]
        self.found = load_data(kind.corpus, ["single"], data)
        self.records: Records = self.found.records
        self.items = build_items(self.records, front_ends(kind.inputs), self.space)
        self.of = self.records.column("speaker").astype(str)
        self.names: list[str] = sorted(set(self.of.tolist()), key=lambda name: (len(name), name))

    @property
    def space(self) -> LabelSpace:
        return self.found.space

    def fitted(self, slug: str, persons: Sequence[str]) -> System:
        """A system trained on these persons, and on windows of nobody."""
        chosen: list[Item] = [item for item, person in zip(self.items, self.of) if person in persons]
        shapes, timed = describe(self.items, front_ends(self.kind.inputs))
        system = system_class(slug)
        torch.manual_seed(0)
        settings = {"inputs": dict(self.kind.inputs), **self.kind.systems[slug]}
        built = system(system.config_class().override(settings), self.space, shapes, timed)
        fit(built, {"train": [*chosen, *of_nobody(chosen, timed, self.space)]}, Options(device="cpu"))
        return built.eval()

    def answers(self, slug: str, persons: Sequence[str], groups: int) -> Predictions:
        """What the system says of each of these persons, trained on those of the other groups."""
        parts = []
        for group in (persons[start::groups] for start in range(groups)):
            system = self.fitted(slug, [person for person in persons if person not in group])
            parts.append(self.said(system, group))
        return Predictions.pool(parts)

    def said(self, system: System, persons: Sequence[str]) -> Predictions:
        """What a system says of persons."""
        where = np.flatnonzero(np.isin(self.of, persons))
        scores = predict(system, [self.items[i] for i in where], 256).scores
        return Predictions.of(self.records.take(where), scores, self.space)


def of_nobody(items: Sequence[Item], timed: Mapping[str, bool], space: LabelSpace) -> list[Item]:
    """As many windows as these, anywhere in a box around their means, each once for every class.

    Over time they change as one of the items does, up to twice as much.
    """
    draw, made = np.random.default_rng(0), []
    for number in range(len(items)):
        inputs = {}
        for name in timed:
            arrays = np.stack([np.asarray(item.inputs[name]) for item in items])
            means = arrays.mean(1) if timed[name] else arrays
            low, high = means.min(0), means.max(0)
            spread = WIDENED * (high - low)
            inputs[name] = draw.uniform(low - spread, high + spread).astype(np.float32)
            if timed[name]:
                one = draw.integers(len(items))
                inputs[name] = inputs[name] + np.float32(draw.uniform(0, 2)) * (arrays[one] - means[one])
        record = Record(f"nobody/{number}", "nobody")
        made += [Item(record.replace(label=label), inputs, space.target(record.replace(label=label)))
                 for label in space.names]  # fmt: skip
    return made


def warmer(predictions: Predictions, temperature: float) -> Predictions:
    """The same answers at another temperature."""
    scores = tempered(predictions.scores, "single", temperature)
    return Predictions(predictions.ids, predictions.targets, scores, predictions.space, predictions.speakers,
                       predictions.dialogues)  # fmt: skip


def best(answers: Mapping[str, Predictions]) -> tuple[str, float]:
    """The system with the best mean recall, and the temperature that suits what it said."""
    slug = max(answers, key=lambda name: interval(answers[name], "ua", resamples=1).value)
    return slug, best_temperature(answers[slug].scores, answers[slug].targets, "single")


def train(name: BodyKind, data: Path) -> None:
    """Measure the choice of a system with each person left out, and write what the same choice gives for all."""
    kind = KINDS[name]
    there = Persons(name, data)
    everyone = there.names
    alone = {slug: there.answers(slug, everyone, len(everyone)) for slug in kind.systems}
    parts, raw, chosen = [], [], Counter[str]()
    for person in everyone:
        others = [one for one in everyone if one != person]
        slug, temperature = best({slug: there.answers(slug, others, kind.groups) for slug in kind.systems})
        chosen[slug] += 1
        where = [i for i, who in enumerate(alone[slug].speakers) if who.rpartition("/")[2] == person]
        raw.append(alone[slug].take(where))
        parts.append(warmer(raw[-1], temperature))
        print(f"{person}: {slug}, temperature {temperature:.2f}", file=sys.stderr, flush=True)
    nested, before = Predictions.pool(parts), Predictions.pool(raw)
    told = ", ".join(f"{slug} {count}" for slug, count in chosen.most_common())
    results = [f"- each person left out, the system chosen on the others ({told}): {interval(nested, metric)}"
               for metric in ("ua", "wa", "ece")]  # fmt: skip
    results.append(f"- the same before calibration: {interval(before, 'ece')}")
    for label, recall in zip(there.space.names, recalls(nested)):
        results.append(f"- recall of {label}: {recall:.3f}")
    results.append(f"- chance: ua {1 / there.space.size:.3f}")
    for slug, found in sorted(alone.items(), key=lambda pair: -interval(pair[1], "ua", resamples=1).value):
        results.append(f"- each person left out, {slug} without a choice: {interval(found, 'ua')}")
    for person, part in zip(everyone, parts):
        results.append(f"- person {person}: ua {interval(part, 'ua', resamples=1).value:.3f} ({len(part)} windows)")
    slug, temperature = best(alone)
    recognizer = Recognizer.of(there.fitted(slug, everyone), {}, temperature)
    results += [confidence(recognizer, name, sort, nested) for sort in FOREIGN_KINDS[name]]
    print(*results, f"shipped: {slug}, temperature {temperature:.3f}", sep="\n")
    about = {
        "corpus": there.found.spec,
        "protocol": "each person left out in turn; system and temperature chosen on persons of the training part in "
        f"{kind.groups} groups; the shipped weights ({slug}) are trained on all {len(everyone)} persons",
        "licence": there.found.licence,
        "encoder": "",
        "results": results,
        "limits": [kind.limits],
    }
    replace(recognizer, about=about).save(SHIPPED / name)


def confidence(recognizer: Recognizer, name: BodyKind, sort: str, persons: Predictions) -> str:
    """How sure it is of foreign signals, and how well that tells them from persons who were left out."""
    from sklearn.metrics import roc_auc_score

    sure = recognizer.predict(Records(foreign_windows(name, sort, FOREIGN))).scores.max(1)
    known = persons.scores.max(1)
    area = roc_auc_score([1] * len(known) + [0] * len(sure), [*known, *sure])
    return (
        f"- confidence on {sort}: mean {sure.mean():.3f}; on persons left out {known.mean():.3f}; area under the "
        f"curve {area:.3f}"
    )


def recalls(predictions: Predictions) -> list[float]:
    """The recall of each class."""
    right = predictions.classes == predictions.targets
    return [float(right[predictions.targets == label].mean()) for label in range(predictions.space.size)]


def talk(data: Path) -> None:
    """What the shipped recognizer of wrist signals says of people who talk, and how sure it is."""
    found = []
    for person in sorted((data / "hazumi1911" / "biosignal").glob("1911*")):
        with tempfile.TemporaryDirectory() as place:
            for name in ("BVP", "EDA", "TEMP"):
                (Path(place) / f"{name}.csv").write_bytes(gzip.decompress((person / f"{name}.csv.gz").read_bytes()))
            windows, _ = body_windows(Path(place), "wrist")
        found += [window.record.replace(id=f"{person.name}-{window.record.id}") for window in windows]
    recognizer = Recognizer.load(SHIPPED / "wrist")
    scores = recognizer.predict(Records(found)).scores
    shares = np.bincount(scores.argmax(1), minlength=recognizer.space.size) / len(scores)
    said = ", ".join(f"{name} {share:.2f}" for name, share in zip(recognizer.space.names, shares))
    print(f"- hazumi1911, {len(found)} windows: {said}; mean confidence {scores.max(1).mean():.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=(*KINDS, "talk"))
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    if given.which == "talk":
        talk(given.data)
    else:
        train(given.which, given.data)


if __name__ == "__main__":
    main()
