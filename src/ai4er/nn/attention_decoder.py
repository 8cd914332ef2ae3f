"""A transformer that writes symbols one after another while it looks at encoded speech."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from ai4er.nn.positions import sinusoidal_positions


class AttentionDecoder(nn.Module):
    """Embeddings with positions, pre-norm decoder blocks, a layer for the symbols.

    forward: symbols (batch, length) written so far, states (batch, steps, features) with mask (batch, steps) -> logits
    of the next symbol at every place, (batch, length, symbols).
    """

    def __init__(self, symbols: int, features: int, blocks: int, heads: int, inner: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.embedding = nn.Embedding(symbols, features)
        self.dropout = nn.Dropout(dropout)
        layer = nn.TransformerDecoderLayer(features, heads, inner, dropout, batch_first=True, norm_first=True)
        self.blocks = nn.TransformerDecoder(layer, blocks, nn.LayerNorm(features))
        self.output = nn.Linear(features, symbols)

    def forward(self, symbols: Tensor, states: Tensor, mask: Tensor) -> Tensor:
        x = self.embedding(symbols) * self.embedding.embedding_dim**0.5
        x = self.dropout(x + sinusoidal_positions(x.shape[1], x.shape[2], x.device))
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        logits: Tensor = self.output(self.blocks(x, states, tgt_mask=later, memory_key_padding_mask=~mask))
        return logits


def beam_search(
    decoder: AttentionDecoder, states: Tensor, end: int, first: Sequence[int], never: Sequence[int], beam: int,
    longest: int,
) -> list[tuple[list[int], float]]:  # fmt: skip
    """The best sequences for one item, states (steps, features), with their log-probabilities, best first.

    Writing begins after `end`; the first symbol is one of `first`, the others are none of these and none of `never`,
    and a sequence is over at `end` (which is not part of it) or with `longest` symbols.
    """
    open_rows = [([end], 0.0)]
    closed: list[tuple[list[int], float]] = []
    for place in range(longest + 1):
        written = torch.tensor([row for row, _ in open_rows], device=states.device)
        seen = states.expand(len(open_rows), -1, -1)
        mask = torch.ones(seen.shape[:2], dtype=torch.bool, device=states.device)
        scores = decoder(written, seen, mask)[:, -1].log_softmax(-1)
        allowed = torch.zeros(scores.shape[1], dtype=torch.bool, device=states.device)
        allowed[list(first)] = True
        if place:
            allowed = ~allowed
            allowed[list(never)] = False
        if place == longest:
            allowed[:], allowed[end] = False, True
        scores = scores.masked_fill(~allowed, -torch.inf)
        totals = scores + torch.tensor([score for _, score in open_rows], device=states.device).unsqueeze(1)
        values, chosen = totals.flatten().topk(min(beam, int(torch.isfinite(totals).sum())))
        found = [
            ([*open_rows[index // scores.shape[1]][0], index % scores.shape[1]], value)
            for value, index in zip(values.tolist(), chosen.tolist())
        ]
        closed += [(row[1:-1], score) for row, score in found if row[-1] == end]
        open_rows = [(row, score) for row, score in found if row[-1] != end]
        if not open_rows or len(closed) >= beam:
            break
    return sorted(closed, key=lambda pair: -pair[1])
