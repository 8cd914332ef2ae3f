"""A recognizer whose language model was fine-tuned here is an encoder, too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from ai4er.encoders import front_end, is_available, pretrained, tokenizer
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.prediction.recognizer import Recognizer
from ai4er.systems.baseline.language_model import Config, LanguageModel

TEXTS = ["I am so happy for you!", "Leave me alone."]


@pytest.fixture(params=[{}, {"layers": 1, "neurons": 40}], ids=["whole", "cut"])
def folder(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """A recognizer whose adapters are not those of the beginning."""
    torch.manual_seed(0)
    config = Config.small().override(request.param)
    system = LanguageModel(config, LABEL_SPACES["common4"], {"tokens": ()}, {"tokens": True})
    with torch.no_grad():
        for parameter in system.encoder.parameters():
            parameter.add_(0.1 * torch.randn_like(parameter))
    return Recognizer.of(system).save(tmp_path / "mine")


def test_its_vectors_are_those_that_the_recognizer_decides_by(folder: Path) -> None:
    system = Recognizer.load(folder).system
    ids = [torch.from_numpy(one)[None] for one in front_end("token_ids:encoder=tiny").extract(TEXTS)]
    with torch.no_grad():
        expected = [system.encoder(input_ids=one).last_hidden_state[0].mean(0).numpy() for one in ids]  # type: ignore[operator]
    found = front_end(f"text_vector:encoder={folder},normalise=false").extract(TEXTS)
    np.testing.assert_allclose(np.stack(found), np.stack(expected), atol=1e-5)
    plain = front_end("text_vector:encoder=tiny,normalise=false").extract(TEXTS)
    assert np.abs(np.stack(found) - np.stack(plain)).max() > 0.1


def test_it_has_the_tokenizer_of_the_network_below(folder: Path) -> None:
    assert tokenizer(str(folder), "text")(TEXTS)["input_ids"] == tokenizer("tiny", "text")(TEXTS)["input_ids"]


def test_adapters_of_another_size_are_one_line(folder: Path) -> None:
    stored = {name: value[..., :-1].contiguous() for name, value in load_file(folder / "model.safetensors").items()}
    save_file(stored, folder / "model.safetensors")
    with pytest.raises(Ai4erError, match="its adapters do not fit"):
        pretrained(str(folder), "text")


def test_the_shipped_one_is_there_and_reads_no_speech() -> None:
    assert is_available("ai4er-text", "text") and not is_available("ai4er-text", "speech")
    with pytest.raises(Ai4erError, match="reads text, not speech"):
        pretrained("ai4er-text", "speech")
