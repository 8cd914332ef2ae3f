"""The loggers that a training can have besides its run folder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ai4er.errors import Ai4erError


def loggers(names: Sequence[str], folder: Path) -> list[Any]:
    """Loggers (`tensorboard`, `mlflow`) that write into a folder.

    Raises `Ai4erError` where their packages are not installed.
    """
    if not names:
        return []
    from lightning.pytorch.loggers import MLFlowLogger, TensorBoardLogger

    made = {
        "tensorboard": lambda: TensorBoardLogger(str(folder), name="tensorboard"),
        "mlflow": lambda: MLFlowLogger("ai4er", tracking_uri=f"sqlite:///{folder}/mlflow.db"),
    }
    try:
        return [made[name]() for name in names]
    except ModuleNotFoundError:
        needed = " and ".join(names)
        raise Ai4erError(f"logging to {needed} needs more packages: pip install 'ai4er[loggers]'") from None
