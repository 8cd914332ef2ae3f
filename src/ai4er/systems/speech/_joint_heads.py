"""The heads of a joint model of conversations, each with a mixture of the encoder's layers of its own."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.nn.ctc import CTCHead
from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.pooling import masked_mean
from ai4er.nn.positions import sinusoidal_positions
from ai4er.nn.x_vector import XVector


class EmotionHead(nn.Module):
    """Mixture, linear, positions, post-norm transformer, mean over real frames, linear -> (batch, classes)."""

    def __init__(self, layers: int, hidden: int, dim: int, blocks: int, classes: int, dropout: float) -> None:
        super().__init__()
        self.mix = LayerMix(layers)
        self.entry, self.output = nn.Linear(hidden, dim), nn.Linear(dim, classes)
        self.dropout = nn.Dropout(dropout)
        block = nn.TransformerEncoderLayer(dim, 4, dim, dropout, batch_first=True)
        self.blocks = nn.TransformerEncoder(block, blocks, enable_nested_tensor=False)

    def pooled(self, states: Tensor, mask: Tensor) -> Tensor:
        """states (batch, frames, layers, hidden), mask (batch, frames) -> (batch, dim)."""
        x = self.entry(self.mix(states))
        x = self.dropout(x + sinusoidal_positions(x.shape[1], x.shape[2], x.device))
        return masked_mean(self.blocks(x, src_key_padding_mask=~mask), mask)

    def forward(self, states: Tensor, mask: Tensor) -> Tensor:
        logits: Tensor = self.output(self.pooled(states, mask))
        return logits


class WordHead(nn.Module):
    """Mixture, bidirectional LSTM, letters of CTC -> (batch, frames, symbols)."""

    def __init__(self, layers: int, hidden: int, units: int, depth: int, symbols: int, dropout: float) -> None:
        super().__init__()
        self.mix = LayerMix(layers)
        self.lstm = BidirectionalLSTM(hidden, units, depth, dropout if depth > 1 else 0.0)
        self.letters = CTCHead(2 * units, symbols)

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        logits: Tensor = self.letters(self.lstm(self.mix(states), lengths))
        return logits


class SpeechHead(nn.Module):
    """Mixture and three layers -> whether each frame is speech, (batch, frames, 2)."""

    def __init__(self, layers: int, hidden: int, dim: int) -> None:
        super().__init__()
        self.mix = LayerMix(layers)
        self.layers = nn.ModuleList(nn.Linear(size, dim) for size in (hidden, dim, dim))
        self.output = nn.Linear(dim, 2)

    def forward(self, states: Tensor) -> Tensor:
        x = self.mix(states)
        for layer in self.layers:
            x = functional.leaky_relu(layer(x))
        logits: Tensor = self.output(x)
        return logits


class SpeakerHead(nn.Module):
    """Mixture and x-vector -> (batch, embedding)."""

    def __init__(self, layers: int, hidden: int, channels: tuple[int, ...], embedding: int) -> None:
        super().__init__()
        self.mix = LayerMix(layers)
        self.x_vector = XVector(hidden, channels, embedding=embedding)

    def forward(self, states: Tensor, lengths: Tensor) -> Tensor:
        embedding: Tensor = self.x_vector(self.mix(states), lengths)
        return embedding


def normalised(states: Tensor, mask: Tensor) -> Tensor:
    """Every layer with mean 0 and variance 1 over its real frames and all channels; zero behind the end.

    states (batch, frames, layers, hidden), mask (batch, frames).
    """
    real = mask[:, :, None, None]
    count = (mask.sum(1).clamp(min=1) * states.shape[-1])[:, None, None, None]
    states = (states - (states * real).sum((1, 3), keepdim=True) / count) * real
    return states * torch.rsqrt(states.square().sum((1, 3), keepdim=True) / count + 1e-5)


def loud_frames(samples: Tensor, frames: int, hop: int, decibels: float) -> Tensor:
    """1 for frames of `hop` samples at most `decibels` below the loudest: (batch, samples) -> (batch, frames)."""
    samples = functional.pad(samples, (0, max(0, frames * hop - samples.shape[1])))[:, : frames * hop]
    power = samples.unflatten(1, (frames, hop)).square().mean(-1)
    return (power > power.amax(1, keepdim=True) * 10 ** (-decibels / 10)).long()
