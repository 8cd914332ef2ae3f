"""What a folder of results shows: all segments as one Parquet file, and a page with counts, pictures and failures."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ai4er.evaluation.document import Block, Figure, Heading, Paragraph, Table, to_html
from ai4er.recognition.folder import lines
from ai4er.recognition.formats import clock
from ai4er.training.checkpoint import save_text, writing

SEGMENTS, REPORT = "segments.parquet", "report.html"
SHOWN = 500
_BATCH = 10_000
_COLUMNS = [
    ("source", pa.string()), ("start", pa.float64()), ("end", pa.float64()), ("speaker", pa.string()),
    ("text", pa.string()), ("label", pa.string()), ("confidence", pa.float64()), ("valence", pa.float64()),
    ("arousal", pa.float64()), ("box", pa.list_(pa.int64())),
]  # fmt: skip


def write_segments(out: Path) -> Path:
    """Write every segment as a row of a Parquet file, a part at a time; one column a score."""
    names = dict.fromkeys(name for line in lines(out) for name in line.get("overall", {}))
    schema = pa.schema(list({**dict(_COLUMNS), **dict.fromkeys(names, pa.float64())}.items()))
    rows, part = _rows(out), out / f"{SEGMENTS}.part"
    with writing(part), pq.ParquetWriter(part, schema) as writer:
        while batch := list(itertools.islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, schema))
    return part.replace(out / SEGMENTS)


def _rows(out: Path) -> Iterator[dict[str, Any]]:
    for line in lines(out):
        for row in line.get("segments", []):
            yield {"source": line["name"], **row, **row["scores"]}


def write_report(out: Path) -> Path:
    """Write the page: what was recognised how long, the sources, and what failed."""
    heard: Counter[str] = Counter()
    seconds, number, segments = 0.0, 0, 0
    table, failed, recognizers = [], [], dict[str, str]()
    for line in lines(out):
        if "error" in line:
            failed.append([line["name"], line["error"]])
            continue
        number, segments, seconds = number + 1, segments + len(line["segments"]), seconds + line.get("seconds", 0.0)
        recognizers[line["recognizer"]] = line.get("licence", "")
        own: Counter[str] = Counter()
        for row in line["segments"]:
            own[row.get("label") or "no label"] += row.get("end", 1.0) - row.get("start", 0.0)
        heard.update(own)
        if number <= SHOWN:
            table.append(_row(line, own))
    blocks: list[Block] = [
        Heading("Recognised emotion", 1),
        Paragraph(
            f"{number} sources, {segments} segments, {clock(seconds)} of recordings; {len(failed)} failed. Emotion as "
            "outside listeners or readers name it, not what a person feels."
        ),
        *(Paragraph(f"Recognizer {name}. {licence}".strip()) for name, licence in recognizers.items()),
    ]
    if heard:
        _draw(heard, out / "labels.png")
        blocks.append(Figure(Path("labels.png"), out, "How much was recognised as what"))
    rest = f", the first {SHOWN} of {number}" if number > SHOWN else ""
    blocks += [Heading(f"Sources{rest}"), Table(["source", "length", "segments", "mostly", "overall"], table)]
    if failed:
        blocks += [Heading("Failed"), Table(["source", "why"], failed)]
    save_text(out / REPORT, to_html("Recognised emotion", blocks))
    return out / REPORT


def _row(line: dict[str, Any], own: Counter[str]) -> list[str]:
    overall = sorted(line["overall"].items(), key=lambda pair: -pair[1])[:4]
    length = clock(line["seconds"]) if "seconds" in line else ""
    mostly = own.most_common(1)[0][0] if own else "nothing found"
    return [line["name"], length, str(len(line["segments"])), mostly, "  ".join(f"{n} {v:.2f}" for n, v in overall)]


def _draw(heard: Counter[str], path: Path) -> None:
    """Bars of the seconds (or texts) of every label."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure as Drawing

    from ai4er.recognition.timeline import colour

    names, values = zip(*heard.most_common(12)[::-1])
    drawing = Drawing(figsize=(8, 0.9 + 0.32 * len(names)), layout="constrained")
    FigureCanvasAgg(drawing)
    axes = drawing.add_subplot()
    axes.barh(
        names, [value / sum(heard.values()) for value in values], color=[colour(n, i) for i, n in enumerate(names)]
    )
    axes.set_xlabel("share of the time of all segments (of the number, for texts)")
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    drawing.savefig(path, dpi=130, format="png")
