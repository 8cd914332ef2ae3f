"""Specs whose file names hold the signs that divide a spec."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.config import parse_spec, split_spec
from ai4er.errors import Ai4erError
from ai4er.protocols.base import parse_protocol
from ai4er.training.data import corpus_name, load_data


@pytest.fixture
def tables(tmp_path: Path) -> list[Path]:
    folder = tmp_path / "one+two, three"
    folder.mkdir()
    paths = [folder / "a,b.csv", folder / "c|d=e.csv"]
    for path in paths:
        path.write_text(f"id,text,label,speaker\n{path.stem[0]}1,good,joy,a\n{path.stem[0]}2,bad,anger,b\n")
    return paths


def test_a_file_name_in_double_quotes_may_hold_every_sign_but_these(tables: list[Path]) -> None:
    data = load_data(f'manifest:file="{tables[0]}",label=label', ["single"])
    assert [record.id for record in data.records] == ["a1", "a2"]
    assert load_data(f'manifest:file="{tables[1]}"', ["single"]).records[0].id == "c1"


def test_several_corpora_are_divided_outside_of_the_quotes_only(tables: list[Path]) -> None:
    spec = f'manifest:file="{tables[0]}"+synthetic_text:size=20'
    assert split_spec(spec, "+") == [f'manifest:file="{tables[0]}"', "synthetic_text:size=20"]
    assert corpus_name(spec) == "manifest+synthetic_text"


def test_protocols_write_what_they_read() -> None:
    protocol = parse_protocol('emobox:folder="a,b|c"|few_shot:shots=3')
    assert protocol.folder == "a,b|c" and len(protocol.changes) == 1  # type: ignore[attr-defined]
    assert parse_protocol(protocol.name) == protocol


@pytest.mark.parametrize(
    ("spec", "said"),
    [('manifest:file="a,b.csv', "a double quote is not closed"), ("manifest:file=a,b.csv", "stands in double quotes")],
)
def test_what_is_not_quoted_is_told_how_to(spec: str, said: str) -> None:
    with pytest.raises(Ai4erError, match=said):
        parse_spec(spec)
