"""One vector for a modality: frames by an LSTM, tokens by a TextCNN, a vector by a linear layer.

The encoders of missing-modality imagination networks (Zhao et al., ACL 2021, section 3.3): the strongest
response over time is what is kept, so a modality of which only a zero frame is there has a constant vector.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.lstm import LSTM
from ai4er.nn.pooling import masked_maximum
from ai4er.nn.text_cnn import TextCNN


class RecurrentEncoder(nn.Module):
    """LSTM, then the maximum over real frames: x (batch, frames, features), lengths -> (batch, out)."""

    def __init__(self, features: int, out: int) -> None:
        super().__init__()
        self.lstm = LSTM(features, out, batch_first=True)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        steps = torch.arange(x.shape[1], device=x.device)
        return masked_maximum(self.lstm(x)[0], steps < lengths.unsqueeze(1))


class TextEncoder(nn.Module):
    """TextCNN and a linear layer with ReLU: x (batch, tokens, features), lengths -> (batch, out)."""

    def __init__(self, features: int, out: int, widths: Sequence[int], dropout: float) -> None:
        super().__init__()
        self.convolutions = TextCNN(features, out, widths)
        self.output = nn.Sequential(nn.Dropout(dropout), nn.Linear(len(widths) * out, out), nn.ReLU())

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        vector: Tensor = self.output(self.convolutions(x, lengths))
        return vector


class VectorEncoder(nn.Sequential):
    """Linear layer with ReLU, for an input without time axis: x (batch, features) -> (batch, out)."""

    def __init__(self, features: int, out: int) -> None:
        super().__init__(nn.Linear(features, out), nn.ReLU())

    def forward(self, x: Tensor, lengths: Tensor | None = None) -> Tensor:
        return super().forward(x)
