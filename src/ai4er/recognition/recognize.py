"""The main job: emotion in a person's own recording, image, signals, text or dialogue."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from ai4er.errors import Ai4erError, unknown
from ai4er.features._face_detection import Box
from ai4er.prediction.exported import GRAPH, Exported
from ai4er.prediction.fused import Fused
from ai4er.prediction.hub_model import PREFIX, HubModel
from ai4er.prediction.predict import Predictor
from ai4er.prediction.recognizer import RECOGNIZER, Recognizer
from ai4er.prediction.view import seen_as
from ai4er.recognition.body import body_windows
from ai4er.recognition.explain import words_that_count
from ai4er.recognition.hearing import BATCH, Hearing, as_segment, heard
from ai4er.recognition.result import Recognition, Segment
from ai4er.recognition.sources import Source, Turn, source
from ai4er.recognition.voice_activity import Segmentation
from ai4er.records import Record, Records

SPEECH, TEXT, CONVERSATION, FACE, FUSION = "speech", "text", "conversation", "face", "fusion"
FUSED = (TEXT, SPEECH, FACE)
"""The recognizers that answer together as `fusion`."""
FUSED_LABELS = "ekman7"
"""In which they do."""
MODALITY = {
    "recording": SPEECH, "image": FACE, "eeg": "eeg", "wrist": "wrist", "text": TEXT, "dialogue": CONVERSATION,
    "spoken dialogue": FUSION,
}  # fmt: skip
"""The recognizer of each kind of source."""


def shipped() -> dict[str, Path]:
    """The recognizers that come with the library, by name."""
    place = Path(str(files("ai4er.recognition"))) / "shipped"
    return {path.name: path for path in sorted(place.iterdir()) if path.is_dir()} if place.is_dir() else {}


def load(name: str | Path) -> Predictor:
    """A shipped recognizer by name, a recognizer folder (or that of a run's fold) here or on the hub, or a hub model.

    `fusion` is those of text, speech and faces together, as far as there is each (`recognition/seen_and_heard.py`).
    A folder of `ai4er export` is run by onnxruntime. `hf:ORGANISATION/MODEL` (or `hf:FOLDER`) is any audio, image or
    text classifier of the Hugging Face hub.
    Raises `Ai4erError` when there is none.
    """
    if str(name).startswith(PREFIX):
        return HubModel(str(name).removeprefix(PREFIX))
    if str(name) == FUSION:
        return Fused(FUSION, [seen_as(load(one), FUSED_LABELS) for one in FUSED])
    if str(name) in shipped():
        return Recognizer.load(shipped()[str(name)])
    path = Path(name)
    if (path / RECOGNIZER).is_dir():
        path = path / RECOGNIZER
    if not path.exists() and "/" not in str(name):
        raise unknown("recognizer", str(name), [*shipped(), FUSION])
    return Exported.load(path) if (path / GRAPH).is_file() else Recognizer.load(path)


def recognize(
    given: str | Path, recognizer: Predictor | str | Path | None = None, segmentation: Segmentation | None = None,
    min_confidence: float = 0.0, by_channel: bool = False, explain: bool = False, labels: str | None = None,
    changes: bool = False, speakers: int | None = None,
) -> Recognition:  # fmt: skip
    """Recognise emotion in a recording (any audio or video container), an image, a text, or a dialogue file.

    Signals of the body are an export of an Empatica E4 (folder or zip) or a table of a Muse headband; each window
    of them is a segment. Without a recognizer, the shipped one for the kind of source is used. A recognizer of
    images sees every face of an image, and every face of a video over time (`recognition/faces.py`). Recordings are
    cut into stretches of speech; each gets a distribution with its times in seconds, and no label where no class is
    as probable as `min_confidence`. With `labels` the answers are seen in another label space (`ekman7`,
    `sentiment4`), onto which a named mapping must lead. With `by_channel` every channel is a speaker of its own
    (`channel 1` ...), as on recorded telephone calls; otherwise channels are averaged. With `explain` the segments
    have their `evidence`: the words or moments without which the label would be less probable. With `changes` a
    stretch of speech is cut where the emotion changes within it. A recognizer that has learnt who speaks is given a
    recording whole and finds its turns, with speaker and words; `speakers` says how many there are (two).
    Raises `Ai4erError` for input that cannot be read, or that the recognizer cannot take.
    """
    if not 0 <= min_confidence <= 1:
        raise Ai4erError(f"min_confidence={min_confidence:g}: a probability between 0 and 1 is needed")
    found = source(given)
    usual = MODALITY[found.kind]
    chosen = load(recognizer or usual) if recognizer is None or isinstance(recognizer, (str, Path)) else recognizer
    chosen = seen_as(chosen, labels)
    segments, seconds, sought = _read(found, chosen, Hearing(segmentation, by_channel, explain, changes, speakers))
    return told(found.name, chosen, segments, seconds, min_confidence, sought)


def _read(found: Source, recognizer: Predictor, how: Hearing) -> tuple[list[Segment], float | None, str]:
    """The segments of a source, its length in seconds if it has one, and what was looked for in it."""
    if found.kind == "image" or (found.kind == "recording" and recognizer.needs == {"image"}):
        need(recognizer, "image", f"{found.name} is an image")
        how.refuse(f"{found.name} is searched for faces")
        return *_faces(found, recognizer), "face"
    if found.kind == "recording" and isinstance(recognizer, Fused):
        assert found.path is not None
        return *_seen_and_heard(found.path, recognizer, how), "speech or face"
    if found.kind == "recording":
        need(recognizer, "audio", f"{found.name} is a recording")
        assert found.path is not None
        return *heard(found.path, recognizer, how), "speech"
    if found.kind in ("eeg", "wrist"):
        need(recognizer, found.kind, f"{found.name} has signals of another kind ({found.kind})")
        how.refuse(f"{found.name} has signals of the body")
        return *_windows(found, recognizer), "window"
    need(recognizer, "text", f"{found.name} is text")
    return _turns(found, recognizer, how.explain), None, "text"


def told(
    name: str, recognizer: Predictor, segments: list[Segment], seconds: float | None, min_confidence: float,
    sought: str = "speech",
) -> Recognition:  # fmt: skip
    """The segments of a source with what is known of the recognizer."""
    licence = str(recognizer.about.get("licence", ""))
    return Recognition(
        name, recognizer.space, segments, recognizer.name, seconds, licence, min_confidence, recognizer.thresholds,
        sought,
    )  # fmt: skip


def need(recognizer: Predictor, part: str, given: str) -> None:
    """Raise `Ai4erError` where a recognizer does not read `audio`, `image` or `text`, and that is what was given."""
    if part not in recognizer.needs:
        raise Ai4erError(f"recognizer {recognizer.name} reads {' and '.join(sorted(recognizer.needs))}, and {given}")


def _faces(found: Source, recognizer: Predictor) -> tuple[list[Segment], float | None]:
    """The faces of an image, or those of a video over time with its length in seconds."""
    from ai4er.recognition.faces import faces_of_image, segments_of_tracks, tracks_of_video

    assert found.path is not None
    if found.kind == "image":
        return faces_of_image(found.path, recognizer), None
    tracks, seconds = tracks_of_video(found.path, recognizer)
    return segments_of_tracks(tracks, recognizer), seconds


def _seen_and_heard(path: Path, recognizer: Fused, how: Hearing) -> tuple[list[Segment], float]:
    from ai4er.recognition.seen_and_heard import seen_and_heard

    return seen_and_heard(path, recognizer, how)


def _windows(found: Source, recognizer: Predictor) -> tuple[list[Segment], float]:
    """A segment for each window of signals of the body, and the length of the recording in seconds."""
    assert found.path is not None and found.kind in ("eeg", "wrist")
    windows, seconds = body_windows(found.path, found.kind)
    answer = recognizer.predict(Records(window.record for window in windows), BATCH)
    return [as_segment(recognizer, answer, i, start=w.start, end=w.end) for i, w in enumerate(windows)], seconds


def _turns(found: Source, recognizer: Predictor, explain: bool) -> list[Segment]:
    dialogue = "" if found.kind == "text" else found.name
    records = [_record(number, turn, dialogue) for number, turn in enumerate(found.turns)]
    boxes: list[Box | None] = [None] * len(records)
    if isinstance(recognizer, Fused) and found.kind == "spoken dialogue":
        from ai4er.recognition.seen_and_heard import parted, read_heard_and_seen

        records = parted(records)
        answer, boxes = read_heard_and_seen(records, recognizer)
    else:
        answer = recognizer.predict(Records(records), BATCH)
    timed = all(turn.start is not None and turn.end is not None for turn in found.turns)
    segments = []
    for i, turn in enumerate(found.turns):
        others = records[:i] + records[i + 1 :]
        why = words_that_count(records[i], others, recognizer) if explain else ()
        where = {"start": turn.start, "end": turn.end} if timed else {}
        who = {"speaker": turn.speaker, "text": turn.text, "box": boxes[i]}
        segments.append(as_segment(recognizer, answer, i, evidence=why, **who, **where))
    return segments


def _record(number: int, turn: Turn, dialogue: str) -> Record:
    return Record(
        id=str(number), corpus="dialogue", speaker=turn.speaker, dialogue=dialogue, turn=number, text=turn.text,
        audio=str(turn.recording) if turn.recording else None, start=turn.start, end=turn.end,
    )  # fmt: skip
