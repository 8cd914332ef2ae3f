"""Speech recognition by CTC and by attention over one encoder."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from ai4er.losses.ctc import ctc_loss
from ai4er.nn.attention_decoder import AttentionDecoder, beam_search
from ai4er.nn.conformer import ConformerEncoder
from ai4er.nn.ctc import CTCHead

BLANK, END = 0, 1


class HybridRecogniser(nn.Module):
    """A Conformer whose states are read by a CTC layer and by a decoder that writes symbols.

    Symbol 0 is the blank of CTC, symbol 1 begins and ends what the decoder writes. Source: Watanabe et al., "Hybrid
    CTC/attention architecture for end-to-end speech recognition", IEEE JSTSP 11, 2017.
    """

    def __init__(
        self, bands: int, symbols: int, features: int, blocks: int, heads: int, inner: int, kernel: int,
        decoder_blocks: int, dropout: float,
    ) -> None:  # fmt: skip
        super().__init__()
        self.encoder = ConformerEncoder(bands, features, blocks, heads, inner, kernel, dropout)
        self.decoder = AttentionDecoder(symbols, features, decoder_blocks, heads, inner, dropout)
        self.ctc = CTCHead(features, symbols, dropout)

    def first_symbol(self, states: Tensor, mask: Tensor) -> Tensor:
        """The logits of the first symbol for states (batch, steps, features): (batch, symbols)."""
        start = torch.full((len(states), 1), END, device=states.device)
        logits: Tensor = self.decoder(start, states, mask)[:, 0]
        return logits

    def losses(
        self, states: Tensor, mask: Tensor, symbols: Tensor, lengths: Tensor, weight: float, smoothing: float,
        known: int | None = None,
    ) -> dict[str, Tensor]:  # fmt: skip
        """weight * CTC of the symbols + (1 - weight) * cross-entropy of [symbols, end], as two terms.

        states (batch, steps, features), mask (batch, steps), symbols (batch, longest), lengths (batch,), 0 for items
        without symbols, which do not count. Only the first `known` symbols can be told apart, where it is given.
        """
        places = torch.arange(symbols.shape[1] + 1, device=symbols.device)
        length = lengths.unsqueeze(1)
        wide = functional.pad(symbols, (0, 1)) * (places < length)
        targets = wide.masked_fill(places == length, END).masked_fill((places > length) | (length == 0), -100)
        logits = self.decoder(functional.pad(wide[:, :-1], (1, 0), value=END), states, mask)[..., :known]
        total = functional.cross_entropy(
            logits.flatten(0, 1), targets.flatten(), label_smoothing=smoothing, reduction="sum"
        )
        spelled = ctc_loss(self.ctc(states)[..., :known], mask.sum(1), symbols, lengths)
        return {"ctc": weight * spelled, "attention": (1 - weight) * total / (targets >= 0).sum().clamp(min=1)}

    @torch.no_grad()
    def written(
        self, states: Tensor, mask: Tensor, first: Sequence[int], never: Sequence[int], beam: int, longest: int,
        weight: float,
    ) -> list[list[int]]:  # fmt: skip
        """What is said in each item: the sequence of the decoder's beam that is best when CTC, too, has scored it.

        The first symbol is one of `first`, which stand nowhere else, and `never` are not written at all.
        """
        scores = self.ctc(states).log_softmax(-1)
        found = []
        for row, length in enumerate(mask.sum(1).tolist()):
            hypotheses = beam_search(self.decoder, states[row, :length], END, first, never, beam, longest)
            ranked = [
                ((1 - weight) * score - weight * _ctc_cost(scores[row, :length], symbols), symbols)
                for symbols, score in hypotheses
            ]
            found.append(max(ranked)[1])
        return found


def _ctc_cost(scores: Tensor, symbols: Sequence[int]) -> float:
    """-log of the probability of symbols under scores (steps, symbols), logarithms of probabilities."""
    target = torch.tensor([list(symbols)], device=scores.device)
    lengths = torch.tensor([len(scores)]), torch.tensor([len(symbols)])
    return float(functional.ctc_loss(scores.unsqueeze(1), target, *lengths, reduction="sum"))
