"""The encoder of Whisper is that of `transformers`, padding changes nothing, and low ranks are products."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from transformers import WhisperConfig, WhisperModel

from ai4er.nn.whisper_encoder import POSITIONS, WhisperEncoder, sinusoids

SIZE, LAYERS = 32, 2


@pytest.fixture(scope="module")
def published() -> nn.Module:
    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=SIZE, encoder_layers=3, encoder_attention_heads=4, encoder_ffn_dim=4 * SIZE, decoder_layers=1,
        decoder_attention_heads=4, decoder_ffn_dim=SIZE, vocab_size=100, pad_token_id=0, bos_token_id=1, eos_token_id=1,
        decoder_start_token_id=1,
    )  # fmt: skip
    encoder: nn.Module = WhisperModel(config).encoder
    return encoder.eval()


def lower_layers(published: nn.Module) -> WhisperEncoder:
    network, stored = WhisperEncoder(SIZE, 4, LAYERS), published.state_dict()
    network.load_state_dict({name: stored[name] for name in network.state_dict()})
    return network.eval()


def test_the_states_are_those_of_the_published_writing(published: nn.Module) -> None:
    log_mel = torch.randn(2, 2 * POSITIONS, 80)
    with torch.no_grad():
        found = lower_layers(published)(log_mel, torch.tensor([POSITIONS, POSITIONS]))
        expected = published(log_mel.transpose(1, 2), output_hidden_states=True).hidden_states
    assert len(found) == 1 + LAYERS
    for layer, states in enumerate(found):
        torch.testing.assert_close(states, expected[layer])


def test_positions_are_the_published_ones(published: nn.Module) -> None:
    torch.testing.assert_close(sinusoids(POSITIONS, SIZE), published.embed_positions.weight)


def test_what_lies_behind_an_item_changes_nothing(published: nn.Module) -> None:
    network, log_mel = lower_layers(published), torch.randn(2, 60, 80)
    with torch.no_grad():
        beside = network(log_mel, torch.tensor([30, 11]))
        alone = network(log_mel[1:, :22], torch.tensor([11]))
    torch.testing.assert_close(tuple(states[1:, :11] for states in beside), alone)


def test_layers_of_low_rank_are_products_of_two() -> None:
    whole, narrow = WhisperEncoder(SIZE, 4, 1, 24), WhisperEncoder(SIZE, 4, 1, 24, {"q_proj": 3, "conv2": 5})
    attention, halving = narrow.layers[0].self_attn, narrow.conv2
    assert torch.linalg.matrix_rank(attention["q_proj"][1].weight @ attention["q_proj"][0].weight) == 3
    assert [tuple(part.weight.shape) for part in halving] == [(5, SIZE, 3), (SIZE, 5, 1)]
    assert isinstance(attention["v_proj"], nn.Linear) and attention["k_proj"].bias is None
    assert narrow.layers[0].fc1.out_features == narrow.layers[0].fc2.in_features == 24
    product, own = whole.state_dict(), narrow.state_dict()
    name = "layers.0.self_attn.q_proj"
    product[f"{name}.weight"] = own[f"{name}.1.weight"] @ own[f"{name}.0.weight"]
    product["conv2.weight"] = (own["conv2.1.weight"][:, :, 0] @ own["conv2.0.weight"].flatten(1)).unflatten(1, (-1, 3))
    product |= {f"{layer}.bias": own[f"{layer}.1.bias"] for layer in (name, "conv2")}
    whole.load_state_dict(product | {name: own[name] for name in product if name in own})
    log_mel, lengths = torch.randn(1, 20, 80), torch.tensor([10])
    with torch.no_grad():
        torch.testing.assert_close(narrow(log_mel, lengths), whole(log_mel, lengths), atol=1e-5, rtol=1e-4)
