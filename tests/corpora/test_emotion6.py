"""Emotion6: the distribution becomes votes, the most probable emotion the label."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ai4er.corpora import open_corpus
from ai4er.corpora.emotion6 import shared_out
from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from tests.corpora._images import png

_TABLE = (
    "[image_filename]\t[valence]\t[arousal]\t[prob. anger]\t[prob. disgust]\t[prob. fear]\t[prob. joy]"
    "\t[prob. sadness]\t[prob. surprise]\t[prob. neutral]\n"
    "disgust/1.jpg\t2.5\t3.8\t0.133333\t0.7\t0\t0.0666667\t0.1\t0\t0\n"
    "joy/12.jpg\t7.1\t5\t0\t0\t0\t0.4\t0\t0.2\t0.4\n"
)


@pytest.fixture
def folder(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    write_text("Emotion6/ground_truth.txt", _TABLE)
    for name in ("disgust/1.jpg", "joy/12.jpg"):
        write_text(f"Emotion6/images/{name}", png(name))
    return tmp_path


def test_the_distribution_is_kept(folder: Path) -> None:
    corpus = open_corpus("emotion6", folder)
    disgust, joy = corpus.read()
    assert (disgust.id, disgust.label, joy.label) == ("disgust/1", "disgust", "joy")
    assert disgust.dimensions == {"valence": 2.5, "arousal": 3.8}
    target = label_space("emotion6_7_votes").target(disgust)
    assert np.allclose(target, [0.133333, 0.7, 0, 0.0666667, 0.1, 0, 0], atol=1e-3)
    assert all(label_space(name).target(joy) is not None for name in corpus.spaces)


@pytest.mark.parametrize("seed", range(5))
def test_votes_of_any_count_come_back_as_shares(seed: int) -> None:
    counts = np.random.default_rng(seed).multinomial(15 * (seed + 1), np.ones(7) / 7)
    shares = [round(float(c) / counts.sum(), 6) for c in counts]
    votes = shared_out(shares)
    space = label_space("emotion6_7_votes")
    found = [votes.count(name) / len(votes) for name in space.names]
    assert np.allclose(found, shares, atol=0.006)


def test_the_keyword_as_target(folder: Path) -> None:
    assert [r.label for r in open_corpus("emotion6:target=keyword", folder).read()] == ["disgust", "joy"]
    assert "class joy: 1 items, published 330" in open_corpus("emotion6:target=keyword", folder).check().problems


def test_what_is_wrong_is_said_in_one_line(folder: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"no file ground_truth.txt"):
        open_corpus("emotion6", folder / "Emotion6/images").read()
    write_text("Emotion6/ground_truth.txt", _TABLE.replace("\t0.7\t", "\t0.1\t"))
    with pytest.raises(Ai4erError, match=r"disgust/1.jpg: .* probabilities that sum to 1"):
        open_corpus("emotion6", folder).read()
    write_text("Emotion6/ground_truth.txt", _TABLE.replace("[prob. joy]", "[joy]"))
    with pytest.raises(Ai4erError, match=r"no column \[prob. joy\]"):
        open_corpus("emotion6", folder).read()
    write_text("Emotion6/ground_truth.txt", _TABLE.replace("7.1", "high"))
    with pytest.raises(Ai4erError, match=r"joy/12.jpg: could not convert string to float: 'high'"):
        open_corpus("emotion6", folder).read()
