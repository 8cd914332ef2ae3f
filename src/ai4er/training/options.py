"""How a training runs: everything that is not part of the system or the protocol."""

from __future__ import annotations

from typing import Literal

import pydantic

from ai4er.config import Configuration


class Options(Configuration):
    """Seed, devices, precision and checkpoints of a training.

    `device` is `auto`, `cpu`, `cuda` or `mps`; `devices` how many of them (each takes a share of
    every batch); `compile` compiles the system's `network`, by default (None) on a processor where the training is long
    enough for a gain that was measured; `checkpoint_seconds` is the least time
    between two checkpoints; `loggers` are extra ones (the run folder always has `history.jsonl`).
    `initialise_from` is the folder of a recognizer of the same system whose weights every fold starts from.
    """

    seed: int = pydantic.Field(0, ge=0)
    device: Literal["auto", "cpu", "cuda", "mps"] = "auto"
    devices: int = pydantic.Field(1, ge=1)
    precision: Literal["32-true", "bf16-mixed", "16-mixed"] = "32-true"
    compile: bool | None = None
    checkpoint_seconds: float = pydantic.Field(60.0, ge=0.0)
    loggers: tuple[Literal["tensorboard", "mlflow"], ...] = ()
    initialise_from: str = ""
