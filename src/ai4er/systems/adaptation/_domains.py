"""Vectors of a labelled source and an unlabelled target, each corpus in z-scores of its own."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.base import StageData


def need_one_vector(slug: str, shapes: dict[str, tuple[int, ...]], timed: dict[str, bool], dimension: int) -> int:
    """The number of features of the input `features`, at least `dimension`. Raises `Ai4erError` otherwise."""
    if timed["features"] or len(shapes["features"]) != 1:
        raise Ai4erError(
            f"{slug} reads one vector for each recording: set the input features to a front end such as functionals"
        )
    features = shapes["features"][0]
    if dimension > features:
        raise Ai4erError(
            f"{slug}: dimension={dimension} exceeds the {features} input features: set a smaller dimension"
        )
    return features


def source_scores(data: StageData) -> tuple[Tensor, Tensor]:
    """Labelled vectors of the training role (items, features) in double precision, and their labels (items,)."""
    items = [item for item in data.items["train"] if item.target is not None]
    batch = data.collate(items)
    x = batch["features"]
    corpora = np.array([item.record.corpus for item in items])
    scaled = torch.empty_like(x, dtype=torch.float64)
    for corpus in np.unique(corpora):
        own = torch.from_numpy(corpora == corpus)
        scores = Standardisation(x.shape[1])
        scores.measure([(x, own)])
        scaled[own] = scores(x[own]).double()
    return scaled, batch.targets


def target_scores(data: StageData, standardise: Standardisation) -> Tensor:
    """Vectors of the unlabelled role in double precision; `standardise` takes their statistics."""
    target = data.whole("unlabelled")["features"]
    standardise.measure([(target, torch.ones(len(target), dtype=torch.bool, device=target.device))])
    scaled: Tensor = standardise(target).cpu().double()
    return scaled
