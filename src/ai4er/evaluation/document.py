"""Pages made of headings, paragraphs, tables, figures and commands: written once, read as Markdown or as HTML."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title of the page."""

    text: str
    level: int = 2

    def markdown(self) -> str:
        """`## text`."""
        return f"{'#' * self.level} {self.text}"

    def html(self) -> str:
        """`<h2>text</h2>`."""
        return f"<h{self.level}>{html.escape(self.text)}</h{self.level}>"


@dataclass(frozen=True)
class Paragraph:
    """Plain text."""

    text: str

    def markdown(self) -> str:
        """The text."""
        return self.text

    def html(self) -> str:
        """The text, escaped."""
        return f"<p>{html.escape(self.text)}</p>"


@dataclass(frozen=True)
class Table:
    """A header and rows of as many cells; an empty cell is a dash."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def markdown(self) -> str:
        """A table with pipes; a pipe in a cell is escaped."""
        lines = [[cell.replace("|", "\\|") or "–" for cell in row] for row in (self.header, *self.rows)]
        first, *others = ["| " + " | ".join(line) + " |" for line in lines]
        return "\n".join([first, "|" + "---|" * len(self.header), *others])

    def html(self) -> str:
        """A table that scrolls sideways where the screen is narrow."""
        head = "".join(f"<th>{html.escape(cell)}</th>" for cell in self.header)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(cell) or '–'}</td>" for cell in row) + "</tr>\n" for row in self.rows
        )
        return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>\n{body}</tbody></table></div>'


@dataclass(frozen=True)
class Figure:
    """A PNG file in the folder of the page; `path` is relative to that folder."""

    path: Path
    folder: Path
    title: str

    def markdown(self) -> str:
        """A link to the file."""
        return f"![{self.title}]({self.path.as_posix()})"

    def html(self) -> str:
        """The picture itself, as a data URI."""
        data = base64.b64encode((self.folder / self.path).read_bytes()).decode("ascii")
        return f'<img alt="{html.escape(self.title)}" src="data:image/png;base64,{data}">'


@dataclass(frozen=True)
class Commands:
    """Lines for a shell."""

    lines: Sequence[str]

    def markdown(self) -> str:
        """A fenced block."""
        return "\n".join(["```", *self.lines, "```"])

    def html(self) -> str:
        """A block in which long lines wrap."""
        return "<pre>" + "\n".join(map(html.escape, self.lines)) + "</pre>"


Block = Heading | Paragraph | Table | Figure | Commands

_STYLE = """
:root { color-scheme: light dark; --ink: #22272e; --soft: #5c6570; --paper: #ffffff; --line: #d8dde3; --mark: #b35c00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ed; --soft: #a3acb7; --paper: #16191d; --line: #3a414a; --mark: #f0a04b; }
}
body { margin: 0 auto; max-width: 60rem; padding: 1rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
h1, h2, h3 { line-height: 1.25; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { padding: 0.35rem 0.7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--soft); font-weight: 600; }
td { min-width: 4rem; overflow-wrap: normal; }
strong { color: var(--mark); white-space: nowrap; }
pre { padding: 0.7rem; border: 1px solid var(--line); border-radius: 0.4rem; white-space: pre-wrap;
  font-size: 0.85rem; }
img { max-width: 100%; max-height: 28rem; margin: 0.3rem; border-radius: 0.4rem; background: #ffffff; }
"""


def to_markdown(blocks: Sequence[Block]) -> str:
    """The page as Markdown."""
    return "\n\n".join(block.markdown() for block in blocks) + "\n"


def to_html(title: str, blocks: Sequence[Block], marks: Sequence[str] = ()) -> str:
    """The page as one HTML file that needs nothing else; `marks` are set off wherever they occur in the text."""
    body = "\n".join(block.html() if isinstance(block, Figure) else _set_off(block.html(), marks) for block in blocks)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{html.escape(title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    )


def _set_off(text: str, marks: Sequence[str]) -> str:
    if not marks:
        return text
    return re.sub("|".join(re.escape(html.escape(mark)) for mark in marks), r"<strong>\g<0></strong>", text)
