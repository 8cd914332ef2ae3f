"""Recognitions as text that other programs read: JSON, CSV, RTTM and WebVTT, and as a table in memory."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ai4er.errors import Ai4erError
from ai4er.recognition.result import Recognition

if TYPE_CHECKING:
    from pandas import DataFrame

_COLUMNS = ("source", "start", "end", "speaker", "text", "label", "confidence", "valence", "arousal")


def as_data(found: Recognition) -> dict[str, Any]:
    """A recognition as plain data."""
    return {
        "source": found.source,
        "recognizer": found.recognizer,
        **({"licence": found.licence} if found.licence else {}),
        "label_space": found.space.name,
        "kind": found.space.kind,
        **({"seconds": round(found.seconds, 3)} if found.seconds is not None else {}),
        "segments": list(found.rows()),
        "overall": {name: round(value, 4) for name, value in found.overall.items()},
    }


def to_json(found: Sequence[Recognition]) -> str:
    """One object, or a list of several."""
    data = [as_data(one) for one in found]
    return json.dumps(data[0] if len(data) == 1 else data, indent=2, ensure_ascii=False) + "\n"


def flat_rows(found: Recognition) -> Iterator[dict[str, Any]]:
    """One row a segment, every score a field of its own, a box as `left top width height`."""
    for row in found.rows():
        scores = row.pop("scores")
        for name in ("uncertainty", "evidence"):
            row.pop(name, None)
        if "box" in row:
            row["box"] = " ".join(map(str, row["box"]))
        yield {"source": found.source, **row, **scores}


def to_csv(found: Sequence[Recognition]) -> str:
    """A header, one row a segment, one column a score."""
    text = io.StringIO()
    writer = csv.DictWriter(text, _header(found), restval="")
    writer.writeheader()
    for one in found:
        writer.writerows(flat_rows(one))
    return text.getvalue()


def to_dataframe(found: Sequence[Recognition]) -> DataFrame:
    """One row a segment; what is absent is missing."""
    from pandas import DataFrame

    return DataFrame([row for one in found for row in flat_rows(one)], columns=_header(found))


def to_rttm(found: Sequence[Recognition]) -> str:
    """One line a segment: type, file, channel, start, duration, -, emotion, speaker, confidence, -.

    The emotion is the subtype; the speaker is `speech` where none is known. Spaces become underscores.
    Source: NIST, "The Rich Transcription Evaluation Plan", 2009, appendix A.
    """
    lines = []
    for one in found:
        for row in _timed(one, "RTTM"):
            file, emotion, who = (
                "_".join(text.split())
                for text in (one.source, row.get("label") or "<NA>", row.get("speaker", "speech"))
            )
            sure = row.get("confidence", "<NA>")
            where = f"{row['start']:.3f} {row['end'] - row['start']:.3f}"
            lines.append(f"SPEAKER {file} 1 {where} <NA> {emotion} {who} {sure} <NA>\n")
    return "".join(lines)


def to_vtt(found: Sequence[Recognition]) -> str:
    """Captions with emotion, `[anger 0.71]`; values of dimensions are all said. Of one recording.

    Source: W3C, "WebVTT: The Web Video Text Tracks Format".
    """
    if len(found) != 1:
        raise Ai4erError("captions (vtt) belong to one recording: give one")
    (one,) = found
    cues = []
    for number, row in enumerate(_timed(one, "WebVTT"), start=1):
        if one.space.is_classes:
            emotion = f"{row['label'] or 'unsure'} {row['confidence']:.2f}"
        else:
            emotion = ", ".join(f"{name} {value:+.2f}" for name, value in row["scores"].items())
        voice = f"<v {_escaped(row['speaker'])}>" if "speaker" in row else ""
        said = f" {_escaped(row['text'])}" if "text" in row else ""
        cues.append(f"{number}\n{_moment(row['start'])} --> {_moment(row['end'])}\n{voice}[{emotion}]{said}\n")
    return "\n".join(["WEBVTT\n", *cues])


FORMATS: dict[str, Callable[[Sequence[Recognition]], str]] = {
    "json": to_json, "csv": to_csv, "rttm": to_rttm, "vtt": to_vtt,
}  # fmt: skip


def clock(seconds: float) -> str:
    """Seconds as 1:02.5 or 1:00:02.5.

    >>> clock(62.54), clock(3602.5)
    ('1:02.5', '1:00:02.5')
    """
    tenths = round(seconds * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{head}:{tenths // 10:02d}.{tenths % 10}"


def _moment(seconds: float) -> str:
    """Seconds as 01:00:02.500."""
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{milliseconds // 1000:02d}.{milliseconds % 1000:03d}"


def _header(found: Sequence[Recognition]) -> list[str]:
    box = ["box"] if any(segment.box for one in found for segment in one.segments) else []
    return list(dict.fromkeys([*_COLUMNS, *box, *(name for one in found for name in one.space.names)]))


def _timed(found: Recognition, what: str) -> Iterator[dict[str, Any]]:
    for row in found.rows():
        if "start" not in row:
            raise Ai4erError(f"{found.source} has no times, which {what} needs: use json or csv")
        yield row


def _escaped(text: str) -> str:
    """Text that a caption can hold: no markup, and on one line."""
    return " ".join(text.split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
