"""FER2013 in its three layouts: the same images, splits and digests whatever the layout."""

from __future__ import annotations

import tarfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from ai4er.corpora import Corpus, open_corpus
from ai4er.corpora.fer2013 import CODES, SPLITS
from ai4er.errors import Ai4erError
from ai4er.protocols.base import audit, parse_protocol


def _images() -> dict[str, np.ndarray]:
    """One image for each split and class, and a copy of a training image in the test part."""
    generator = np.random.default_rng(0)
    images = {
        f"{usage}/{label}/{usage}_{i}": generator.integers(0, 256, (48, 48), np.uint8)
        for usage in SPLITS
        for i, label in enumerate(CODES)
    }
    return {**images, "PrivateTest/happy/PrivateTest_copy": images["Training/happy/Training_3"]}


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, image in _images().items():
        path = tmp_path / f"tree/{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), image)
    (tmp_path / "tree/Training/happy/notes.txt").write_text("no image")
    return tmp_path / "tree"


@pytest.fixture
def archive(tree: Path, tmp_path: Path) -> Path:
    (tmp_path / "packed").mkdir()
    with tarfile.open(tmp_path / "packed/images.tar.gz", "w:gz") as tar:
        tar.add(tree, ".")
    return tmp_path / "packed"


@pytest.fixture
def table(tmp_path: Path, write_text: Callable[..., Path]) -> Path:
    rows = [
        f"{CODES.index(name.split('/')[1])},{' '.join(map(str, image.ravel()))},{name.split('/')[0]}"
        for name, image in _images().items()
    ]
    write_text("table/fer2013.csv", "\n".join(["emotion,pixels,Usage", *rows]) + "\n")
    return tmp_path / "table"


@pytest.mark.parametrize("layout", ["tree", "archive", "table"])
def test_every_layout_gives_the_same_images(layout: str, request: pytest.FixtureRequest) -> None:
    records = open_corpus("fer2013", request.getfixturevalue(layout)).read()
    found = sorted((r.split, str(r.label), r.arrays["image"].tobytes()) for r in records)
    wanted = sorted(
        (SPLITS[name.split("/")[0]], name.split("/")[1], image.astype(np.float32).tobytes())
        for name, image in _images().items()
    )
    assert found == wanted
    assert all(r.arrays["image"].shape == (48, 48) for r in records)


@pytest.mark.parametrize("layout", ["tree", "archive", "table"])
def test_copies_have_one_digest_and_never_leave_the_test_part(layout: str, request: pytest.FixtureRequest) -> None:
    corpus = open_corpus("fer2013", request.getfixturevalue(layout))
    records = corpus.read()
    assert max(Counter(records.column("digest")).values()) == 2
    protocol = parse_protocol("official")
    (fold,) = protocol.folds(records, corpus.space, seed=0)
    audit(fold, records, protocol)
    assert len(fold.role("test")) == 8
    assert len(fold.role("train")) == 6


def test_the_check_notes_copies_and_counts_against_the_published_splits(tree: Path) -> None:
    report = open_corpus("fer2013", tree).check()
    assert "train: class happy: 1 items, published 7215" in report.problems
    assert any(note.startswith("copies of another record (1)") for note in report.notes)


def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, write_text: Callable[..., Path]) -> None:
    with pytest.raises(Ai4erError, match=r"neither fer2013.csv nor images.tar.gz nor folders"):
        open_corpus("fer2013", tmp_path).read()
    write_text("Training/happy/a.jpg", "not an image")
    with pytest.raises(Ai4erError, match=r"Training/happy/a.jpg is not an image"):
        open_corpus("fer2013", tmp_path).read()
    write_text("images.tar.gz", b"damaged")
    with pytest.raises(Ai4erError, match=r"images.tar.gz: the archive is damaged"):
        open_corpus("fer2013", tmp_path).read()
    write_text("fer2013.csv", "emotion,pixels,Usage\n7,1 2 3,Training\n")
    with pytest.raises(Ai4erError, match="row 1 is not an emotion from 0 to 6"):
        open_corpus("fer2013", tmp_path).read()
    write_text("fer2013.csv", "emotion,pixels\n")
    with pytest.raises(Ai4erError, match="the header must have emotion, pixels and Usage"):
        open_corpus("fer2013", tmp_path).read()


def test_the_real_test_part_is_whole(real_part: Corpus) -> None:
    records = real_part.read()
    counts = Counter(r.label for r in records if r.split == "test")
    assert counts == real_part.published_splits["test"]
    assert sum(counts.values()) == 3589
    trained = {r.digest for r in records if r.split == "train"}
    assert not trained & {r.digest for r in records if r.split == "test"}


@pytest.fixture
def real_part() -> Corpus:
    import os

    folder = Path(os.environ.get("AI4ER_DATA", "")) / "fer2013_part"
    if not os.environ.get("AI4ER_DATA") or not folder.is_dir():
        pytest.skip("AI4ER_DATA names no folder with fer2013_part")
    return open_corpus("fer2013", folder)
