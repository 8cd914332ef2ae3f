"""cross_lingual_cross_age: what the recordings of other languages are worth, alone and beside a language's own.

    python -m benchmarks.cross_lingual --data DIR [--offline] [--set KEY=VALUE ...] [--out runs/cross_lingual]

Trains on each language alone and on all of them, in the same folds of speakers, and tests every network on every
corpus. No speaker validates, so that the last epoch is kept. Runs that are finished in the folder are read back. The
differences between all languages and a corpus' own are tested over its speakers, all corpora being one family (Holm).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from ai4er.cli import options
from ai4er.evaluation.document import Table
from ai4er.evaluation.intervals import interval
from ai4er.evaluation.predictions import Predictions
from ai4er.evaluation.significance import paired_tests
from ai4er.training.answers import FULL
from ai4er.training.run import train

LANGUAGES = {"emodb": "de", "emovo": "it", "ravdess": "en", "urdu": "ur"}
ALL = "all"
LABELS, PROTOCOL = "common4", "speaker_kfold:folds=5,valid_speakers=none"


def of_corpus(predictions: Predictions, corpus: str) -> Predictions:
    return predictions.take(np.flatnonzero(np.char.startswith(predictions.ids, f"{corpus}/")))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path)
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--set", action="append", metavar="KEY=VALUE", help="setting of the system")
    parser.add_argument("--out", type=Path, default=Path("runs/cross_lingual"))
    given = parser.parse_args()
    found = {}
    for name, languages in {**{corpus: (code,) for corpus, code in LANGUAGES.items()}, ALL: ()}.items():
        print(name, file=sys.stderr, flush=True)
        run = train(
            "cross_lingual_cross_age", "+".join(LANGUAGES), PROTOCOL, given.data, LABELS,
            {**options.pairs(given.set), "languages": languages},
            offline=given.offline, out=given.out / name, resume=True,
        )  # fmt: skip
        found[name] = run.predictions[FULL]
    rows = [
        [name, *(interval(of_corpus(predictions, corpus), "ua").cell for corpus in LANGUAGES)]
        for name, predictions in found.items()
    ]
    print(Table(["learnt from", *LANGUAGES], rows).markdown(), end="\n\n")
    pairs = {f"{corpus}: {name}": of_corpus(found[name], corpus) for corpus in LANGUAGES for name in (corpus, ALL)}
    tested, left_out = paired_tests(pairs, [(f"{corpus}: {ALL}", f"{corpus}: {corpus}") for corpus in LANGUAGES])
    print(*(f"- {one}" for one in (*tested, *left_out)), sep="\n")


if __name__ == "__main__":
    main()
