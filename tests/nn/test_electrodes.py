"""The SEED cap: known places, symmetry, and distances that grow with the way between electrodes."""

from __future__ import annotations

import numpy as np
import pytest

from ai4er.nn.electrodes import SEED_CHANNELS, distances, positions


def test_the_cap_has_62_different_electrodes() -> None:
    assert len(SEED_CHANNELS) == len(set(SEED_CHANNELS)) == 62
    assert distances()[~np.eye(62, dtype=bool)].min() > 0.05


@pytest.mark.parametrize(
    ("name", "angle", "radius"),
    [("FP1", -18, 0.511), ("FPZ", 0, 0.511), ("FP2", 18, 0.511), ("AF3", -23, 0.411), ("AF4", 23, 0.411)],
)
def test_places_agree_with_the_polar_file_of_the_corpora(name: str, angle: float, radius: float) -> None:
    x, y = positions((name,))[0]
    assert np.hypot(x, y) == pytest.approx(radius, abs=0.012)
    assert np.rad2deg(np.arctan2(x, y)) == pytest.approx(angle, abs=2.5)


def test_odd_numbers_are_left_and_mirror_the_even_ones() -> None:
    places = dict(zip(SEED_CHANNELS, positions()))
    for name, place in places.items():
        if name[-1].isdigit():
            number = int(name[-1])
            other = places[name[:-1] + str(number + 1 if number % 2 else number - 1)]
            assert other == pytest.approx([-place[0], place[1]])
            assert (place[0] < 0) == bool(number % 2)
        else:
            assert place[0] == 0


def test_distances_are_a_metric() -> None:
    d = distances()
    assert d == pytest.approx(d.T)
    assert (d[:, :, None] <= d[:, None, :] + d[None, :, :].transpose(0, 2, 1) + 1e-12).all()
    assert d[SEED_CHANNELS.index("CZ"), SEED_CHANNELS.index("T8")] == pytest.approx(0.511)
