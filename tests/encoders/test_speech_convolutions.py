"""Features of a fairseq wav2vec out of a folder."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from ai4er.encoders import front_end
from ai4er.errors import Ai4erError
from ai4er.nn.wav2vec_convolutions import Wav2VecConvolutions
from ai4er.records import Record

LAYERS = [[4, 10, 5], [6, 8, 4]]


def folder(path: Path, **settings: object) -> tuple[str, Wav2VecConvolutions]:
    torch.manual_seed(0)
    network = Wav2VecConvolutions([(4, 10, 5), (6, 8, 4)])
    kept = {f"feature_extractor.{name}": value for name, value in network.state_dict().items()}
    save_file({**kept, "vector_quantizer.vars": torch.zeros(2)}, path / "model.safetensors")
    plain = {"conv_feature_layers": LAYERS, "activation": "relu", "log_compression": True}
    (path / "config.json").write_text(json.dumps({**plain, **settings}))
    return f"speech_convolutions:encoder={path}", network


def test_the_features_are_those_of_each_recording_alone(tmp_path: Path) -> None:
    spec, network = folder(tmp_path)
    extractor = front_end(spec)
    samples = np.random.default_rng(0).standard_normal((2, 400)).astype(np.float32)
    found = extractor.extract([samples[0], samples[1, :200]])
    with torch.inference_mode():
        wanted = network(torch.from_numpy(samples[1:, :200]))[0].numpy()
    np.testing.assert_array_equal(found[1], wanted)
    assert found[0].shape == (18, 6) and extractor.is_timed(found[0])


def test_sound_shorter_than_a_frame_is_one_frame(tmp_path: Path) -> None:
    extractor = front_end(folder(tmp_path)[0])
    record = Record(id="a", corpus="made", arrays={"audio": np.ones(5, np.float32)})
    assert extractor.has(record) and extractor.extract([extractor.load(record)])[0].shape == (1, 6)


@pytest.mark.parametrize("settings", [{"activation": "sine"}, {"conv_feature_layers": [[4, 10, 5]]}])
def test_a_folder_with_something_else_is_refused(tmp_path: Path, settings: dict[str, object]) -> None:
    with pytest.raises(Ai4erError, match="no wav2vec of fairseq"):
        front_end(folder(tmp_path, **settings)[0]).extract([np.zeros(400, np.float32)])
