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


class GumbelQuantiser(nn.Module):
    """One entry of each of several codebooks for every frame, chosen by a straight-through Gumbel softmax.

    `encoder` is the configuration of the wav2vec 2.0 network; the parameters have the names and shapes of
    `transformers`. The temperature stays at wav2vec 2.0's first value.
    """

    temperature = 2.0

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.groups, self.entries = encoder.num_codevector_groups, encoder.num_codevectors_per_group
        width = encoder.codevector_dim // self.groups
        self.codevectors = nn.Parameter(torch.empty(1, self.groups * self.entries, width).uniform_())
        self.weight_proj = nn.Linear(encoder.conv_dim[-1], self.groups * self.entries)
        nn.init.normal_(self.weight_proj.weight)
        nn.init.zeros_(self.weight_proj.bias)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """x (frames, channels) -> vectors (frames, codevector_dim), entries (frames, groups), summed perplexity."""
        logits = self.weight_proj(x).unflatten(-1, (self.groups, self.entries)).float()
        if self.training:
            chosen, used = functional.gumbel_softmax(logits, self.temperature, hard=True), logits.softmax(-1)
        else:
            chosen = used = functional.one_hot(logits.argmax(-1), self.entries).to(logits.dtype)
        mean = used.mean(0)
        perplexity = torch.exp(-torch.xlogy(mean, mean).sum(-1)).sum()
        vectors = torch.einsum("fgv,gvd->fgd", chosen, self.codevectors.view(self.groups, self.entries, -1))
        return vectors.flatten(1), chosen.argmax(-1), perplexity


class ContrastiveQuantisation(nn.Module):
    """L = -log softmax over positive and negatives of cos(p, q) / temperature, plus diversity of the codebooks.

    `encoder` is the configuration of the wav2vec 2.0 network, which has the sizes of quantiser and projections.
    Source: Baevski et al. 2020, arXiv 2006.11477, equations 3 and 4.
    """

    def __init__(self, encoder: Any, diversity: float) -> None:
        super().__init__()
        self.quantiser = GumbelQuantiser(encoder)
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
        quantised, codes, perplexity = self.quantiser(features[masked])
        target = states.new_zeros(*masked.shape, self.target.out_features)
        target[masked] = functional.normalize(self.target(quantised), dim=-1).to(target.dtype)
        context = functional.normalize(self.context(states), dim=-1)
        similarity = (context @ target.transpose(1, 2))[masked] / self.temperature
        negatives, frames = draw_negatives(masked, self.negatives), masked.nonzero()[:, 1]
        same = (codes[negatives] == codes.unsqueeze(1)).all(-1)
        positive = similarity.gather(1, frames.unsqueeze(1))
        other = similarity.gather(1, frames[negatives]).masked_fill(same, -torch.inf)
        logits = torch.cat([positive, other], dim=1)
        return {
            "contrastive": functional.cross_entropy(logits, logits.new_zeros(len(logits), dtype=torch.long)),
            "diversity": self.diversity * (self.entries - perplexity) / self.entries,
        }
