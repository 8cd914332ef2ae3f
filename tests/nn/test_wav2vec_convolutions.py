"""wav2vec's convolutions: their rate, their width, and what each layer computes."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional

from ai4er.nn.wav2vec_convolutions import VQ_WAV2VEC, Wav2VecConvolutions, shortest

SMALL = ((8, 10, 5), (8, 8, 4), (6, 1, 1))


def test_a_layer_is_convolution_norm_over_everything_and_activation() -> None:
    torch.manual_seed(0)
    network = Wav2VecConvolutions(SMALL, nn.GELU)
    samples = torch.randn(1, 400)
    x = samples[:, None]
    for layer, (_, _, step) in zip(network.conv_layers, SMALL):
        x = functional.conv1d(x, layer[0].weight, stride=step)
        x = functional.gelu((x - x.mean()) / (x.var(unbiased=False) + 1e-5).sqrt())
    torch.testing.assert_close(network(samples), (x.abs() + 1).log().transpose(1, 2), atol=1e-5, rtol=1e-4)


def test_vq_wav2vec_has_512_features_every_ten_milliseconds() -> None:
    with torch.device("meta"):
        network = Wav2VecConvolutions()
        z = network(torch.empty(1, shortest(VQ_WAV2VEC) + 99 * 160))
    assert z.shape == (1, 100, 512)
    convolutions = 512 * 10 + 512 * 512 * (8 + 4 + 4 + 4 + 1 + 1 + 1)
    assert sum(p.numel() for p in network.parameters()) == convolutions + 8 * 2 * 512


def test_a_recording_that_is_as_short_as_can_be_makes_one_frame() -> None:
    assert Wav2VecConvolutions(SMALL)(torch.randn(1, shortest(SMALL))).shape[1] == 1
