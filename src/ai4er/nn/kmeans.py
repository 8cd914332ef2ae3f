"""k-means in torch, for more rows and clusters than fit into one matrix of distances."""

from __future__ import annotations

import torch
from torch import Tensor

from ai4er.errors import Ai4erError

_ROWS = 8192  # distances are computed for this many rows at once


def kmeans(x: Tensor, clusters: int, iterations: int = 20, generator: torch.Generator | None = None) -> Tensor:
    """Lloyd's iterations under the Euclidean distance: x (rows, features) -> centres (clusters, features).

    The centres start from different rows drawn at random; one that loses all its rows stays where it is.
    The generator is one of the CPU. Raises `Ai4erError` for fewer rows than clusters.
    """
    if len(x) < clusters:
        raise Ai4erError(f"k-means with {clusters} clusters needs as many frames, and there are {len(x)}")
    centres = x[torch.randperm(len(x), generator=generator)[:clusters].to(x.device)]
    for _ in range(iterations):
        sums = torch.zeros(clusters, x.shape[1], dtype=torch.float64, device=x.device)
        counts = torch.zeros(clusters, dtype=torch.int64, device=x.device)
        for part in x.split(_ROWS):
            ids = _nearest(part, centres)
            sums.index_add_(0, ids, part.double())  # in double, so that the order of the sum does not matter
            counts += torch.bincount(ids, minlength=clusters)
        means = (sums / counts.clamp(min=1).unsqueeze(1)).to(x.dtype)
        centres = torch.where(counts.unsqueeze(1) > 0, means, centres)
    return centres


def nearest(x: Tensor, centres: Tensor) -> Tensor:
    """The index of the nearest centre of every row: (rows, features), (clusters, features) -> (rows,)."""
    return torch.cat([_nearest(part, centres) for part in x.split(_ROWS)])


def _nearest(x: Tensor, centres: Tensor) -> Tensor:
    """|x - c|^2 without |x|^2, which is the same for all centres."""
    return torch.addmm(centres.square().sum(1), x, centres.T, alpha=-2).argmin(1)
