"""Trains the recognizer of faces that ships with the library, and measures it on images it has not seen.

    python -m benchmarks.train_face_recognizer --data DIR [--trials]

DIR holds FER2013 as `ai4er corpora` reads it. Only images of its training part are learnt from: at most 250 a class,
in the order of their names, so that the whole set and the shared part of it give the same recognizer. Everything is
chosen, and the temperature fitted, in five folds of them; `--trials` prints what was compared there and ends. Without
it the recognizer is fitted on all of them, looked at on the PrivateTest part once, beside the same recognizer fitted on
fewer images, and written to src/ai4er/recognition/shipped/face/. Pictures without a face (`benchmarks/no_faces.py`)
are learnt with all classes alike, and the confidence is measured on others of them and on kinds that were not learnt.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold

from ai4er.augment.item_draw import item_generator
from ai4er.augment.picture import another_view, mirrored
from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import LabelSpace, label_space
from ai4er.prediction.calibration import best_temperature, tempered
from ai4er.prediction.items import build_items, describe, front_ends
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.systems.base import System
from ai4er.systems.batch import Item
from ai4er.training.data import load_data
from ai4er.training.fit import fit
from ai4er.training.options import Options
from benchmarks.in_space import in_space
from benchmarks.no_faces import LEARNT, UNSEEN, no_faces

SHIPPED = Path("src/ai4er/recognition/shipped")
SPACE = label_space("fer2013")
SHARES = LabelSpace(name="fer2013_shares", kind="distribution", names=SPACE.names, neutral=SPACE.neutral)
A_CLASS = 250
NO_FACES = 60
"""Pictures without a face that are learnt, of each kind; as many are measured."""
FOLDS = 5
FACE, SHAPE = {"face": "face_vector"}, {"landmarks": "face_landmarks"}
COARSE, PIXELS = {"coarse": "histogram_of_gradients"}, {"pixels": "image:size=24"}
WITHHELD = {"input_dropout": 0.4, "dropout": 0.7}
Trial = tuple[str, Mapping[str, Any], int]
TRIALS: dict[str, Trial] = {
    "perceptron, histograms of gradients": ("corpora_perceptron", {"inputs": COARSE}, 0),
    "logistic regression, pixels, penalty 0.3": ("logistic_regression", {"inputs": PIXELS, "penalty": 0.3}, 0),
    "perceptron, landmarks": ("corpora_perceptron", {"inputs": SHAPE}, 0),
    "perceptron, face_vector": ("corpora_perceptron", {"inputs": FACE}, 0),
    "perceptron, both": ("corpora_perceptron", {"inputs": FACE | SHAPE}, 0),
    "perceptron, both, more dropout": ("corpora_perceptron", {"inputs": FACE | SHAPE, **WITHHELD}, 0),
    "perceptron, both, 3 more views": ("corpora_perceptron", {"inputs": FACE | SHAPE, "epochs": 12}, 3),
    "perceptron, both, more dropout, 3 more views": (
        "corpora_perceptron", {"inputs": FACE | SHAPE, **WITHHELD, "epochs": 12}, 3
    ),
}  # fmt: skip
"""System, settings, and how many other views of each image are learnt beside its mirror image."""
CHOSEN = "perceptron, both, more dropout, 3 more views"

LIMITS = (
    "For research: nearly half of its answers are wrong. It learnt from 1,750 images, what fewer gave stands above; "
    "networks that learnt from all 28,709 are right in 0.66 of PrivateTest and more. It sees faces by two networks "
    "that do not change (ai4er-face): one learnt to tell people apart, one to find landmarks. "
    "Frontal faces of 40 pixels or more, upright and not covered; no side views were tested. FER2013 comes from a web "
    "search with words of emotions: its labels are noisy, its faces often posed, its people not a sample of anybody. "
    "It has not been measured on photographs or videos such as its user has, nor apart for age, sex or skin. Valence "
    "and arousal are places of its emotions on the circumplex, not learnt. It names an expression as a viewer would, "
    "not what a person feels; decide nothing about a person by it."
)


def views(record: Record, number: int) -> list[Record]:
    """The image, its mirror image, and other views of it."""
    image, generator = record.arrays["image"], item_generator(record, 0, "views")
    others = [mirrored(image), *(another_view(image, generator) for _ in range(number))]
    return [record] + [
        record.replace(id=f"{record.id}~{count}", digest="", arrays={"image": other})
        for count, other in enumerate(others)
    ]


def items_of(trial: Trial, records: Sequence[Record]) -> list[list[Item]]:
    """The items of every view of each image, that of the image itself first."""
    _, settings, number = trial
    found = build_items(
        Records(v for record in records for v in views(record, number)), front_ends(settings["inputs"]), SHARES
    )
    return [found[start : start + number + 2] for start in range(0, len(found), number + 2)]


def without_faces(kind: str, seed: int, records: Sequence[Record]) -> list[Record]:
    """Pictures of a kind, some of them made of the faces of records, for which all classes are voted alike."""
    made = no_faces(kind, NO_FACES, seed, [record.arrays["image"] for record in records])
    return [one.replace(votes=SPACE.names) for one in made]


def fitted(trial: Trial, records: Sequence[Record]) -> System:
    """A system that has learnt from these faces, and from pictures without one."""
    slug, settings, _ = trial
    nobody = [one for kind in LEARNT for one in without_faces(kind, 0, records)]
    items = [item for image in items_of(trial, [*records, *nobody]) for item in image]
    kind = system_class(slug)
    config = kind.config_class().override(settings)
    shapes, timed = describe(items, front_ends(config.inputs))
    torch.manual_seed(0)
    system = kind(config, SHARES, shapes, timed)
    fit(system, {"train": items}, Options(device="cpu"))
    return in_space(system, SPACE)


def crossed(trial: Trial, records: Sequence[Record]) -> np.ndarray:
    """What systems say of the images of the fold that each has not seen, (images, classes)."""
    labels, asked = [record.label for record in records], build_items(Records(records), front_ends(trial[1]["inputs"]))
    scores = np.zeros((len(records), SPACE.size))
    for train, test in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels):
        system = fitted(trial, [records[i] for i in train])
        scores[test] = predict(system, [asked[i] for i in test], 256).scores
    return scores


def per_class(records: Sequence[Record], number: int) -> list[Record]:
    """The first images of each class."""
    return [r for name in SPACE.names for r in [r for r in records if r.label == name][:number]]


def told(title: str, records: Sequence[Record], scores: np.ndarray, names: Sequence[str] = ("wa", "ua")) -> str:
    found = Predictions.of(Records(records), scores, SPACE)
    return f"- {title}: {', '.join(str(interval(found, name)) for name in names)}"


def calibration(records: Sequence[Record], scores: np.ndarray) -> tuple[float, list[str]]:
    """The temperature, and the error of the confidence before it and with the temperature of the other images."""
    targets = np.array([SPACE.index(str(record.label)) for record in records])
    even = np.arange(len(targets)) % 2 == 0
    changed = scores.copy()
    for half in (even, ~even):
        changed[half] = tempered(scores[half], "single", best_temperature(scores[~half], targets[~half], "single"))
    temperature = best_temperature(scores, targets, "single")
    return temperature, [
        told("five folds, before calibration", records, scores, ("ece",)),
        told(f"five folds, temperature of the other half (all: {temperature:.3f})", records, changed, ("ece",)),
    ]


def unsure(system: System, trial: Trial, test: Sequence[Record], said: np.ndarray, temperature: float) -> list[str]:
    """A line a kind of picture without a face: the mean confidence, and how well it tells PrivateTest from them."""
    sure, lines = said.max(1), [f"- confidence on PrivateTest: mean {said.max(1).mean():.3f}"]
    for kind in (*LEARNT, *UNSEEN):
        items = build_items(Records(without_faces(kind, 1, test)), front_ends(trial[1]["inputs"]))
        other = tempered(predict(system, items, 256).scores, "single", temperature).max(1)
        area = roc_auc_score([1] * len(sure) + [0] * len(other), [*sure, *other])
        name = f"{kind} (learnt)" if kind in LEARNT else kind
        lines.append(f"- confidence on {name}: mean {other.mean():.3f}; area under the curve {area:.3f}")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--trials", action="store_true")
    given = parser.parse_args()
    found = load_data("fer2013", ["single"], given.data, SPACE.name)
    train = per_class([record for record in found.records if record.split == "train"], A_CLASS)
    if given.trials:
        for name, trial in TRIALS.items():
            print(told(f"five folds, {name}", train, crossed(trial, train)), flush=True)
        return
    trial = TRIALS[CHOSEN]
    scores = crossed(trial, train)
    temperature, calibrated = calibration(train, scores)
    results = [told(f"five folds of the {len(train)} training images", train, scores), *calibrated]
    print(*results, sep="\n", flush=True)
    test = [record for record in found.records if record.split == "test"]
    unseen = build_items(Records(test), front_ends(trial[1]["inputs"]))
    for number in (A_CLASS // 4, A_CLASS // 2, A_CLASS):
        known = per_class(train, number)
        system = fitted(trial, known)
        said = tempered(predict(system, unseen, 256).scores, "single", temperature)
        line = told(f"PrivateTest ({len(test)}), learnt from {len(known)}", test, said, ("wa", "ua", "macro_f1", "ece"))
        print(line, flush=True)
        results.append(line)
    results += unsure(system, trial, test, said, temperature)
    print(*results[-1 - len(LEARNT + UNSEEN) :], sep="\n")
    about = {
        "corpus": found.spec,
        "encoder": "ai4er-face",
        "protocol": f"official ‡speakers unknown, learnt from {len(train)} images of Training, {A_CLASS} a class; "
        "features, network, views and temperature chosen in folds of these alone, PrivateTest looked at once with it",
        "licence": f"{found.licence}; ai4er-face: MIT (FaceNet) and Apache 2.0 (landmarks)",
        "results": results,
        "limits": [LIMITS],
    }
    Recognizer.of(system, about, temperature).save(SHIPPED / "face", half=True)


if __name__ == "__main__":
    main()
