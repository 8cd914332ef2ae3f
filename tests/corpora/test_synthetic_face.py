"""Generated faces: pixels tell the expression of unseen persons; brows and mouths are where they should be."""

from __future__ import annotations

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from ai4er.corpora import open_corpus
from ai4er.corpora._cartoon import EXPRESSIONS, Expression, Identity, draw, grid


def test_pixels_tell_the_expression_of_unseen_persons() -> None:
    records = open_corpus("synthetic_face:seed=1,size=400").read()
    x = np.stack([r.arrays["image"].ravel() / 255 for r in records])
    x = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = make_pipeline(PCA(80, random_state=0), LogisticRegression(max_iter=500)).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.5


def test_images_are_grey_levels_of_the_wished_size() -> None:
    for pixels in (48, 64):
        images = [r.arrays["image"] for r in open_corpus(f"synthetic_face:size=7,pixels={pixels}").read()]
        assert all(image.shape == (pixels, pixels) for image in images)
        assert all((image == np.rint(image)).all() and 0 <= image.min() < image.max() <= 255 for image in images)


def _face(label: str) -> np.ndarray:
    x, y = grid(96, np.zeros((1, 2)), np.zeros(1), np.ones(1))
    who = Identity.draw(1, np.random.default_rng(0))
    return draw(x, y, who, Expression(*np.array(EXPRESSIONS[label])[:, None]))[0]


def test_without_pose_a_face_is_symmetric() -> None:
    for label in EXPRESSIONS:
        face = _face(label)
        assert np.allclose(face, face[:, ::-1], atol=1e-5)


def test_corners_of_the_mouth_go_up_in_joy_and_down_in_sadness() -> None:
    def corner_height(label: str) -> float:
        """How much higher the dark line of the mouth is at its side than in its middle, in pixels."""
        mouth = _face(label)[62:90]
        return float(mouth[:, 48].argmin()) - float(mouth[:, 40].argmin())

    assert corner_height("happy") > 0 > corner_height("sad")


def test_surprise_opens_the_mouth_and_anger_does_not() -> None:
    dark = {label: int((_face(label)[62:90] < 0.2).sum()) for label in EXPRESSIONS}
    assert dark["surprise"] > 4 * dark["angry"]
