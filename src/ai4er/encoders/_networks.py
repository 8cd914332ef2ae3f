"""Networks that are built, not downloaded: `tiny`, `small`, and MiniLM as an encoder-decoder."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from ai4er.encoders._locate import minilm_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

SEED = 20260101
VOCABULARY: dict[str, Any] = {"vocab_size": 30522, "pad_token_id": 0}  # MiniLM's WordPiece vocabulary
START, END = 101, 102  # its [CLS] and [SEP]


@contextmanager
def fixed_seed() -> Iterator[None]:
    """Random weights inside the block are the same each time; the global generator is left as it was."""
    import torch

    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(SEED)  # torch.manual_seed would reseed CUDA as well
        yield


def size_config(size: str, kind: str) -> Any:
    """The configuration of `tiny` (hidden 32, 2 layers) or `small` (hidden 192, 4 layers) for a kind.

    Nothing is dropped at random in `tiny`, and neither masks its input in training nor skips layers:
    every weight gets a gradient at every step.
    """
    width, layers, heads = (32, 2, 2) if size == "tiny" else (192, 4, 4)
    dropout = 0.0 if size == "tiny" else 0.1
    builders = {"speech": _wav2vec2, "text": _bert, "seq2seq": _bart, "image": _vit}
    return builders[kind](width, layers, heads, dropout)


def _wav2vec2(width: int, layers: int, heads: int, dropout: float) -> Any:
    """wav2vec 2.0 with layer norm in the convolutions, so that padding changes nothing; 20 ms frames.

    Four convolutions instead of seven and at most 64 channels at the full rate: a second of audio costs
    about a hundredth of the base network.
    """
    from transformers import Wav2Vec2Config

    return Wav2Vec2Config(
        vocab_size=32, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=4 * width, feat_extract_norm="layer", do_stable_layer_norm=True,
        conv_dim=(width // 3, width // 3, width // 2, width), conv_kernel=(10, 8, 4, 4), conv_stride=(5, 4, 4, 4),
        num_conv_pos_embeddings=32, num_conv_pos_embedding_groups=4, hidden_dropout=dropout,
        attention_dropout=dropout, activation_dropout=dropout, feat_proj_dropout=dropout, layerdrop=0.0,
        apply_spec_augment=False, mask_time_prob=0.0, mask_feature_prob=0.0,
    )  # fmt: skip


def _bert(width: int, layers: int, heads: int, dropout: float) -> Any:
    from transformers import BertConfig

    return BertConfig(
        **VOCABULARY, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=4 * width, max_position_embeddings=512,
        hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
    )  # fmt: skip


def _bart(width: int, layers: int, heads: int, dropout: float) -> Any:
    from transformers import BartConfig

    return BartConfig(
        **VOCABULARY, d_model=width, encoder_layers=layers, decoder_layers=layers, max_position_embeddings=512,
        encoder_attention_heads=heads, decoder_attention_heads=heads, encoder_ffn_dim=4 * width,
        decoder_ffn_dim=4 * width, dropout=dropout, attention_dropout=dropout, activation_dropout=0.0,
        bos_token_id=START, eos_token_id=END, decoder_start_token_id=START, forced_eos_token_id=None,
    )  # fmt: skip


def _vit(width: int, layers: int, heads: int, dropout: float) -> Any:
    """Images of 48 x 48 pixels (the faces of FER-2013), three channels, patches of 8 x 8."""
    from transformers import ViTConfig

    return ViTConfig(
        image_size=48, patch_size=8, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=4 * width, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout,
    )  # fmt: skip


DECODER_LAYERS = 2


def minilm_pair_config() -> Any:
    """The configuration of MiniLM as encoder and, with cross-attention and a word head, its lowest layers as decoder.

    A deep encoder needs no deep decoder (Kasai et al. 2021, arXiv 2006.10369), and two layers cost a third.
    """
    from transformers import BertConfig, EncoderDecoderConfig

    half = BertConfig.from_pretrained(minilm_folder(), local_files_only=True)
    values = {k: v for k, v in half.to_diff_dict().items() if k not in ("_name_or_path", "architectures")}
    shallow = {**values, "num_hidden_layers": DECODER_LAYERS}
    config = EncoderDecoderConfig.from_encoder_decoder_configs(BertConfig(**values), BertConfig(**shallow))
    config.pad_token_id, config.decoder_start_token_id, config.eos_token_id = 0, START, END
    return config


def minilm_pair() -> Any:
    """An encoder-decoder whose two parts start from MiniLM (Rothe et al. 2020, arXiv 1907.12461, BERT2BERT).

    Cross-attention and the transformation before the word head have no pretrained values; they are
    drawn from the fixed seed. The word head is tied to the decoder's word embeddings.
    """
    from safetensors.torch import load_file
    from transformers import EncoderDecoderModel

    network: Any = EncoderDecoderModel(minilm_pair_config())
    weights = load_file(minilm_folder() / "model.safetensors")
    network.encoder.load_state_dict(weights, strict=False)  # the file also has the constant position numbers
    network.decoder.bert.load_state_dict(weights, strict=False)  # no pooler here, and no cross-attention there
    return network
