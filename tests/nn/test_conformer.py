"""The Conformer against plain writings of its parts."""

from __future__ import annotations

import math

import torch

from ai4er.nn.conformer import ConformerEncoder, ConvolutionModule, RelativeAttention
from ai4er.nn.strided_convolution import StridedConvolution


def position(distance: int, features: int) -> torch.Tensor:
    rates = [10_000 ** (-2 * (i // 2) / features) for i in range(features)]
    return torch.tensor([(math.cos if i % 2 else math.sin)(distance * rate) for i, rate in enumerate(rates)])


def test_relative_attention_is_the_equation_of_transformer_xl() -> None:
    torch.manual_seed(0)
    part, x = RelativeAttention(8, 2), torch.randn(1, 5, 8)
    torch.nn.init.normal_(part.content_bias)
    torch.nn.init.normal_(part.position_bias)
    q, k, v = (layer(x)[0].view(5, 2, 4) for layer in (part.query, part.key, part.value))
    expected = torch.zeros(5, 2, 4)
    for head in range(2):
        scores = torch.zeros(5, 5)
        for i in range(5):
            for j in range(5):
                p = (part.position.weight @ position(i - j, 8)).view(2, 4)[head]
                near = (q[i, head] + part.content_bias[head]) @ k[j, head]
                scores[i, j] = (near + (q[i, head] + part.position_bias[head]) @ p) / 2
        expected[:, head] = scores.softmax(-1) @ v[:, head]
    found = part(x, torch.ones(1, 5, dtype=torch.bool))
    torch.testing.assert_close(found[0], part.output(expected.flatten(1)), atol=1e-5, rtol=1e-5)


def test_the_convolution_module_is_its_sequence_of_layers() -> None:
    torch.manual_seed(0)
    part, x = ConvolutionModule(6, 3).eval(), torch.randn(2, 7, 6)
    a, gate = part.entry(x).chunk(2, -1)
    y = part.depthwise((a * gate.sigmoid()).transpose(1, 2)).transpose(1, 2)
    y = part.norm(y.flatten(0, 1)).view_as(y)
    torch.testing.assert_close(part(x, torch.ones(2, 7, dtype=torch.bool)), part.exit(y * y.sigmoid()))


def test_padding_changes_no_state_and_a_quarter_of_the_frames_is_left() -> None:
    torch.manual_seed(0)
    encoder = ConformerEncoder(10, 16, 2, 4, 32, kernel=5).eval()
    x = torch.randn(1, 30, 10)
    long, mask = encoder(x, torch.arange(30) < torch.tensor([[21]]))
    short, whole = encoder(x[:, :21], torch.ones(1, 21, dtype=torch.bool))
    assert whole.shape[1] == 6 and mask.sum() == 6
    torch.testing.assert_close(long[:, :6], short, atol=1e-5, rtol=1e-5)


def test_statistics_of_a_strided_convolution_are_those_of_real_frames() -> None:
    torch.manual_seed(0)
    part, x = StridedConvolution(1, 4).train(), torch.randn(2, 1, 9, 6)
    mask = torch.arange(9) < torch.tensor([[9], [4]])
    found, left = part(x * mask[:, None, :, None], mask)
    assert left.sum(1).tolist() == [5, 2] and found.shape == (2, 4, 5, 3) and not found[1, :, 2:].any()
    plain = part.convolution(x * mask[:, None, :, None])
    real = torch.cat([plain[0], plain[1, :, :2]], 1).flatten(1)
    centred = (real - real.mean(1, keepdim=True)) / (real.var(1, correction=0, keepdim=True) + 1e-5).sqrt()
    torch.testing.assert_close(found[0].flatten(1), centred.relu()[:, :15], atol=1e-5, rtol=1e-5)
