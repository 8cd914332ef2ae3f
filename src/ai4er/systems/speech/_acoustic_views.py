"""A recording as spectral image, cepstra and waveform, each read as tokens; for multi_feature_cross_attention."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.nn.alexnet import alexnet
from ai4er.nn.bidirectional_lstm import BidirectionalLSTM
from ai4er.systems._published_convolutions import IMAGENET
from ai4er.systems._speech_encoder import speech_encoder
from ai4er.systems.batch import Padded


class SpectrogramView(nn.Module):
    """A spectrogram as an image, AlexNet's convolutions, one token for each place that is left.

    forward: decibels (segments, frames, bins) -> (segments, places, size), and the mask of places, which all count.
    """

    channel_mean: Tensor
    channel_deviation: Tensor

    def __init__(self, image_size: tuple[int, int], places: tuple[int, int], channels: Sequence[int]) -> None:
        super().__init__()
        self.image_size, self.places = image_size, places
        self.convolutions = alexnet(channels)
        self.size = channels[-1]
        mean, deviation = (torch.tensor(values).view(3, 1, 1) for values in IMAGENET)
        self.register_buffer("channel_mean", mean, persistent=False)
        self.register_buffer("channel_deviation", deviation, persistent=False)

    def image(self, view: Padded) -> Tensor:
        """(segments, 1, height, width) from 0, the least of a segment's own frames, to 1; 0 behind its end."""
        x, there = view.data, view.mask.unsqueeze(2)
        low = x.masked_fill(~there, float("inf")).amin((1, 2), keepdim=True)
        high = x.masked_fill(~there, float("-inf")).amax((1, 2), keepdim=True)
        shade = (x - low) / (high - low).clamp(min=1e-6) * there
        return functional.interpolate(shade.transpose(1, 2).unsqueeze(1), self.image_size, mode="bilinear")

    def forward(self, view: Padded) -> tuple[Tensor, Tensor]:
        image = (self.image(view) - self.channel_mean) / self.channel_deviation
        tokens = functional.adaptive_avg_pool2d(self.convolutions(image), self.places).flatten(2).transpose(1, 2)
        return tokens, torch.ones(tokens.shape[:2], dtype=torch.bool, device=tokens.device)


class MfccView(nn.Module):
    """Coefficients of unit length, then two LSTMs in both directions.

    forward: (segments, frames, coefficients) -> (segments, frames, size), and the mask of real frames.
    """

    def __init__(self, coefficients: int, units: int, dropout: float) -> None:
        super().__init__()
        self.lstm = BidirectionalLSTM(coefficients, units, layers=2, dropout=dropout)
        self.size = 2 * units

    def forward(self, view: Padded) -> tuple[Tensor, Tensor]:
        return self.lstm(functional.normalize(view.data, dim=2), view.lengths), view.mask


class SpeechView(nn.Module):
    """Samples through the pretrained network, or frames as they are: (segments, frames, size), and their mask."""

    def __init__(self, encoder: str, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.encoder = speech_encoder(encoder, shape)
        self.size = int(self.encoder.hidden_size)

    def forward(self, view: Padded) -> tuple[Tensor, Tensor]:
        states = self.encoder.hidden(view.data, view.lengths)
        return states.x[:, :, -1], states.mask
