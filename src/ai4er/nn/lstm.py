"""Recurrent networks that can be trained in mixed precision everywhere."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence


class LSTM(nn.LSTM):
    """`nn.LSTM` that computes in the precision of its weights under autocast: most processors have no 16-bit LSTM."""

    def forward(self, x: Tensor | PackedSequence, states: tuple[Tensor, Tensor] | None = None) -> Any:
        kind, dtype = self.all_weights[0][0].device.type, self.all_weights[0][0].dtype
        with torch.autocast(kind, enabled=False):
            return super().forward(x.to(dtype), states)


class GRU(nn.GRU):
    """`nn.GRU` in the precision of its weights under autocast, as `LSTM`."""

    def forward(self, x: Tensor | PackedSequence, states: Tensor | None = None) -> Any:
        kind, dtype = self.all_weights[0][0].device.type, self.all_weights[0][0].dtype
        with torch.autocast(kind, enabled=False):
            return super().forward(x.to(dtype), states)
