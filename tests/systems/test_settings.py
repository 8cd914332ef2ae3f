"""Settings that are written as text."""

from __future__ import annotations

from ai4er.config import Configuration


class Settings(Configuration):
    """One field of text, one that may be absent, one of numbers."""

    template: str = "the speaker feels {}"
    limit: int | None = 5
    sizes: tuple[int, ...] = (1, 2)


def test_text_stays_as_it_is_where_text_is_wanted() -> None:
    for text in ("{}", "{} is felt", "[laughs]", "none", "null"):
        assert Settings().override({"template": text}).template == text


def test_lists_and_null_are_read_where_something_else_is_wanted() -> None:
    changed = Settings().override({"limit": "none", "sizes": "[3, 4]"})
    assert changed.limit is None and changed.sizes == (3, 4)
