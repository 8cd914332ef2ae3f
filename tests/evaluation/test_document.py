"""One page, two forms: the same words in Markdown and in an HTML file that needs nothing else."""

from __future__ import annotations

import base64
from html.parser import HTMLParser
from pathlib import Path

from ai4er.evaluation.document import Commands, Figure, Heading, Paragraph, Table, to_html, to_markdown

PICTURE = b"\x89PNG of nothing"


def page(folder: Path) -> list[Heading | Paragraph | Table | Figure | Commands]:
    (folder / "plots").mkdir()
    (folder / "plots" / "confusion.png").write_bytes(PICTURE)
    return [
        Heading("Systems", 1),
        Paragraph("2 < 3, †speaker-dependent"),
        Table(["system", "value"], [["a|b", "0.5"], ["<script>", ""]]),
        Figure(Path("plots/confusion.png"), folder, "confusion of a"),
        Commands(["ai4er train a --set 'x={\"y\": 1}'"]),
    ]


def test_markdown_links_to_the_plot_and_keeps_commands_as_they_are(tmp_path: Path) -> None:
    text = to_markdown(page(tmp_path))
    assert text.startswith("# Systems\n\n2 < 3")
    assert "| a\\|b | 0.5 |" in text and "| <script> | – |" in text
    assert "![confusion of a](plots/confusion.png)" in text
    assert "```\nai4er train a --set 'x={\"y\": 1}'\n```" in text


def test_html_holds_the_picture_escapes_text_and_sets_marks_off(tmp_path: Path) -> None:
    text = to_html("Systems", page(tmp_path), ["†speaker-dependent"])
    assert base64.b64encode(PICTURE).decode() in text
    assert "2 &lt; 3, <strong>†speaker-dependent</strong>" in text
    assert "<td>a|b</td>" in text and "<td>&lt;script&gt;</td>" in text


def test_html_loads_nothing_fits_a_phone_and_knows_dark_rooms(tmp_path: Path) -> None:
    text = to_html("Systems", page(tmp_path))
    sources: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
            assert tag not in ("script", "link", "iframe")
            sources.extend(value or "" for name, value in attributes if name in ("src", "href"))

    Reader().feed(text)
    assert len(sources) == 1 and sources[0].startswith("data:image/png;base64,")
    assert "url(" not in text and "@import" not in text and "http" not in text
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in text
    assert "prefers-color-scheme: dark" in text and "overflow-x: auto" in text
