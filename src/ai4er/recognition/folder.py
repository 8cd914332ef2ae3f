"""Many sources at once: folders, files, texts and manifests, into a folder of results that a later call completes.

`recognitions.jsonl` has one line a source, written as soon as it is done; a source that failed has an `error` there and
is tried again by the next call. `segments.parquet` and `report.html` are made of it at the end.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from ai4er.corpora.base import open_corpus
from ai4er.errors import Ai4erError
from ai4er.prediction.predict import Predictor
from ai4er.recognition.body import SUFFIXES as BODY_SUFFIXES
from ai4er.recognition.body import body_kind
from ai4er.recognition.formats import as_data
from ai4er.recognition.recognize import MODALITY, load, recognize
from ai4er.recognition.sources import DIALOGUE_SUFFIXES, IMAGE_SUFFIXES, MEDIA_SUFFIXES, TEXT_SUFFIXES, source
from ai4er.training.checkpoint import save_text, writing

LINES, JOB = "recognitions.jsonl", "job.json"
MANIFEST = "manifest:"

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """A source with the name that it has in the results."""

    name: str
    given: str | Path


@dataclass(frozen=True)
class Done:
    """How many sources are recognised, and what went wrong with the others."""

    recognised: int
    failed: dict[str, str]


def tasks(given: Sequence[str | Path]) -> list[Task]:
    """Every source: of a folder all recordings, images, texts and dialogues below it, of `manifest:file=...` every row.

    Raises `Ai4erError` for a folder that holds none.
    """
    found: dict[str, Task] = {}
    for one in given:
        for task in _tasks(one):
            found.setdefault(task.name, task)
    return list(found.values())


def _tasks(given: str | Path) -> Iterator[Task]:
    if str(given).startswith(MANIFEST):
        for record in open_corpus(str(given)).read():
            media = record.audio or record.video or record.image
            if not media and not record.text:
                raise Ai4erError(f"{given}: row {record.id} has no recording, no image and no text")
            yield Task(record.id, Path(media) if media else str(record.text))
    elif Path(given).is_dir() and body_kind(Path(given)) is None:
        known = (*MEDIA_SUFFIXES, *IMAGE_SUFFIXES, *TEXT_SUFFIXES, *DIALOGUE_SUFFIXES, *BODY_SUFFIXES)
        paths = sorted(path for path in Path(given).rglob("*") if path.suffix.lower() in known and path.is_file())
        if not paths:
            raise Ai4erError(f"{given}: no recording, image, text or dialogue in this folder")
        yield from (Task(path.as_posix(), path) for path in paths)
    else:
        yield Task(str(given), given)


def recognize_all(
    given: Sequence[str | Path], out: Path, recognizer: str | Path | None = None, workers: int = 2,
    progress: Progress | None = None, **options: Any,
) -> Done:  # fmt: skip
    """Recognise every source into the folder `out`, as many at a time as there are workers.

    `options` are those of `recognize`. What an earlier call with the same recognizer and options has done there is
    kept. One bad source stops nothing.
    Raises `Ai4erError` where the folder holds the results of another recognizer, or cannot be written.
    """
    todo = tasks(given)
    _open(out, {"recognizer": None if recognizer is None else str(recognizer), **options})
    there = {line["name"] for line in lines(out)}
    waiting = [task for task in todo if task.name not in there]
    failed: dict[str, str] = {}
    with ThreadPoolExecutor(workers) as pool, (out / LINES).open("a", encoding="utf-8") as stream:
        answers = pool.map(partial(_line, _Recognizers(recognizer), options), waiting)
        for number, line in enumerate(answers, start=len(todo) - len(waiting) + 1):
            with writing(out / f"{LINES}.part"):
                stream.write(json.dumps(line, ensure_ascii=False) + "\n")
                stream.flush()
            if "error" in line:
                failed[line["name"]] = line["error"]
            if progress:
                progress(number, len(todo))
    return Done(len(there) + len(waiting) - len(failed), failed)


class _Recognizers:
    """The recognizer of each kind of source, for all threads."""

    def __init__(self, recognizer: str | Path | None) -> None:
        self.given = None if recognizer is None else load(recognizer)
        self.found: dict[str, Predictor] = {}
        self.lock = threading.Lock()

    @contextmanager
    def of(self, kind: str) -> Iterator[Predictor]:
        """Who comes first uses it alone: what is imported and loaded then must not be so by two threads at once."""
        with self.lock:
            if kind not in self.found:
                self.found[kind] = self.given or load(MODALITY[kind])
                yield self.found[kind]
                return
        yield self.found[kind]


def _line(recognizers: _Recognizers, options: dict[str, Any], task: Task) -> dict[str, Any]:
    try:
        with recognizers.of(source(task.given).kind) as recognizer:
            found = recognize(task.given, recognizer, **options)
    except Ai4erError as error:
        return {"name": task.name, "error": str(error)}
    return {"name": task.name, **as_data(found)}


def _open(out: Path, job: dict[str, Any]) -> None:
    """Make the folder, or go on with one of the same job: without its failures and half a line that a stop left."""
    if not (out / JOB).exists():
        save_text(out / JOB, json.dumps(job) + "\n")
    elif json.loads((out / JOB).read_text()) != job:
        raise Ai4erError(f"{out} holds results of another recognizer or other options: write elsewhere with --out")
    if (out / LINES).exists():
        part = out / f"{LINES}.part"
        with writing(part), part.open("w", encoding="utf-8") as kept:
            kept.writelines(
                text for text in (out / LINES).open(encoding="utf-8")
                if text.endswith("\n") and "error" not in json.loads(text)
            )  # fmt: skip
        part.replace(out / LINES)


def lines(out: Path) -> Iterator[dict[str, Any]]:
    """What is written of every source so far, one at a time."""
    if (out / LINES).exists():
        with (out / LINES).open(encoding="utf-8") as stream:
            yield from map(json.loads, stream)
