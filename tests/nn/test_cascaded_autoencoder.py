"""The cascade is its definition."""

from __future__ import annotations

import torch

from ai4er.nn.cascaded_autoencoder import CascadedAutoencoder


def cascade() -> CascadedAutoencoder:
    torch.manual_seed(0)
    return CascadedAutoencoder(6, (5, 3), blocks=4)


def test_every_block_sees_what_the_block_before_imagined_and_what_is_added() -> None:
    made, x, c = cascade(), torch.randn(2, 6), torch.randn(2, 6)
    imagined, codes = made(x, c)
    y, wanted = x, []
    for encoder, decoder in zip(made.encoders, made.decoders):
        wanted.append(encoder(y + c))
        y = decoder(wanted[-1])
    torch.testing.assert_close(imagined, made.transition(y))
    torch.testing.assert_close(codes, torch.cat(wanted, dim=1))
    assert codes.shape == (2, 4 * 3)


def test_nothing_added_is_zero_added() -> None:
    made, x = cascade(), torch.randn(2, 6)
    for one, other in zip(made(x, None), made(x, torch.zeros(2, 6))):
        torch.testing.assert_close(one, other)
