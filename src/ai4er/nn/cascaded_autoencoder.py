"""A cascade of autoencoders that imagines what is missing from what is there."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.multilayer_perceptron import multilayer_perceptron


class CascadedAutoencoder(nn.Module):
    """x_k = y_{k-1} + c, y_k = AE_k(x_k), with y_0 = x, and a transition of two layers behind the last block.

    forward: x and c (batch, features), or None for no c -> imagined (batch, features), the codes of all blocks
    (batch, blocks * last of `layers`). Source: Zhao et al., "Missing Modality Imagination Network", ACL 2021, after the
    cascaded residual autoencoder of Tran et al., CVPR 2017.
    """

    def __init__(self, features: int, layers: Sequence[int], blocks: int) -> None:
        super().__init__()
        widths = (features, *layers)
        self.encoders = nn.ModuleList(multilayer_perceptron(widths, nn.LeakyReLU) for _ in range(blocks))
        self.decoders = nn.ModuleList(multilayer_perceptron(widths[::-1], nn.ReLU) for _ in range(blocks))
        self.transition = nn.Sequential(nn.Linear(features, features), nn.ReLU(), nn.Linear(features, features))

    def forward(self, x: Tensor, c: Tensor | None) -> tuple[Tensor, Tensor]:
        codes = []
        for encoder, decoder in zip(self.encoders, self.decoders):
            codes.append(encoder(x if c is None else x + c))
            x = decoder(codes[-1])
        return self.transition(x), torch.cat(codes, dim=1)
