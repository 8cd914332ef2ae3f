"""The states of single layers are those of `transformers`, whatever the network normalises."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from ai4er.nn.waveform_encoder import WaveformEncoder

SIZES: dict[str, Any] = {
    "hidden_size": 16, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 16, "conv_dim": (8, 8),
    "conv_kernel": (10, 8), "conv_stride": (10, 8), "num_conv_pos_embeddings": 8, "num_conv_pos_embedding_groups": 2,
    "layerdrop": 0.5, "feat_extract_norm": "layer",
}  # fmt: skip


@pytest.mark.parametrize("stable", [False, True])
@pytest.mark.parametrize("family", ["Wav2Vec2", "WavLM", "Hubert"])
def test_layer_states(family: str, stable: bool) -> None:
    import transformers

    torch.manual_seed(0)
    sizes = getattr(transformers, f"{family}Config")(**SIZES, do_stable_layer_norm=stable)
    network = getattr(transformers, f"{family}Model")(sizes).eval()
    encoder = WaveformEncoder(network, normalise=False)
    x = torch.randn(2, 2000)
    z = encoder.convolved(encoder.prepared(x, torch.tensor([2000, 2000])))[1]
    with torch.no_grad():
        expected = network(x, output_hidden_states=True)
        found = encoder.layer_states(encoder.projected(z.x), z.mask)
        shallow = encoder.layer_states(encoder.projected(z.x), z.mask, depth=2)
    assert len(found) == 4 and len(shallow) == 3
    for mine, theirs in zip(found[:3], expected.hidden_states[:3]):
        torch.testing.assert_close(mine, theirs)
    torch.testing.assert_close(found[3], expected.last_hidden_state)
    for few, all_ in zip(shallow, found):
        assert torch.equal(few, all_), "a state does not depend on how many layers are computed"
    encoder.train()
    assert len(encoder.layer_states(encoder.projected(z.x), z.mask)) == 4, "no layer is skipped in training"
