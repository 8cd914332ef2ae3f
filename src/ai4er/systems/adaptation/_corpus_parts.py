"""What is a corpus' own, taken out of a vector by weights that all corpora share."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.multilayer_perceptron import multilayer_perceptron


def normalised(x: Tensor) -> Tensor:
    """Vectors of mean 0 and variance 1, by whose scale no information can be pretended."""
    return functional.layer_norm(x, x.shape[-1:])


class Extractor(nn.Module):
    """(items, dim) -> (items, part), behind a layer norm with a gain and offset for each corpus; True is the target."""

    def __init__(self, dim: int, part: int) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(dim), nn.LayerNorm(dim)])
        self.layers = nn.Sequential(multilayer_perceptron((dim, part, part), nn.ReLU), nn.ReLU())

    def forward(self, m: Tensor, of_target: Tensor) -> Tensor:
        source, target = (norm(m) for norm in self.norms)
        return self.layers(torch.where(of_target.unsqueeze(1), target, source))
