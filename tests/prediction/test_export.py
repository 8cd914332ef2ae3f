"""Exported recognizers say what the recognizers say, without PyTorch."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from ai4er.cli.main import main
from ai4er.corpora.base import open_corpus
from ai4er.encoders import front_end
from ai4er.encoders._small import speech_states
from ai4er.errors import Ai4erError
from ai4er.prediction.export import export
from ai4er.prediction.exported import ABOUT, GRAPH, Exported
from ai4er.prediction.front_networks import SpeechVectorNetwork
from ai4er.prediction.recognizer import Recognizer
from ai4er.recognition.recognize import load, recognize
from ai4er.records import Records
from ai4er.systems import system_class
from ai4er.training.data import items_of, load_data
from ai4er.training.run import build

CORPORA = {"speech": "synthetic_speech:size=24,speakers=4", "text": "synthetic_text:size=24,speakers=4",
           "face": "synthetic_face:size=24"}  # fmt: skip


def records(kind: str) -> Records:
    return open_corpus(CORPORA[kind]).read()


def drawn(slug: str) -> Recognizer:
    """The small configuration of a system with weights as they are drawn."""
    kind = system_class(slug)
    config = kind.config_class.small()
    data = load_data(kind.toy, kind.kinds)
    return Recognizer.of(build(kind, config, data, items_of(data, config), 0), temperature=1.5)


@pytest.mark.parametrize("kind", ["speech", "text", "face"])
def test_an_exported_recognizer_says_the_same_of_raw_records(tmp_path: Path, kind: str) -> None:
    whole = load(kind)
    report = export(whole, tmp_path / "out, 1")
    assert report.largest < 1e-4 and report.same == 1 and report.items == 24
    found = load(tmp_path / "out, 1")
    assert isinstance(found, Exported) and found.name == kind and found.needs == whole.needs
    assert found.thresholds == whole.thresholds and found.space == whole.space
    np.testing.assert_allclose(
        found.predict(records(kind), 7).scores, whole.predict(records(kind)).scores, atol=1e-4, rtol=0
    )


def test_the_folder_says_what_a_program_has_to_know(tmp_path: Path) -> None:
    export(load("text"), tmp_path / "out")
    known = json.loads((tmp_path / "out" / ABOUT).read_text())
    (given,) = known["inputs"]
    assert given["front_end"] == "token_ids:encoder=tokenizer,max_length=96" and given["lengths"] == "tokens_lengths"
    assert given["shape"] == ["items", "time"] and known["output"]["shape"] == ["items", 28]
    assert len(known["space"]["names"]) == 28 == len(known["thresholds"])
    assert (tmp_path / "out" / "tokenizer" / "tokenizer.json").is_file()
    assert str(tmp_path) not in json.dumps(known)


@pytest.mark.parametrize("layer", ["all", -1, 1])
def test_the_graph_of_speech_takes_samples_of_any_length_and_padding_changes_nothing(layer: Any) -> None:
    generator = np.random.default_rng(0)
    items = [(0.1 * generator.standard_normal(n)).astype(np.float32) for n in (16_000, 200, 8_159, 8_160)]
    items.append(np.zeros(3_000, np.float32))
    wanted = np.stack(front_end(f"speech_vector:encoder=ai4er-small,layer={layer}").extract(items))
    samples = nn.utils.rnn.pad_sequence([torch.from_numpy(item) for item in items], batch_first=True)
    with torch.no_grad():
        found = SpeechVectorNetwork(speech_states().cpu(), layer)(samples, torch.tensor([len(item) for item in items]))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


@pytest.mark.parametrize("slug", ["corpora_perceptron", "support_vector_machine"])
def test_features_go_in_where_the_front_end_is_no_network_and_probabilities_are_calibrated(
    tmp_path: Path, slug: str
) -> None:
    whole = drawn(slug)
    export(whole, tmp_path / "out")
    found, given = load(tmp_path / "out"), open_corpus("synthetic_speech:size=24,speakers=4").read()
    assert found.needs == {"audio"}
    np.testing.assert_allclose(found.predict(given).scores, whole.predict(given).scores, atol=1e-5)


@pytest.mark.parametrize("kind", ["speech", "text"])
def test_in_8_bits_it_is_less_than_half_as_large_and_says_what_that_costs(tmp_path: Path, kind: str) -> None:
    pytest.importorskip("onnx")
    whole, quantised = export(load(kind), tmp_path / "whole"), export(load(kind), tmp_path / "int8", int8=True)
    assert quantised.megabytes < 0.5 * whole.megabytes
    assert whole.largest < quantised.largest < 0.2 and quantised.same > 0.8
    assert f"{quantised.largest:.1e}" in str(quantised)


@pytest.mark.parametrize(
    ("slug", "why"),
    [
        ("dual_gats", "reads whole dialogues"),
        ("tim_net", "not supported"),
        ("ctl_mtnet", "takes no batches of other sizes"),
    ],
)
def test_what_cannot_be_exported_says_so_in_one_line_and_leaves_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], slug: str, why: str
) -> None:
    with pytest.raises(Ai4erError, match=f"{slug} cannot be exported.*{why}") as told:
        export(drawn(slug), tmp_path / "out")
    assert "\n" not in str(told.value) and not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


def test_a_folder_that_is_there_and_one_that_is_damaged_are_one_line(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="is there already"):
        export(drawn("support_vector_machine"), tmp_path)
    (tmp_path / GRAPH).write_bytes(b"no graph")
    with pytest.raises(Ai4erError, match="no exported recognizer"):
        load(tmp_path)


def test_from_the_command_line_to_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ai4er", "export", "text", "--out", str(tmp_path / "out")])
    main()
    assert "100% have the same likeliest name" in capsys.readouterr().out
    found = recognize("Thank you so much, that was very kind of you!", tmp_path / "out")
    assert found.labels(found.segments[0]) == ["gratitude"] and found.recognizer == "text"
