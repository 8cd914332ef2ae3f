"""Promises of the cache: the right features, computed once, whatever happens to the disk or beside it."""

from __future__ import annotations

import json
import logging
import os
import resource
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import safetensors.numpy
import soundfile

from ai4er.errors import Ai4erError
from ai4er.features import _store
from ai4er.features._audio import AudioFrontEnd
from ai4er.features._store import Store
from ai4er.features.base import FrontEnd, front_end
from ai4er.features.cache import content_key, default_cache, extract_all
from ai4er.records import Record

computed: list[int] = []


class Counted(AudioFrontEnd):
    """Doubles the samples, and remembers how many items it was asked for."""

    factor: int = 2

    def extract(self, raw: Sequence[np.ndarray]) -> list[np.ndarray]:
        computed.append(len(raw))
        return [samples * self.factor for samples in raw]


class Words(FrontEnd):
    """One number for each word, an array without time of length zero for no word."""

    needs: ClassVar[str] = "text"

    def load(self, record: Record) -> Any:
        return record.text

    def extract(self, raw: Sequence[str]) -> list[np.ndarray]:
        computed.append(len(raw))
        return [np.array([len(word) for word in text.split()], dtype=np.int64) for text in raw]


@pytest.fixture(autouse=True)
def _forget() -> None:
    computed.clear()


def sounds(number: int, seed: int = 0) -> list[Record]:
    generator = np.random.default_rng(seed)
    return [
        Record(id=str(i), corpus="c", arrays={"audio": generator.normal(size=50 + i).astype(np.float32)})
        for i in range(number)
    ]


def assert_right(features: Sequence[np.ndarray | None], records: Sequence[Record], factor: int = 2) -> None:
    for found, record in zip(features, records, strict=True):
        assert found is not None
        np.testing.assert_array_equal(found, record.arrays["audio"] * factor)


def test_features_are_computed_once_and_read_in_the_order_of_the_records(tmp_path: Path) -> None:
    records = sounds(150)
    assert_right(extract_all(Counted(), records, tmp_path), records)
    assert sum(computed) == 150
    assert_right(extract_all(Counted(), records[::-1], tmp_path), records[::-1])
    more = [*sounds(3, seed=1), *records[:5]]
    assert_right(extract_all(Counted(), more, tmp_path), more)
    assert sum(computed) == 153
    assert_right(extract_all(Counted(factor=3), records, tmp_path), records, factor=3)
    assert sum(computed) == 303


def test_a_record_without_the_part_is_none(tmp_path: Path) -> None:
    records = [sounds(1)[0], Record(id="b", corpus="c", text="no sound")]
    for _ in range(2):
        features = extract_all(Counted(), records, tmp_path)
        assert features[0] is not None
        assert features[1] is None
    assert extract_all(Counted(), [], tmp_path) == []


def test_without_a_cache_everything_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI4ER_CACHE", str(tmp_path))
    assert_right(extract_all(Counted(), sounds(3), None), sounds(3))
    monkeypatch.setattr(Counted, "cached", False)
    assert_right(extract_all(Counted(), sounds(3)), sounds(3))
    assert list(tmp_path.iterdir()) == []


def test_the_variable_says_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AI4ER_CACHE", str(tmp_path / "deep" / "er"))
    assert_right(extract_all(Counted(), sounds(3)), sounds(3))
    assert len(list((tmp_path / "deep" / "er").glob("*/*.safetensors"))) == 1
    monkeypatch.delenv("AI4ER_CACHE")
    assert default_cache() == Path.home() / ".cache" / "ai4er" / "features"


def test_equal_content_is_computed_once_under_any_name(tmp_path: Path) -> None:
    twice = [sounds(1)[0].replace(id=name, speaker=name, label=name) for name in ("a", "b")]
    assert_right(extract_all(Counted(), twice, tmp_path), twice)
    assert sum(computed) == 1


def test_what_a_record_holds_decides_the_key(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(800), 16000)
    record = Record(id="a", corpus="c", audio=str(tmp_path / "a.wav"), text="yes")
    changes: list[dict[str, Any]] = [
        {},
        {"start": 0.01},
        {"end": 0.01},
        {"language": "de"},
        {"digest": "d1"},
        {"digest": "d2"},
        {"attributes": {"sample_rate": "8000"}},
        {"arrays": {"audio": np.zeros(800, np.float32)}},
        {"arrays": {"audio": np.zeros(801, np.float32)}},
        {"video": str(tmp_path / "a.wav")},
    ]
    keys = [content_key(Counted(), record.replace(**change)) for change in changes]
    assert len(set(keys)) == len(keys)
    for same in ({"id": "b"}, {"label": "anger"}, {"speaker": "s"}, {"text": "no"}, {"split": "test"}):
        assert content_key(Counted(), record.replace(**same)) == keys[0]
    assert content_key(Words(), record) != content_key(Words(), record.replace(text="no"))


def test_a_file_that_changed_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    record = Record(id="a", corpus="c", audio=str(path))
    for value in (0.25, 0.5):
        soundfile.write(path, np.full(800, value), 16000)
        time.sleep(0.02)
        features = extract_all(Counted(), [record], tmp_path / "cache")[0]
        assert features is not None
        np.testing.assert_allclose(features, 2 * value)


def test_a_file_that_is_gone_is_an_error_naming_the_record(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"clip7: .*gone\.wav"):
        extract_all(Counted(), [Record(id="clip7", corpus="c", audio=str(tmp_path / "gone.wav"))], tmp_path)


def test_what_was_computed_before_an_error_is_kept(tmp_path: Path) -> None:
    bad = Record(id="bad", corpus="c", arrays={"audio": np.full(9, np.nan, np.float32)})
    with pytest.raises(Ai4erError, match="bad"):
        extract_all(Counted(), [*sounds(64), bad], tmp_path)
    assert_right(extract_all(Counted(), sounds(64), tmp_path), sounds(64))
    assert sum(computed) == 64


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 39), np.float32),
        np.array(3.5, np.float32),
        np.arange(6, dtype=np.int64).reshape(2, 3)[:, ::-1],
        np.ones((2, 3, 4), np.float16),
        np.array([True, False, True]),
    ],
)
def test_every_shape_and_kind_comes_back_and_others_can_read_the_file(tmp_path: Path, array: np.ndarray) -> None:
    store = Store(tmp_path)
    store.write({"first": np.ones(3, np.uint8), "this": array})
    found = Store(tmp_path).read({"this"})["this"]
    np.testing.assert_array_equal(found, array)
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert not found.flags.writeable
    np.testing.assert_array_equal(safetensors.numpy.load_file(next(tmp_path.iterdir()))["this"], array)


def test_large_packs_are_mapped_and_not_read(tmp_path: Path) -> None:
    large = np.arange(3 << 20, dtype=np.float32)
    Store(tmp_path).write({"large": large})
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = [Store(tmp_path).read({"large"})["large"] for _ in range(20)]
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) < 20_000  # KB, of 240 MB
    np.testing.assert_array_equal(found[-1], large)


@pytest.mark.parametrize("damage", ["cut", "emptied", "scrambled", "foreign"])
def test_a_damaged_pack_is_told_and_computed_again(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    extract_all(Counted(), sounds(20), tmp_path)
    pack = next(tmp_path.glob("*/*.safetensors"))
    whole = pack.read_bytes()
    damaged = {
        "cut": whole[:-100],
        "emptied": b"",
        "scrambled": whole[:8] + bytes(200) + whole[208:],
        "foreign": (16).to_bytes(8, "little") + json.dumps({"a": [1, 2, 3]}).ljust(16).encode(),
    }
    pack.write_bytes(damaged[damage])
    with caplog.at_level(logging.WARNING):
        assert_right(extract_all(Counted(), sounds(20), tmp_path), sounds(20))
    assert str(pack) in caplog.text
    assert sum(computed) == 40


def test_a_folder_that_cannot_be_written_is_one_warning_and_no_wrong_answer(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert_right(extract_all(Counted(), sounds(20), tmp_path / "file"), sounds(20))
    assert len(caplog.records) == 1
    assert "AI4ER_CACHE" in caplog.text
    assert "\n" not in caplog.records[0].getMessage()


def test_a_full_disk_leaves_a_warning_the_right_features_and_no_half_written_file(tmp_path: Path) -> None:
    code = """
    import resource, signal, sys
    import numpy as np
    from pathlib import Path
    from ai4er.features.base import front_end
    from ai4er.features.cache import extract_all
    from ai4er.records import Record
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))  # every file is full after 10 kB
    record = Record(id="a", corpus="c", arrays={"audio": np.arange(8000, dtype=np.float32) / 8000})
    features = extract_all(front_end("waveform"), [record], Path(sys.argv[1]))
    assert np.array_equal(features[0], record.arrays["audio"])
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "AI4ER_CACHE" in result.stderr
    assert result.stderr.count("\n") == 1
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_many_small_packs_are_merged(tmp_path: Path) -> None:
    records = sounds(70)
    for record in records:
        extract_all(Counted(), [record], tmp_path)
    assert len(list(tmp_path.glob("*/*"))) < _store._MANY + 1
    assert_right(extract_all(Counted(), records, tmp_path), records)
    assert sum(computed) == 70


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    old = tmp_path / "old.part"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    for i in range(_store._MANY):
        Store(tmp_path).write({str(i): np.ones(3, np.float32)})
    assert not old.exists()


def test_processes_that_write_and_merge_at_once_all_get_the_right_features(tmp_path: Path) -> None:
    code = """
    import sys
    import numpy as np
    from pathlib import Path
    from ai4er.features._store import Store
    for i in range(60):
        store = Store(Path(sys.argv[1]))
        keys = {f"{n}": np.full(50, n, np.float32) for n in range(i, i + 3)}
        found = store.read(keys.keys())
        found |= store.write({k: v for k, v in keys.items() if k not in found})
        assert all(np.array_equal(found[k], v) for k, v in keys.items()), i
        assert store.writable
    """
    command = [sys.executable, "-c", textwrap.dedent(code), str(tmp_path)]
    started = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in started:
        assert process.communicate()[1] == ""
        assert process.returncode == 0
    found = Store(tmp_path).read({str(n) for n in range(62)})
    assert all(np.array_equal(found[str(n)], np.full(50, n, np.float32)) for n in range(62))
    assert not list(tmp_path.glob("*.part"))


def test_text_is_keyed_by_the_text(tmp_path: Path) -> None:
    records = [Record(id=str(i), corpus="c", text=text) for i, text in enumerate(["a bc", "", "def"])]
    for _ in range(2):
        features = extract_all(Words(), records, tmp_path)
        assert [f.tolist() for f in features if f is not None] == [[1, 2], [], [3]]
    assert sum(computed) == 3


def test_progress_is_told_on_the_error_stream_only(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    extract_all(front_end("waveform"), sounds(3), tmp_path, progress=True)
    assert capsys.readouterr().out == ""
