"""Histograms of oriented gradients: directions, lengths and places are those of the image."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.records import Record

BINS = 8


def histograms(image: np.ndarray, **settings: int) -> np.ndarray:
    """(blocks, cells, bins), blocks and cells column after column."""
    end = front_end("histogram_of_gradients").override({"bins": BINS, **settings})
    record = Record(id="one", corpus="test", arrays={"image": image.astype(np.float32)})
    (found,) = end.extract([end.load(record)])
    assert found.dtype == np.float32 and not end.is_timed(found)
    return found.reshape(-1, 4, BINS)


def ramp(degrees: float) -> np.ndarray:
    """Grey levels that rise in one direction, counted from the right, downwards."""
    x, y = np.meshgrid(np.arange(48), np.arange(48))
    angle = np.deg2rad(degrees)
    return 120 + 1.7 * ((x - 24) * np.cos(angle) + (y - 24) * np.sin(angle))


@pytest.mark.parametrize("turns", range(BINS))
def test_a_ramp_has_one_direction_and_its_reverse_the_opposite_one(turns: int) -> None:
    width = 360 / BINS
    found = histograms(ramp((turns + 0.5) * width)).sum((0, 1))
    assert found.argmax() == turns and found[turns] > 0.7 * found.sum()


def test_blocks_have_length_one_whatever_the_contrast() -> None:
    image = np.random.default_rng(0).integers(90, 160, (48, 48))
    found = histograms(image)
    np.testing.assert_allclose(np.square(found).sum((1, 2)), 1, atol=5e-3)
    np.testing.assert_allclose(histograms(10 + 1.4 * (image - 90)), found, atol=0.03)


def test_an_edge_is_seen_where_it_is() -> None:
    image = np.full((48, 48), 50.0)
    image[:, 36:] = 200
    found = histograms(image, step=24).reshape(2, 2, -1)  # columns, rows
    assert found[0].max() == 0 and found[1].max() > 0.3


@pytest.mark.parametrize(
    ("settings", "size"), [({}, 25 * 4 * 8), ({"cell": 8, "step": 8}, 25 * 4 * 8), ({"step": 24}, 4 * 4 * 8)]
)
def test_there_are_as_many_values_as_blocks_cells_and_bins(settings: dict[str, int], size: int) -> None:
    assert histograms(ramp(0), **settings).size == size


def test_blocks_that_do_not_fit_are_refused() -> None:
    with pytest.raises(Ai4erError, match="do not end at the edge"):
        front_end("histogram_of_gradients:cell=10")
