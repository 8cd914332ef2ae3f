"""What the text front ends share: the text of a record, its token ids and the states of a network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from ai4er.encoders.base import EncoderFrontEnd, batches, padded
from ai4er.errors import Ai4erError
from ai4er.records import Record

if TYPE_CHECKING:
    from torch import Tensor

_TOKENS = 4096  # per batch, padding included: 64 utterances of 64 tokens


class TextFrontEnd(EncoderFrontEnd):
    """Reads the text of a record; longer texts are cut off at `max_length` tokens."""

    needs: ClassVar[str] = "text"

    encoder: str = "minilm"
    max_length: int = 512

    def load(self, record: Record) -> str:
        if record.text is None:
            raise Ai4erError(f"{record.id}: the record has no text")
        return record.text

    def has(self, record: Record) -> bool:
        """Whether the record has a text, which may be empty."""
        return record.text is not None

    def token_ids(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Token ids of each text, special tokens included: (tokens,), at least one."""
        if not texts:
            return []
        convert = self.tokenizer()
        self._check_length(convert.model_max_length)
        rows = convert(list(texts), truncation=True, max_length=self.max_length, padding=False)["input_ids"]
        return [np.array(row or [_blank(convert)], np.int64) for row in rows]

    def states(self, texts: Sequence[str], every: bool = False) -> Iterator[tuple[list[int], Tensor, Tensor]]:
        """Batches of (positions, last hidden states (batch, tokens, hidden), mask (batch, tokens)).

        With `every` the states of all layers are put together, the first one's first: (batch, tokens, layers x hidden).
        """
        import torch

        network = self.network("text")
        self._check_length(_positions(network))
        if network.config.is_encoder_decoder:
            network = network.get_encoder()
        rows = self.token_ids(texts)
        filler = self.tokenizer().pad_token_id or 0
        with torch.inference_mode():
            for group in batches([len(row) for row in rows], _TOKENS):
                ids, mask = (torch.from_numpy(a).to(network.device) for a in padded([rows[i] for i in group], filler))
                found = network(input_ids=ids, attention_mask=mask, output_hidden_states=every)
                yield group, torch.cat(found.hidden_states[1:], -1) if every else found.last_hidden_state, mask

    def _check_length(self, largest: int) -> None:
        if not 1 <= self.max_length <= largest:
            raise Ai4erError(f"max_length={self.max_length}: encoder {self.encoder!r} reads 1 to {largest} tokens")


def _blank(convert: Any) -> int:
    """A token that stands for nothing, where a tokenizer turns empty text into no token at all."""
    there = (convert.eos_token_id, convert.unk_token_id, convert.pad_token_id)
    return next((i for i in there if i is not None), 0)


def _positions(network: Any) -> int:
    """How many tokens a network can number; RoBERTa keeps the first positions for padding."""
    table = getattr(getattr(network, "embeddings", None), "position_embeddings", None)
    if table is None:
        return getattr(network.config, "max_position_embeddings", None) or 1_000_000  # relative positions: no limit
    reserved = 0 if table.padding_idx is None else table.padding_idx + 1
    return int(table.num_embeddings - reserved)
