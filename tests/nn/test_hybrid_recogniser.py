"""Recognition by CTC and attention together."""

from __future__ import annotations

import itertools

import torch
from torch.nn import functional

from ai4er.nn.attention_decoder import AttentionDecoder, beam_search
from ai4er.nn.hybrid_recogniser import END, HybridRecogniser


def recogniser(symbols: int = 6) -> HybridRecogniser:
    torch.manual_seed(0)
    return HybridRecogniser(8, symbols, 16, 1, 2, 32, 5, 1, 0.0).eval()


def test_the_losses_are_those_of_each_item_by_itself() -> None:
    whole = recogniser()
    states, mask = torch.randn(2, 7, 16), torch.arange(7) < torch.tensor([[7], [5]])
    symbols, lengths = torch.tensor([[2, 3, 4], [5, 0, 0]]), torch.tensor([3, 1])
    found = whole.losses(states, mask, symbols, lengths, 0.3, 0.0)
    scores, ctc = [], []
    for row, target in enumerate(([2, 3, 4], [5])):
        real = states[row : row + 1, : int(mask[row].sum())]
        logits = whole.decoder(torch.tensor([[END, *target]]), real, torch.ones(real.shape[:2], dtype=torch.bool))[0]
        scores += [functional.cross_entropy(logits, torch.tensor([*target, END]), reduction="sum")]
        plain = functional.ctc_loss(
            whole.ctc(real).log_softmax(-1)[0], torch.tensor(target), torch.tensor(real.shape[1]),
            torch.tensor(len(target)), reduction="sum",
        )  # fmt: skip
        ctc.append(plain / len(target))
    torch.testing.assert_close(found["attention"], 0.7 * sum(scores) / 6)
    torch.testing.assert_close(found["ctc"], 0.3 * sum(ctc) / 2)


def test_symbols_that_are_not_known_yet_get_no_gradient() -> None:
    whole = recogniser()
    states, mask = torch.randn(1, 7, 16), torch.ones(1, 7, dtype=torch.bool)
    sum(whole.losses(states, mask, torch.tensor([[2, 3]]), torch.tensor([2]), 0.3, 0.1, known=4).values()).backward()
    for layer in (whole.ctc.output, whole.decoder.output):
        assert layer.weight.grad is not None and layer.weight.grad[:4].any() and not layer.weight.grad[4:].any()


def test_a_wide_beam_finds_the_best_of_all_sequences() -> None:
    torch.manual_seed(1)
    decoder, states = AttentionDecoder(5, 16, 1, 2, 32, 0.0).eval(), torch.randn(4, 16)
    allowed = [(first, *rest) for first in (3, 4) for size in range(3) for rest in itertools.product([2], repeat=size)]

    def score(sequence: tuple[int, ...]) -> float:
        logits = decoder(torch.tensor([[END, *sequence]]), states[None], torch.ones(1, 4, dtype=torch.bool))
        scores = logits[0].log_softmax(-1)
        return float(scores[range(len(sequence) + 1), [*sequence, END]].sum())

    with torch.no_grad():
        found = beam_search(decoder, states, END, (3, 4), (0,), beam=20, longest=3)
        expected = sorted(allowed, key=score, reverse=True)
    assert found[0][0] == list(expected[0]) and abs(found[0][1] - score(expected[0])) < 1e-4
    assert all(row[0] in (3, 4) and set(row[1:]) <= {2} for row, _ in found)


def test_every_sequence_begins_as_it_must() -> None:
    whole = recogniser()
    states, mask = torch.randn(2, 6, 16), torch.arange(6) < torch.tensor([[6], [3]])
    rows = whole.written(states, mask, (4, 5), (0,), beam=3, longest=4, weight=0.3)
    assert len(rows) == 2
    for row in rows:
        assert row[0] in (4, 5) and set(row[1:]) <= {2, 3} and len(row) <= 4
