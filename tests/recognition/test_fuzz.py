"""Whatever a person gives, there is an answer or one line that says what is wrong: never a crash, never a hang."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ai4er.errors import Ai4erError
from ai4er.recognition.recognize import recognize
from ai4er.recognition.result import Recognition
from ai4er.recognition.stream import Stream
from tests.recognition.test_explain import Counting

RATE = 8000
OFTEN = settings(
    max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def recording(form: str, subtype: str | None = None) -> bytes:
    """A tenth of a second of noise in a container."""
    stream = io.BytesIO()
    samples = 0.3 * np.random.default_rng(0).standard_normal(RATE // 10)
    soundfile.write(stream, np.clip(samples, -1, 1), RATE, format=form, subtype=subtype)
    return stream.getvalue()


WHOLE = {".wav": recording("WAV"), ".flac": recording("FLAC"), ".ogg": recording("OGG"), ".mp3": recording("MP3"),
         ".aiff": recording("AIFF", "FLOAT"), ".w64": recording("W64")}  # fmt: skip


def answered(what: str | Path, needs: str) -> None:
    """An answer, or one line."""
    try:
        assert isinstance(recognize(what, Counting(needs)), Recognition)
    except Ai4erError as error:
        assert str(error).strip() and "\n" not in str(error)


@pytest.mark.parametrize("suffix", WHOLE)
@OFTEN
@given(data=st.data())
def test_damaged_recordings(suffix: str, tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(WHOLE[suffix])
    for _ in range(data.draw(st.integers(0, 8), "changes")):
        place = data.draw(
            st.one_of(st.integers(0, min(63, len(content) - 1)), st.integers(0, len(content) - 1)), "place"
        )
        content[place] = data.draw(st.integers(0, 255), "byte")
    end = data.draw(st.integers(0, len(content)), "end")
    path = tmp_path / f"x{data.draw(st.sampled_from(sorted(WHOLE)), 'name')}"
    path.write_bytes(bytes(content[: end if data.draw(st.booleans(), "cut") else None]))
    answered(path, "audio")


@OFTEN
@given(content=st.binary(max_size=300), suffix=st.sampled_from([".wav", ".mp4", ".txt", ".json", ".csv", ".xyz", ""]))
def test_garbage_of_any_name(content: bytes, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x{suffix}"
    path.write_bytes(content)
    answered(path, "text" if suffix in (".txt", ".json", ".csv") else "audio")


@OFTEN
@given(text=st.text(max_size=400))
def test_texts_of_any_signs(text: str) -> None:
    answered(text, "text")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["text", "speaker", "x"]), inner),
    max_leaves=12,
)


@OFTEN
@given(value=JSON)
def test_dialogues_of_any_shape(value: object, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps(value))
    answered(path, "text")


@OFTEN
@given(
    sizes=st.lists(st.integers(0, 3000), max_size=6), level=st.sampled_from([0.0, 1e-30, 0.1, 1.0, 1e6]),
    rate=st.sampled_from([100, 8000, 44100]),
)  # fmt: skip
def test_streams_of_any_chunks(sizes: list[int], level: float, rate: int) -> None:
    stream, generator = Stream(Counting("audio"), rate), np.random.default_rng(1)
    for size in sizes:
        stream.feed(level * generator.standard_normal(size))
    assert stream.close().seconds == pytest.approx(sum(sizes) / rate, abs=0.1)
