"""Other views of a picture: near it, of its size, mirrored half of the time."""

from __future__ import annotations

import numpy as np

from ai4er.augment.picture import SHIFT, another_view, mirrored


def spot(x: float, y: float, side: int = 101) -> np.ndarray:
    """A bright spot of a few pixels in a dark square."""
    rows, columns = np.mgrid[:side, :side]
    return (255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 18)).astype(np.float32)


def place(image: np.ndarray) -> np.ndarray:
    """The centre of the brightness, x and y."""
    rows, columns = np.mgrid[: len(image), : image.shape[1]]
    return np.array([(columns * image).sum(), (rows * image).sum()]) / image.sum()


def test_a_mirrored_picture_mirrored_again_is_itself() -> None:
    image = spot(20, 60)
    np.testing.assert_allclose(place(mirrored(image)), [80, 60], atol=1e-3)
    np.testing.assert_array_equal(mirrored(mirrored(image)), image)


def test_the_middle_moves_no_further_than_the_shift_and_half_of_the_views_are_mirrored() -> None:
    generator = np.random.default_rng(0)
    middle = np.array([place(another_view(spot(50, 50), generator)) for _ in range(100)]) - 50
    assert np.abs(middle).max() <= SHIFT * 101 + 0.1 and middle.std(0).min() > 1
    sides = np.array([place(another_view(spot(25, 50), generator))[0] > 50 for _ in range(200)])
    assert 0.4 < sides.mean() < 0.6


def test_size_and_channels_stay_and_the_edge_is_repeated() -> None:
    image = np.full((30, 40, 3), 7, np.float32)
    view = another_view(image, np.random.default_rng(1))
    assert view.shape == image.shape and view.dtype == image.dtype
    np.testing.assert_allclose(view, 7, atol=1e-4)
