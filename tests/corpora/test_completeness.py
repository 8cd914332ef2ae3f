"""Every reader says what it is, who may have it and how to cite it, and has its own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.corpora import corpus_names
from ai4er.labels import LABEL_SPACES
from ai4er.registry import find


@pytest.mark.parametrize("name", corpus_names())
def test_reader_is_complete(name: str) -> None:
    module = find("ai4er.corpora", "corpus", name)
    reader = module.Reader
    assert reader.name == name
    assert module.__doc__
    assert reader.__doc__
    for attribute in ("title", "licence", "citation"):
        assert getattr(reader, attribute).strip(), f"{name} has no {attribute}"
    assert isinstance(reader.language, str)
    assert all(space in LABEL_SPACES for space in reader.spaces)
    if name in ("manifest", "hf"):
        assert not reader.spaces, "the table says what its labels are"
    else:
        assert set(reader.published) <= set(LABEL_SPACES[reader.spaces[0]].names)


@pytest.mark.parametrize("name", corpus_names())
def test_reader_has_its_own_tests(name: str) -> None:
    assert (Path(__file__).parent / f"test_{name}.py").is_file()
