"""An LSTM in both directions that begins at the real end of every sequence."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from ai4er.nn.lstm import LSTM


class BidirectionalLSTM(nn.Module):
    """x (batch, time, features), lengths (batch,) from 1 on -> (batch, time, 2 units), zero behind the end.

    `dropout` is that between layers.
    """

    def __init__(self, features: int, units: int, layers: int = 1, dropout: float = 0.0) -> None:
        super().__init__()
        self.lstm = LSTM(features, units, layers, batch_first=True, bidirectional=True, dropout=dropout)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        packed = pack_padded_sequence(x, lengths.cpu(), batch_first=True, enforce_sorted=False)
        states: Tensor = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=x.shape[1])[0]
        return states
