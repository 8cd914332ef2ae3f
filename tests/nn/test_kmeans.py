"""k-means: Lloyd's fixed point, the published reference, and its promises."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.nn.kmeans import kmeans, nearest


def blobs(rows: int, clusters: int) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    centres = 10 * torch.randn(clusters, 5, generator=generator)
    which = torch.arange(rows) % clusters
    return centres[which] + 0.1 * torch.randn(rows, 5, generator=generator), which


def test_every_centre_is_the_mean_of_the_rows_that_are_nearest_to_it() -> None:
    x, _ = blobs(300, 12)
    centres = kmeans(x, 5, iterations=50, generator=torch.Generator().manual_seed(1))
    ids = nearest(x, centres)
    means = torch.stack([x[ids == k].mean(0) for k in range(5)])
    torch.testing.assert_close(means, centres)


def test_the_nearest_centre_is_that_of_the_distances() -> None:
    x = torch.randn(20000, 3, generator=torch.Generator().manual_seed(2))
    centres = x[:7]
    assert torch.equal(nearest(x, centres), torch.cdist(x, centres).argmin(1))


def test_it_equals_scikit_learn_from_the_same_start() -> None:
    from sklearn.cluster import KMeans

    x, _ = blobs(400, 9)
    start = x[torch.randperm(400, generator=torch.Generator().manual_seed(4))[:6]]
    reference = KMeans(6, init=start.numpy(), n_init=1, max_iter=20, tol=0, algorithm="lloyd").fit(x.numpy())
    found = kmeans(x, 6, iterations=20, generator=torch.Generator().manual_seed(4))
    np.testing.assert_allclose(found.numpy(), reference.cluster_centers_, rtol=1e-4, atol=1e-4)


def test_more_clusters_than_rows_is_an_error() -> None:
    with pytest.raises(Ai4erError, match="needs as many frames"):
        kmeans(torch.zeros(3, 2), 4)


def test_copies_of_one_row_leave_clusters_empty_but_finite() -> None:
    assert torch.isfinite(kmeans(torch.ones(10, 2), 3)).all()
