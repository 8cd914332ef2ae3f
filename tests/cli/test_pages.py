"""The pages that the program prints are those in the repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from ai4er.overview import corpora_page, page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "printed"), [("systems", page), ("corpora", corpora_page)])
def test_a_printed_page_is_up_to_date(name: str, printed: object) -> None:
    assert callable(printed)
    text = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    assert text == printed(), f"ai4er {name} --format markdown > docs/{name}.md"
