"""The main job on the terminal: a few sources as tables or text, many into a folder of results."""

from __future__ import annotations

from pathlib import Path

from ai4er.cli.options import say
from ai4er.errors import Ai4erError, unknown


def recognize_one_by_one(
    given: list[str], recognizer: str | None, form: str, timeline: Path | None, min_confidence: float,
    by_channel: bool,
) -> None:  # fmt: skip
    """Print what is recognised in the form that was asked for, and draw the timeline of one source."""
    from ai4er.cli.show import show_recognition
    from ai4er.recognition.formats import FORMATS
    from ai4er.recognition.recognize import recognize

    if form not in ("table", *FORMATS):
        raise unknown("--format", form, ("table", *FORMATS))
    if timeline is not None and len(given) > 1:
        raise Ai4erError("--timeline draws one source: give one")
    found = [recognize(one, recognizer, min_confidence=min_confidence, by_channel=by_channel) for one in given]
    if form == "table":
        for one in found:
            show_recognition(one)
    else:
        print(FORMATS[form](found), end="")
    if timeline is not None:
        say(f"timeline: {found[0].timeline(timeline)}")


def recognize_into(
    given: list[str], out: Path, recognizer: str | None, min_confidence: float, by_channel: bool, workers: int
) -> None:
    """Recognise into a folder, with a progress bar. Raises `Ai4erError` at the end where some sources failed."""
    from ai4er.cli.show import bar
    from ai4er.recognition.folder import LINES, recognize_all
    from ai4er.recognition.folder_report import write_report, write_segments

    with bar("recognised") as progress:
        done = recognize_all(given, out, recognizer, min_confidence, by_channel, workers, progress)
    places = [str(out / LINES), str(write_segments(out)), str(write_report(out))]
    print(f"{done.recognised} recognised: {', '.join(places)}")
    if done.failed:
        name, why = next(iter(done.failed.items()))
        more = f" (and {len(done.failed) - 1} more)" if len(done.failed) > 1 else ""
        first = why if why.startswith(name) else f"{name}: {why}"
        raise Ai4erError(f"{len(done.failed)} of {done.recognised + len(done.failed)} failed: {first}{more}")
