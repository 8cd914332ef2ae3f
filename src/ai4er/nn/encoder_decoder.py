"""A sequence-to-sequence language model taken apart: encoder, decoder and word head can be run by themselves."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class EncoderDecoder(nn.Module):
    """The parts of a `transformers` network for text to text (BART, T5, encoder-decoder pairs).

    Token ids are (batch, tokens) with masks (batch, tokens), True on real tokens at the front; states are
    (batch, tokens, hidden). Padding changes no state of a real token.
    """

    def __init__(self, network: Any) -> None:
        super().__init__()
        self.network = network

    @property
    def hidden(self) -> int:
        """The size of the decoder's states."""
        return int(self.network.get_output_embeddings().in_features)

    def encode(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """The encoder's last states."""
        encoded: Tensor = self.network.get_encoder()(input_ids=tokens, attention_mask=mask.long()).last_hidden_state
        return encoded

    def decode(self, tokens: Tensor, encoded: Tensor, mask: Tensor) -> Tensor:
        """The decoder's last states when it writes `tokens`: position t has seen the start and tokens before t."""
        shifted = torch.full_like(tokens, self.network.config.decoder_start_token_id)
        shifted[:, 1:] = tokens[:, :-1]
        decoder = self.network.get_decoder().base_model
        states: Tensor = decoder(
            input_ids=shifted, encoder_hidden_states=encoded, encoder_attention_mask=mask.long(), use_cache=False
        ).last_hidden_state
        return states

    def words(self, states: Tensor) -> Tensor:
        """The vocabulary logits of decoder states (..., hidden) -> (..., words)."""
        head = getattr(self.network.get_decoder(), "cls", None)
        if head is not None:
            return head(states)
        logits: Tensor = self.network.get_output_embeddings()(states)
        bias = getattr(self.network, "final_logits_bias", None)
        return logits if bias is None else logits + bias[0]
