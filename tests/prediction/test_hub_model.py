"""Classifiers of the Hugging Face hub, here tiny ones saved to disk, as recognizers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from safetensors.torch import load_file, save_file
from transformers import (
    BertConfig,
    BertForSequenceClassification,
    ViTConfig,
    ViTForImageClassification,
    Wav2Vec2Config,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForSequenceClassification,
)

from ai4er.corpora._voice import SAMPLE_RATE, speak, voice
from ai4er.encoders import pretrained, tokenizer
from ai4er.errors import Ai4erError
from ai4er.prediction.hub_model import HubModel
from ai4er.recognition.recognize import load, recognize
from ai4er.records import Record, Records

LABELS = {0: "Neutral", 1: "Angry", 2: "Sad"}
NAMES = {name: number for number, name in LABELS.items()}


@pytest.fixture(scope="module")
def audio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny wav2vec 2.0 classifier without a mask for padding, at 8 kHz."""
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("hub") / "audio"
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, conv_dim=(8, 8),
        conv_kernel=(10, 8), conv_stride=(20, 16), num_feat_extract_layers=2, num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2, classifier_proj_size=8, id2label=LABELS, label2id=NAMES,
    )  # fmt: skip
    Wav2Vec2ForSequenceClassification(config).save_pretrained(place)
    Wav2Vec2FeatureExtractor(sampling_rate=8000, do_normalize=True).save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def text(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT classifier of several labels."""
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("hub") / "text"
    words = tokenizer("tiny", "text")
    config = BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
        max_position_embeddings=64, id2label=LABELS, label2id=NAMES, problem_type="multi_label_classification",
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(place)
    words.save_pretrained(place)
    return place


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny ViT classifier of pictures of 16 x 16 pixels, with the usual file of their preparation."""
    torch.manual_seed(0)
    place = tmp_path_factory.mktemp("hub") / "image"
    config = ViTConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8, image_size=16, patch_size=8,
        id2label=LABELS, label2id=NAMES,
    )  # fmt: skip
    ViTForImageClassification(config).save_pretrained(place)
    prepared = {
        "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 16, "width": 16},
        "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3,
        "image_std": [0.5] * 3, "resample": 2,
    }  # fmt: skip
    (place / "preprocessor_config.json").write_text(json.dumps(prepared))
    return place


def test_a_picture_is_prepared_as_the_model_says(image: Path) -> None:
    model = load(f"hf:{image}")
    assert model.needs == {"image"} and model.space.names == ("neutral", "angry", "sad")
    pixels = np.random.default_rng(0).integers(0, 256, (2, 16, 16, 3)).astype(np.float32)
    records = Records(Record(id=str(i), corpus="test", arrays={"image": one}) for i, one in enumerate(pixels))
    network = ViTForImageClassification.from_pretrained(image).eval()
    given = torch.from_numpy(pixels).permute(0, 3, 1, 2) / 255 * 2 - 1
    wanted = network(given).logits.softmax(-1).detach()
    torch.testing.assert_close(torch.from_numpy(model.predict(records, batch_size=1).scores), wanted)
    with pytest.raises(Ai4erError, match=r"reads image, and .* is text"):
        recognize("I am happy", model)


def test_a_recording_is_heard_at_the_rate_of_the_model_and_every_segment_alone(audio: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", speak("anger", voice(1), 2.0, np.random.default_rng(0)), SAMPLE_RATE)
    model = HubModel(str(audio))
    found = recognize(tmp_path / "a.wav", model)
    assert found.recognizer == f"hf:{audio}" and tuple(found.segments[0].scores) == ("neutral", "angry", "sad")
    network = Wav2Vec2ForSequenceClassification.from_pretrained(audio).eval()
    extract = Wav2Vec2FeatureExtractor.from_pretrained(audio)
    waves = [np.random.default_rng(i).normal(0, 0.1, 4000 + 2000 * i).astype(np.float32) for i in range(2)]
    wanted = [network(**extract(x, sampling_rate=8000, return_tensors="pt")).logits.softmax(-1) for x in waves]
    torch.testing.assert_close(torch.tensor(model.classifier.scores(waves)), torch.cat(wanted).detach())


def test_texts_have_the_probabilities_of_the_model_whatever_they_are_padded_to(text: Path) -> None:
    model = HubModel(str(text))
    assert model.space.kind == "multi" and model.space.neutral == "neutral"
    found = recognize("I am happy, very happy indeed. Good! " * 20, model)
    alone = [recognize(segment.text, model).segments[0].scores["angry"] for segment in found.segments]
    np.testing.assert_allclose([segment.scores["angry"] for segment in found.segments], alone, atol=1e-6)
    assert len({len(segment.text) for segment in found.segments}) > 1
    assert recognize("word " * 5000, model).segments


def test_what_a_model_cannot_read_is_said(audio: Path, tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match=r"reads audio, and .* is text"):
        recognize("I am happy", f"hf:{audio}")
    pretrained("tiny", "text").save_pretrained(tmp_path)
    with pytest.raises(Ai4erError, match="no classifier of audio, images or text"):
        load(f"hf:{tmp_path}")


def test_a_classifier_without_its_last_layer_is_refused(text: Path, tmp_path: Path) -> None:
    for name in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((text / name).read_bytes())
    weights = load_file(text / "model.safetensors")
    kept = {name: value for name, value in weights.items() if not name.startswith("classifier")}
    save_file(kept, tmp_path / "model.safetensors", {"format": "pt"})
    with pytest.raises(Ai4erError, match="weights of its classifier are absent"):
        load(f"hf:{tmp_path}")
