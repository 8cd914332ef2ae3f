"""A classifier of utterances on an encoder of speech, with some of what the encoder reads hidden in training."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ai4er.nn.layer_mix import LayerMix
from ai4er.nn.pooling import masked_mean
from ai4er.nn.span_masks import span_mask
from ai4er.systems._speech_encoder import speech_encoder


class AugmentedClassifier(nn.Module):
    """Encoder, mixture of its states, mean over the real frames, hidden layer and head.

    forward: samples or frames, zero behind lengths (batch,) -> logits (batch, classes), h (batch, hidden). In training
    about a share `hidden_share` of frames and of features is zero where the encoder's layers read them, in spans.
    """

    def __init__(
        self, encoder: str, shape: tuple[int, ...], hidden: int, classes: int, dropout: float, hidden_share: float,
        span: int,
    ) -> None:  # fmt: skip
        super().__init__()
        self.hidden_share, self.span = hidden_share, span
        self.encoder = speech_encoder(encoder, shape, ("feature_extractor",), channels=())
        self.mix = LayerMix(self.encoder.states_number)
        self.hidden = nn.Sequential(nn.Linear(self.encoder.hidden_size, hidden), nn.ReLU(), nn.Dropout(dropout))
        self.head = nn.Linear(hidden, classes)

    def forward(self, x: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        hides = self.training and self.hidden_share > 0
        states = self.encoder.hidden(x, lengths, masking=self._with_holes if hides else None)
        h = self.hidden(masked_mean(self.mix(states.x), states.mask))
        return self.head(h), h

    def _with_holes(self, x: Tensor, lengths: Tensor) -> Tensor:
        """x (batch, frames, features) with some spans of frames and of features set to zero."""
        frames = span_mask(lengths, x.shape[1], self.span, self.hidden_share)
        features = span_mask(torch.full_like(lengths, x.shape[2]), x.shape[2], self.span, self.hidden_share)
        return x * ~frames.unsqueeze(2) * ~features.unsqueeze(1)
