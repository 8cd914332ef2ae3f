"""Masked prediction: the cluster of each hidden frame, from the frames around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.labels import UNLABELLED
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.nn.kmeans import kmeans, nearest
from ai4er.nn.span_masks import span_mask
from ai4er.nn.waveform_encoder import Steps

Key = tuple[str, str]


class MaskedUnits(nn.Module):
    """A linear head on an encoder's last state that predicts units, and the vector that stands in for hidden frames.

    About a share `begin` of the frames begin a hidden span of `span` frames.
    Source: Hsu et al. 2021 (HuBERT), arXiv 2106.07447, section II, with the loss over hidden frames only (alpha = 1).
    """

    def __init__(self, features: int, units: int, span: int, begin: float) -> None:
        super().__init__()
        self.head = nn.Linear(features, units)
        self.mask_embedding = nn.Parameter(torch.empty(features).uniform_())
        self.span, self.begin = span, begin
        self.unit_of: dict[Key, Tensor] = {}

    def cluster(self, frames: Iterable[tuple[Sequence[Key], Steps]], most: int, generator: torch.Generator) -> None:
        """The unit of every frame (batch, frames, features) of all recordings, by their keys, and a new head for them.

        The centres are found on at most `most` frames.
        """
        rows = {
            key: x[:length].float().cpu()
            for keys, steps in frames
            for key, x, length in zip(keys, steps.x, steps.lengths.tolist())
        }
        together = torch.cat([*rows.values()])
        chosen = together[torch.randperm(len(together), generator=generator)[:most]]
        centres = kmeans(chosen, min(self.head.out_features, len(chosen)), generator=generator)
        self.unit_of = {key: nearest(x, centres) for key, x in rows.items()}
        self.head.reset_parameters()

    def hidden_frames(self, lengths: Tensor, steps: int) -> Tensor:
        """The frames that are hidden, (batch, steps)."""
        return span_mask(lengths, steps, self.span, self.begin * self.span)

    def replaced(self, x: Tensor, hidden: Tensor) -> Tensor:
        """x (batch, frames, features) with the mask embedding in the place of hidden frames (batch, frames)."""
        return torch.where(hidden.unsqueeze(2), self.mask_embedding.to(x.dtype), x)

    def loss(self, last: Tensor, hidden: Tensor, keys: Sequence[Key]) -> Tensor:
        """Cross-entropy of the units of hidden frames: last states (batch, frames, features) -> a scalar."""
        rows = [self.unit_of[key] for key in keys]
        units = nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=UNLABELLED).to(last.device)
        units = functional.pad(units, (0, last.shape[1] - units.shape[1]), value=UNLABELLED)
        return known_cross_entropy(self.head(last).flatten(0, 1), units.masked_fill(~hidden, UNLABELLED).flatten())
