"""The main job on the terminal: `recognize` for what is there, `stream` for what is still coming."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ai4er.cli.options import say
from ai4er.errors import Ai4erError, unknown

if TYPE_CHECKING:
    from ai4er.recognition.result import Recognition

RecognizerName = Annotated[
    str | None, typer.Option("--recognizer", help="A shipped name, a folder, a hub model, hf:ORGANISATION/MODEL.")
]


def recognize(
    given: Annotated[list[str], typer.Argument(metavar="FILE|TEXT|DIALOGUE|FOLDER...")],
    recognizer: RecognizerName = None,
    form: Annotated[str, typer.Option("--format", help="table, json, csv, rttm or vtt.")] = "table",
    timeline: Annotated[Path | None, typer.Option("--timeline", help="Write a picture (PNG).")] = None,
    min_confidence: Annotated[
        float, typer.Option("--min-confidence", help="No label where no class is as probable.")
    ] = 0.0,
    by_channel: Annotated[
        bool, typer.Option("--by-channel", help="Every channel of a recording is a speaker of its own.")
    ] = False,
    speakers: Annotated[
        int | None, typer.Option("--speakers", min=1, help="How many speak, if the recognizer tells who does (2).")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show which words or moments carried the label.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Cut speech where the emotion changes within it.")] = False,
    labels: Annotated[
        str | None, typer.Option("--labels", help="See the answers in coarser labels, such as ekman7 or sentiment4.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder of results, for folders and manifest:file=...; resumes.")
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Files at a time, with --out.")] = 2,
) -> None:
    """Recognise emotion in speech, faces of images and videos, signals of the body, texts, dialogues, and folders."""
    _let_threads_sleep()
    from ai4er.recognition.formats import FORMATS
    from ai4er.recognition.recognize import recognize as recognise

    if form not in ("table", *FORMATS):
        raise unknown("--format", form, ("table", *FORMATS))
    options: dict[str, Any] = {"min_confidence": min_confidence, "by_channel": by_channel, "explain": explain}
    options |= ({"labels": labels} if labels else {}) | ({"changes": True} if changes else {})
    options |= {"speakers": speakers} if speakers else {}
    if out is not None:
        _recognize_into(out, given, recognizer, workers, options)
        return
    if timeline is not None and len(given) > 1:
        raise Ai4erError("--timeline draws one source: give one")
    found = [recognise(one, recognizer, **options) for one in given]
    if form == "table":
        from ai4er.cli.show import show_recognition

        for one in found:
            show_recognition(one)
    else:
        print(FORMATS[form](found), end="")
    if timeline is not None:
        say(f"timeline: {found[0].timeline(timeline)}")


def _let_threads_sleep() -> None:
    """Before torch is imported: threads that wait for work sleep.

    They spin otherwise, and where other programs are at work a recording of ten seconds took 19 s in place of 6.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def _recognize_into(
    out: Path, given: Sequence[str], recognizer: str | None, workers: int, options: Mapping[str, Any]
) -> None:
    """Recognise into a folder, with a progress bar. Raises `Ai4erError` at the end where some sources failed."""
    from ai4er.cli.show import bar
    from ai4er.recognition.folder import LINES, recognize_all
    from ai4er.recognition.folder_report import write_report, write_segments

    with bar("recognised") as progress:
        done = recognize_all(given, out, recognizer, workers, progress, **options)
    places = [str(out / LINES), str(write_segments(out)), str(write_report(out))]
    print(f"{done.recognised} recognised: {', '.join(places)}")
    if done.failed:
        name, why = next(iter(done.failed.items()))
        more = f" (and {len(done.failed) - 1} more)" if len(done.failed) > 1 else ""
        first = why if why.startswith(name) else f"{name}: {why}"
        raise Ai4erError(f"{len(done.failed)} of {done.recognised + len(done.failed)} failed: {first}{more}")


def stream(
    recognizer: RecognizerName = None,
    rate: Annotated[int, typer.Option("--rate", min=10, help="Samples a second.")] = 16000,
    every: Annotated[float, typer.Option("--every", help="Seconds between updates of open speech.")] = 0.5,
    form: Annotated[str, typer.Option("--format", help="table or json, a line an update.")] = "table",
) -> None:
    """Recognise speech while it comes through a pipe: 16-bit samples of one channel, as ffmpeg -f s16le writes."""
    if form not in ("table", "json"):
        raise unknown("--format", form, ("table", "json"))
    _let_threads_sleep()
    import numpy as np

    from ai4er.recognition.recognize import SPEECH
    from ai4er.recognition.result import Recognition
    from ai4er.recognition.stream import Stream

    coming, final = Stream(recognizer or SPEECH, rate, every), 0
    while chunk := sys.stdin.buffer.read(2 * (rate // 10)):
        samples = np.frombuffer(chunk[: len(chunk) // 2 * 2], "<i2").astype(np.float32) / 32768
        for update in coming.feed(samples):
            final += update.final
            _tell(Recognition("stream", coming.recognizer.space, [update.segment]), update.final, form)
    rest = coming.close()
    for segment in rest.segments[final:]:
        _tell(Recognition("stream", rest.space, [segment]), True, form)


def _tell(found: Recognition, final: bool, form: str) -> None:
    """A line such as `0:01.0 - 0:02.5  anger 0.71`, with dots behind what may still change."""
    from ai4er.recognition.formats import clock

    (row,) = found.rows()
    if form == "json":
        line = json.dumps({**row, "final": final}, ensure_ascii=False)
    else:
        values = "  ".join(f"{name} {value:+.2f}" for name, value in row["scores"].items())
        said = f"{row['label']} {row['confidence']:.2f}" if "label" in row else values
        line = f"{clock(row['start'])} - {clock(row['end'])}  {said}{'' if final else ' ...'}"
    print(line, flush=True)
