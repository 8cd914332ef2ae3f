"""Learning-rate schedules, as factors of every group's own rate; advance them once a step (`HalvingRate` an epoch)."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR


def linear_warmup(optimiser: Optimizer, warmup: int, total: int) -> LambdaLR:
    """From 0 to 1 in `warmup` steps, then straight down to 0 at step `total`."""
    return warmup_flat_linear(optimiser, warmup, 0, total)


def warmup_flat_linear(optimiser: Optimizer, warmup: int, flat: int, total: int) -> LambdaLR:
    """From 0 to 1 in `warmup` steps, 1 for `flat` steps more, then straight down to 0 at step `total`."""
    return _schedule(optimiser, warmup, lambda step: _share(total - step, total - warmup - flat))


def cosine(optimiser: Optimizer, warmup: int, total: int, start: float = 0.0, lowest: float = 0.0) -> LambdaLR:
    """From `start` to 1 in `warmup` steps, then half a cosine down to `lowest` at step `total`."""

    def after(step: int) -> float:
        done = 1 - _share(total - step, total - warmup)
        return lowest + (1 - lowest) * (1 + math.cos(math.pi * done)) / 2

    return _schedule(optimiser, warmup, after, start)


def noam(optimiser: Optimizer, warmup: int) -> LambdaLR:
    """From 0 to 1 in `warmup` steps, then as one over the square root of the step (Vaswani et al. 2017)."""
    return _schedule(optimiser, warmup, lambda step: math.sqrt(max(1, warmup) / max(1, step)))


class HalvingRate:
    """Halves the rate of an optimiser after every epoch, from some epoch on, that helps too little."""

    def __init__(self, optimiser: Optimizer, patient_epochs: int, improvement: float) -> None:
        self.optimiser, self.patient_epochs, self.improvement = optimiser, patient_epochs, improvement
        self.state: dict[str, float] = {"epochs": 0, "loss": float("inf")}

    def step(self) -> None:
        """An epoch has ended; what it was worth is told by `judge`."""
        self.state["epochs"] += 1

    def judge(self, loss: float) -> None:
        """The validation loss behind an epoch."""
        if self.state["epochs"] > self.patient_epochs and self.state["loss"] - loss < self.improvement:
            for group in self.optimiser.param_groups:
                group["lr"] /= 2
        self.state["loss"] = loss

    def state_dict(self) -> dict[str, float]:
        return dict(self.state)

    def load_state_dict(self, state: dict[str, float]) -> None:
        self.state = dict(state)


def _schedule(optimiser: Optimizer, warmup: int, after: Callable[[int], float], start: float = 0.0) -> LambdaLR:
    return LambdaLR(optimiser, lambda step: start + (1 - start) * step / warmup if step < warmup else after(step))


def _share(part: int, whole: int) -> float:
    """part / whole inside [0, 1]; 0 once nothing is left."""
    return min(1.0, max(0, part) / max(1, whole))
