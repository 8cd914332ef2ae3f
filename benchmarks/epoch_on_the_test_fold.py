"""What a choice of the epoch on the test fold would add to a figure of TIM-Net: an experiment, never a result.

    python -m benchmarks.epoch_on_the_test_fold --data DIR [--corpus emovo] [--seed 1] [--folds 1,7]

Ten random folds, the same speakers in training and test. The test fold is measured after each of the 500 epochs: the
last one is the honest figure, the best one is what a checkpoint kept for it would show.
"""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

from ai4er.protocols.base import parse_protocol
from ai4er.systems.base import Stage
from ai4er.systems.speech.tim_net import TIMNet
from ai4er.training.data import items_of, load_data, roles_of
from ai4er.training.fit import fit
from ai4er.training.options import Options
from ai4er.training.run import build


class Watched(TIMNet):
    """TIM-Net whose epochs are all measured on the validation part."""

    def stages(self) -> list[Stage]:
        return [dataclasses.replace(stage, select="ua") for stage in super().stages()]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--corpus", default="emovo")
    parser.add_argument("--seed", type=int, default=1, help="of the division into folds")
    parser.add_argument("--folds", default="1,7")
    given = parser.parse_args()
    config = TIMNet.config_class()
    data = load_data(given.corpus, ["single"], given.data)
    items = items_of(data, config)
    folds = data.folds(parse_protocol(f"random_kfold:folds=10,seed={given.seed}"), 0)
    print("| fold | last epoch, UA | best epoch, UA | it is |\n|---|---|---|---|", flush=True)
    for number in map(int, given.folds.split(",")):
        roles = roles_of(folds[number - 1], items, TIMNet)
        system = build(Watched, config, data, items, 0)
        rows = fit(system, {"train": roles["train"], "valid": roles["test"]}, Options(seed=0)).rows
        found = [row["valid_ua"] for row in rows]
        best = max(range(len(found)), key=found.__getitem__)
        print(f"| {number} | {found[-1]:.3f} | {found[best]:.3f} | {best + 1} |", flush=True)


if __name__ == "__main__":
    main()
