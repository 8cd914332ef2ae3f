"""TextCNN pools over the windows inside the text."""

from __future__ import annotations

import torch

from ai4er.nn.text_cnn import TextCNN


def test_it_is_the_strongest_window() -> None:
    torch.manual_seed(0)
    made, x = TextCNN(4, 3, (2, 3)), torch.randn(1, 6, 4)
    for number, (width, convolution) in enumerate(zip(made.widths, made.convolutions)):
        weight = convolution.weight.permute(0, 2, 1).flatten(1)  # type: ignore[union-attr, operator]
        windows = torch.stack([x[0, t : t + width].flatten() for t in range(7 - width)])
        expected = (windows @ weight.T + convolution.bias).relu().amax(0)  # type: ignore[operator]
        torch.testing.assert_close(made(x, torch.tensor([6]))[0, 3 * number : 3 * number + 3], expected)


def test_padding_changes_nothing_and_a_short_text_fills_one_window() -> None:
    torch.manual_seed(0)
    made = TextCNN(4, 3, (3, 4, 5))
    for length in (1, 2, 4, 7):
        x = torch.randn(1, length, 4)
        padded = torch.cat([x, torch.zeros(1, 9, 4)], dim=1)
        torch.testing.assert_close(made(padded, torch.tensor([length])), made(x, torch.tensor([length])))
