"""Embeddings of speech, text and video of which any may be absent, and features that all modalities share."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.modality_encoders import RecurrentEncoder, TextEncoder, VectorEncoder
from ai4er.nn.standardisation import Standardisation
from ai4er.systems.batch import Batch, Padded

MODALITIES = ("speech", "text", "video")


class InvariantEmbedding(nn.Module):
    """The encoder of each modality and the shared invariance encoder.

    (batch, present) -> embeddings h and invariant features H', both (batch, modalities, features) in the
    order of MODALITIES; present (batch, modalities) booleans. Features of what is absent are multiplied by 0.
    """

    def __init__(
        self, shapes: Mapping[str, tuple[int, ...]], timed: Mapping[str, bool], features: int, layers: int,
        standardise: Collection[str], text_kernels: Sequence[int], text_dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.sizes = {name: shapes[name][0] for name in MODALITIES}
        standardised = [name for name in MODALITIES if name in standardise or not timed[name]]
        self.standardisation = nn.ModuleDict({name: Standardisation(self.sizes[name]) for name in standardised})
        self.encoders = nn.ModuleDict()
        for name in MODALITIES:
            size = self.sizes[name]
            if not timed[name]:
                self.encoders[name] = VectorEncoder(size, features)
            elif name == "text":
                self.encoders[name] = TextEncoder(size, features, text_kernels, text_dropout)
            else:
                self.encoders[name] = RecurrentEncoder(size, features)
        self.invariance = nn.Sequential(
            *(part for _ in range(layers) for part in (nn.Linear(features, features), nn.LeakyReLU()))
        )

    def forward(self, batch: Batch, present: Tensor) -> tuple[Tensor, Tensor]:
        parts = [self._encode(name, batch[name], present[:, i]) for i, name in enumerate(MODALITIES)]
        embeddings = torch.stack(parts, dim=1)
        return embeddings, self.invariance(embeddings)

    def _encode(self, name: str, given: Padded | Tensor, present: Tensor) -> Tensor:
        timed = isinstance(given, Padded)
        x = given.data if isinstance(given, Padded) else given
        if not present.any():  # a batch in which nobody has the input does not know its size
            x = x.new_zeros(len(present), *(1,) * timed, self.sizes[name])
        x = self.standardisation[name](x) if name in self.standardisation else x
        x = x * present.view(-1, *(1,) * (x.dim() - 1))
        lengths = torch.where(present, given.lengths, 1).clamp(min=1) if isinstance(given, Padded) else None
        encoded: Tensor = self.encoders[name](x, lengths)
        return encoded
