"""Taken apart, an encoder-decoder gives what the whole network gives."""

from __future__ import annotations

import pytest
import torch

from ai4er.encoders import pretrained
from ai4er.nn.encoder_decoder import EncoderDecoder

TOKENS = torch.tensor([[101, 2001, 2002, 2003, 102], [101, 2004, 102, 0, 0]])
WRITTEN = torch.tensor([[101, 3001, 102], [101, 3002, 3003]])
MASK = TOKENS != 0


@pytest.fixture(scope="module", params=["tiny", "minilm"])
def network(request: pytest.FixtureRequest) -> torch.nn.Module:
    return pretrained(request.param, "seq2seq")


def test_its_parts_give_the_words_of_the_whole(network: torch.nn.Module) -> None:
    parts = EncoderDecoder(network)
    with torch.no_grad():
        whole = network(input_ids=TOKENS, attention_mask=MASK.long(), labels=WRITTEN).logits
        words = parts.words(parts.decode(WRITTEN, parts.encode(TOKENS, MASK), MASK))
    torch.testing.assert_close(words, whole, rtol=1e-4, atol=1e-4)


def test_padding_changes_no_real_state(network: torch.nn.Module) -> None:
    parts = EncoderDecoder(network)
    dirty = torch.where(MASK, TOKENS, 2222)
    with torch.no_grad():
        alone = parts.decode(TOKENS[1:, :3], parts.encode(TOKENS[1:, :3], MASK[1:, :3]), MASK[1:, :3])
        states = [parts.decode(tokens, parts.encode(tokens, MASK), MASK) for tokens in (TOKENS, dirty)]
    for found in states:
        torch.testing.assert_close(found[1:, :3], alone, rtol=1e-4, atol=1e-4)


def test_a_written_token_is_seen_by_later_positions_only(network: torch.nn.Module) -> None:
    parts, other = EncoderDecoder(network), WRITTEN.clone()
    other[:, 1] = 4000
    with torch.no_grad():
        encoded = parts.encode(TOKENS, MASK)
        one, changed = (parts.decode(written, encoded, MASK) for written in (WRITTEN, other))
    torch.testing.assert_close(one[:, :2], changed[:, :2])
    assert not torch.allclose(one[:, 2], changed[:, 2], atol=1e-4)
