"""The objective of wav2vec 2.0: tell the quantised features of a masked frame from those of other masked frames."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


def draw_negatives(masked: Tensor, count: int) -> Tensor:
    """Other masked frames of the same utterance, with repetition: masked (batch, frames) -> (masked frames, count).

    The numbers count the masked frames of the batch in row order. Every utterance has no masked frame or several.
    """
    number = masked.sum(1)
    others = torch.repeat_interleave(number - 1, number).unsqueeze(1)
    start = torch.repeat_interleave(number.cumsum(0) - number, number).unsqueeze(1)
    own = torch.arange(len(others), device=masked.device).unsqueeze(1) - start
    drawn = (torch.rand(len(others), count, device=masked.device) * others).long().minimum(others - 1)
    return start + drawn + (drawn >= own)


class ContrastiveQuantisation(nn.Module):
    """L = -log softmax over positive and negatives of cos(p, q) / temperature, plus diversity of the codebooks.

    `encoder` is the configuration of the wav2vec 2.0 network, which has the sizes of quantiser and projections.
    Source: Baevski et al. 2020, arXiv 2006.11477, equations 3 and 4.
    """

    def __init__(self, encoder: Any, diversity: float) -> None:
        super().__init__()
        from transformers.models.wav2vec2.modeling_wav2vec2 import Wav2Vec2GumbelVectorQuantizer

        self.quantiser = Wav2Vec2GumbelVectorQuantizer(encoder)
        nn.init.uniform_(self.quantiser.codevectors)
        nn.init.normal_(self.quantiser.weight_proj.weight)
        nn.init.zeros_(self.quantiser.weight_proj.bias)
        self.context = nn.Linear(encoder.hidden_size, encoder.proj_codevector_dim)
        self.target = nn.Linear(encoder.codevector_dim, encoder.proj_codevector_dim)
        self.entries = encoder.num_codevectors_per_group * encoder.num_codevector_groups
        self.negatives, self.temperature = encoder.num_negatives, encoder.contrastive_logits_temperature
        self.diversity = diversity

    def forward(self, states: Tensor, features: Tensor, masked: Tensor) -> dict[str, Tensor]:
        """states (batch, frames, hidden), features (batch, frames, channels), masked (batch, frames) -> loss terms."""
        masked = masked & (masked.sum(1, keepdim=True) > 1)
        if not masked.any():
            return {"contrastive": states.sum() * 0, "diversity": states.sum() * 0}
        quantised, perplexity = self.quantiser(features[masked].unsqueeze(0))
        target, context = self.target(quantised.squeeze(0)), self.context(states[masked])
        other = target[draw_negatives(masked, self.negatives)]
        same = (other == target.unsqueeze(1)).all(-1)
        candidates = torch.cat([target.unsqueeze(1), other], dim=1)
        logits = torch.cosine_similarity(context.unsqueeze(1), candidates, dim=-1) / self.temperature
        logits = torch.cat([logits[:, :1], logits[:, 1:].masked_fill(same, -torch.inf)], dim=1)
        return {
            "contrastive": functional.cross_entropy(logits, logits.new_zeros(len(logits), dtype=torch.long)),
            "diversity": self.diversity * (self.entries - perplexity) / self.entries,
        }
