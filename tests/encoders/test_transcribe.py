"""Writing down speech: with a CTC network the best character of each frame, with Whisper the likeliest words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import (
    PreTrainedTokenizerFast,
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2Processor,
    WhisperConfig,
    WhisperFeatureExtractor,
    WhisperForConditionalGeneration,
)

from ai4er.encoders._transcribe import transcribe
from ai4er.errors import Ai4erError

LETTERS = ["<pad>", "<s>", "</s>", "<unk>", "|", "A", "B"]


@pytest.fixture
def network(tmp_path: Path) -> Path:
    """A tiny recogniser with random weights, in the layout of the hub."""
    (tmp_path / "vocab.json").write_text(json.dumps({letter: i for i, letter in enumerate(LETTERS)}))
    tokenizer = Wav2Vec2CTCTokenizer(str(tmp_path / "vocab.json"))
    Wav2Vec2Processor(Wav2Vec2FeatureExtractor(), tokenizer).save_pretrained(tmp_path / "net")
    torch.manual_seed(0)
    config = Wav2Vec2Config(
        vocab_size=len(LETTERS), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        conv_dim=(8, 8), conv_kernel=(10, 8), conv_stride=(5, 64), num_conv_pos_embeddings=4,
        num_conv_pos_embedding_groups=2, pad_token_id=0,
    )  # fmt: skip
    Wav2Vec2ForCTC(config).save_pretrained(tmp_path / "net", safe_serialization=True)
    return tmp_path / "net"


def test_what_is_written_is_the_best_path_without_repeats_and_blanks(network: Path) -> None:
    recordings = [
        np.random.default_rng(seed).standard_normal(size).astype(np.float32) for seed, size in ((0, 9000), (1, 5000))
    ]
    found = transcribe(str(network), recordings)
    model, processor = Wav2Vec2ForCTC.from_pretrained(network).eval(), Wav2Vec2Processor.from_pretrained(network)
    for text, samples in zip(found, recordings):
        values = processor(samples, sampling_rate=16000, return_tensors="pt").input_values
        best = model(values).logits.argmax(-1)[0].tolist()
        once = [code for i, code in enumerate(best) if i == 0 or code != best[i - 1]]
        spoken = "".join(LETTERS[code] for code in once if code != 0).replace("|", " ")
        assert text == " ".join(spoken.lower().split())
    assert found == transcribe(str(network), recordings)


@pytest.fixture
def whisper(tmp_path: Path) -> Path:
    """A tiny Whisper with random weights that knows thirty words, in the layout of the hub."""
    words = {"<end>": 0, "<start>": 1, **{f"Word{i}": i for i in range(2, 32)}}
    PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer(WordLevel(words, unk_token="<end>")), eos_token="<end>", bos_token="<start>",
        pad_token="<end>",
    ).save_pretrained(tmp_path / "whisper")  # fmt: skip
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=16, encoder_layers=1, encoder_attention_heads=2, encoder_ffn_dim=32, decoder_layers=1,
        decoder_attention_heads=2, decoder_ffn_dim=32, vocab_size=32, pad_token_id=0, bos_token_id=1, eos_token_id=0,
        decoder_start_token_id=1, max_target_positions=12, max_length=10, suppress_tokens=None,
        begin_suppress_tokens=None,
    )  # fmt: skip
    WhisperForConditionalGeneration(config).save_pretrained(tmp_path / "whisper")
    WhisperFeatureExtractor().save_pretrained(tmp_path / "whisper")
    return tmp_path / "whisper"


def test_whisper_writes_the_likeliest_words_of_every_half_minute(whisper: Path) -> None:
    samples = np.random.default_rng(0).standard_normal(16000 * 31).astype(np.float32)
    first, second, whole = transcribe(str(whisper), [samples[: 16000 * 30], samples[16000 * 30 :], samples])
    assert first.startswith("word") and whole == f"{first} {second}".strip()


def test_a_folder_that_writes_no_characters_is_one_clear_line(tmp_path: Path, network: Path) -> None:
    with pytest.raises(Ai4erError, match="no-such-folder"):
        transcribe("./no-such-folder", [])
    (network / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(Ai4erError, match="does not write down speech"):
        transcribe(str(network), [])
