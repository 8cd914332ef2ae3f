from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import soundfile

from ai4er.corpora import open_corpus
from ai4er.errors import Ai4erError

CLASSES = {"names": ["Sad", "Joy", "Bored"], "_type": "ClassLabel"}


def save(folder: Path, columns: dict[str, Any], **features: Any) -> Path:
    """A folder as `Dataset.save_to_disk` writes it."""
    folder.mkdir(parents=True)
    table = pa.table(columns)
    with (
        pa.OSFile(str(folder / "data-00000-of-00001.arrow"), "wb") as file,
        pa.ipc.new_stream(file, table.schema) as out,
    ):
        out.write_table(table)
    (folder / "state.json").write_text(
        json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}], "_split": None})
    )
    (folder / "dataset_info.json").write_text(json.dumps({"features": features}))
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for split in ("train", "validation"):
        save(tmp_path / split, {"sentence": ["a", "b", "c"], "label": [1, 0, -1], "n": [1, 2, 3]}, label=CLASSES)
    (tmp_path / "dataset_dict.json").write_text(json.dumps({"splits": ["train", "validation"]}))
    return tmp_path


def test_splits_and_class_names_of_a_saved_folder(folder: Path) -> None:
    corpus = open_corpus(f"hf:name={folder},text=sentence")
    records = corpus.read()
    assert [(r.id, r.split, r.text, r.label) for r in records][:4] == [
        ("train/1", "train", "a", "joy"), ("train/2", "train", "b", "sad"), ("train/3", "train", "c", None),
        ("validation/1", "validation", "a", "joy"),
    ]  # fmt: skip
    assert records[0].attributes == {"n": "1"}
    assert (corpus.space.name, corpus.space.names) == ("hf", ("sad", "joy", "bored"))


def test_split_chooses(folder: Path) -> None:
    assert len(open_corpus(f"hf:name={folder},text=sentence,split=validation").read()) == 3
    with pytest.raises(Ai4erError, match="no split 'test'; there is train, validation"):
        open_corpus(f"hf:name={folder},text=sentence,split=test").read()


def test_lists_of_classes_are_the_labels_of_a_multi_label_item(tmp_path: Path) -> None:
    save(tmp_path / "d", {"text": ["a", "b"], "label": [[0, 1], []]}, label={"feature": CLASSES, "_type": "List"})
    corpus = open_corpus(f"hf:name={tmp_path / 'd'}")
    assert [record.labels for record in corpus.read()] == [("sad", "joy"), ()]
    assert (corpus.space.kind, corpus.space.names) == ("multi", ("joy", "sad"))


def test_audio_in_the_table_is_decoded_when_it_is_asked_for(tmp_path: Path) -> None:
    content = io.BytesIO()
    soundfile.write(content, np.linspace(-0.5, 0.5, 800), 8000, format="WAV")
    save(tmp_path / "d", {"audio": [{"bytes": content.getvalue(), "path": "x.wav"}], "label": ["Joy"]})
    (record,) = open_corpus(f"hf:name={tmp_path / 'd'}").read()
    assert (record.audio, record.label, record.attributes) == (None, "joy", {"sample_rate": "8000"})
    np.testing.assert_allclose(record.arrays["audio"], np.linspace(-0.5, 0.5, 800), atol=1e-4)


def test_a_folder_that_was_not_saved_and_a_damaged_file_are_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"no state\.json"):
        open_corpus(f"hf:name={tmp_path}").read()
    saved = save(tmp_path / "d", {"text": ["a"]})
    (saved / "data-00000-of-00001.arrow").write_bytes(b"no")
    with pytest.raises(Ai4erError, match="not a whole Arrow file"):
        open_corpus(f"hf:name={saved}").read()


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(Ai4erError, match=r"needs the package datasets: pip install 'ai4er\[offline\]'"):
        open_corpus("hf:name=someone/something").read()


def test_a_hub_that_cannot_be_reached_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def load_dataset(name: str, configuration: str | None) -> None:
        raise ConnectionError("no route\nto host")

    monkeypatch.setitem(sys.modules, "datasets", SimpleNamespace(load_dataset=load_dataset))  # type: ignore[arg-type]
    with pytest.raises(Ai4erError, match=r"someone/something cannot be loaded \(no route\); without the hub"):
        open_corpus("hf:name=someone/something").read()
