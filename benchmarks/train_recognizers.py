"""Trains the recognizers that ship with the library, and measures them on data they have not seen.

    python -m benchmarks.train_recognizers text --data DIR
    python -m benchmarks.train_recognizers speech --data DIR

The folders are written to src/ai4er/recognition/shipped/, weights in half precision.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.labels import label_space, mapping
from ai4er.prediction.items import build_items, front_ends
from ai4er.prediction.recognizer import Recognizer
from ai4er.protocols.base import audit, parse_protocol
from ai4er.records import Record, Records
from ai4er.systems import system_class
from ai4er.training.answers import answers
from ai4er.training.data import Data, load_data, roles_of
from ai4er.training.fit import fit
from ai4er.training.options import Options
from ai4er.training.run import build, train

SHIPPED = Path("src/ai4er/recognition/shipped")


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def progress(stage: str, done: int, total: int, numbers: dict[str, float]) -> None:
    say(f"{stage} {done}/{total} " + " ".join(f"{name} {value:.3f}" for name, value in numbers.items()))


def lines(title: str, predictions: Predictions, names: Sequence[str]) -> list[str]:
    """Model-card lines: metrics with their intervals."""
    return [f"- {title}: {interval(predictions, name)}" for name in names]


def goemotions(data: Path) -> Records:
    """Every fourth of the comments whose labels all fall into one Ekman class, or are neutral alone."""
    groups = {**mapping("goemotions27", "ekman7").table, "neutral": "neutral"}

    def coarse(record: Record) -> set[str]:
        return {groups[name] for name in record.labels or ()}

    read = load_data("goemotions", ["multi"], data).records.where(lambda record: len(coarse(record)) == 1)
    return Records(record.replace(label=coarse(record).pop(), labels=None) for record in read[::4])


def text(data: Path) -> None:
    """DualGATs on frozen MiniLM sentence vectors: dialogues of MELD and DailyDialog, comments of GoEmotions."""
    space = label_space("ekman7")
    talks = load_data("meld+dailydialog", ["single"], data, space.name)
    whole = Data("meld+dailydialog+goemotions", talks.records + goemotions(data), space, talks.corpora, talks.notes)
    system = system_class("dual_gats")
    config = system.config_class().override(
        {**system.config_class.offline, "epochs": 12, "batch_size": 64, "learning_rate": 3e-4, "select": "macro_f1"}
    )
    items = build_items(whole.records, front_ends(config.inputs), space)
    protocol = parse_protocol("official")
    fold = protocol.folds(whole.records, space, 0)[0]
    audit(fold, whole.records, protocol)
    roles = roles_of(fold, items, system)
    fitted = build(system, config, whole, items, 0)
    fit(fitted, roles, Options(device="cpu"), progress=progress)
    tested = answers(fitted, roles["test"], 64)["full"][0]
    results = []
    for corpus in ("meld", "dailydialog", "goemotions"):
        where = [i for i, name in enumerate(tested.ids) if name.startswith(corpus + "/")]
        results += lines(f"{corpus} official test", tested.take(where), ("ua", "wa", "weighted_f1"))
    about = {
        "corpus": whole.spec,
        "protocol": "official splits, trained on train, chosen on valid; meld shares television characters "
        f"({fold.mark}), dailydialog and goemotions do not say who writes",
        "licence": "meld: GPL-3.0; dailydialog: CC BY-NC-SA 4.0; goemotions: Apache 2.0",
        "encoder": "minilm",
        "substituted": True,
        "results": results,
        "limits": [
            "English only. Television lines, everyday dialogues of language learners and Reddit comments; other kinds "
            "of text are read worse. Irony is mostly missed. Classes are what annotators chose, not what writers felt."
        ],
    }
    print(*results, sep="\n")
    Recognizer.of(fitted, about).save(SHIPPED / "text", half=True)


SPEECH: dict[str, Any] = {
    "inputs": {"mfcc": "mfcc:sample_rate=16000,coefficients=39,normalise_level=true"},
    "epochs": 16,
    "batch_size": 32,
    "learning_rate": 3e-3,
    "buckets": True,
}


def speech(data: Path) -> None:
    """TIM-Net on four corpora of acted and natural speech; measured with speakers left out, then trained on all."""
    corpora, run_folder = "emodb+ravdess+emovo+urdu", Path("runs/shipped-speech")
    run = train(
        "tim_net", corpora, "speaker_kfold:folds=3,valid_speakers=0", data, "common4", SPEECH, Options(device="cpu"),
        out=run_folder, resume=run_folder.exists(), say=say, progress=progress,
    )  # fmt: skip
    pooled = run.predictions["full"]
    results = lines("3 folds with speakers left out, all corpora", pooled, ("ua", "wa"))
    for corpus in corpora.split("+"):
        where = [i for i, name in enumerate(pooled.ids) if name.startswith(corpus + "/")]
        results += lines(f"{corpus}, the same folds", pooled.take(where), ("ua", "wa"))
    system = system_class("tim_net")
    config = system.config_class().override(SPEECH)
    whole = load_data(corpora, system.kinds, data, "common4")
    items = build_items(whole.records, front_ends(config.inputs), whole.space)
    fitted = build(system, config, whole, items, 0)
    fit(fitted, {"train": items}, Options(device="cpu"), progress=progress)
    about = {
        "corpus": corpora,
        "protocol": "speaker_kfold:folds=3,valid_speakers=0 for the figures; "
        "the shipped weights are trained on every speaker",
        "licence": whole.licence,
        "results": results,
        "limits": [
            "Acted speech of four languages (German, English, Italian, and Urdu talk shows), four classes. Spontaneous "
            "speech is recognised worse than these figures say; so are children, other languages and noisy recordings."
        ],
    }
    print(*results, sep="\n")
    Recognizer.of(fitted, about).save(SHIPPED / "speech", half=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("text", "speech"))
    parser.add_argument("--data", type=Path, required=True)
    given = parser.parse_args()
    {"text": text, "speech": speech}[given.which](given.data)


if __name__ == "__main__":
    main()
