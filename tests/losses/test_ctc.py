"""Connectionist temporal classification against the sum over all alignments."""

from __future__ import annotations

import itertools

import pytest
import torch

from ai4er.losses.ctc import ctc_loss, frames_needed
from ai4er.nn.ctc import CTCHead, best_path


def merged(path: tuple[int, ...]) -> list[int]:
    return [symbol for symbol, _ in itertools.groupby(path) if symbol]


def by_hand(logits: torch.Tensor, symbols: list[int]) -> torch.Tensor:
    """-log of the sum over the paths that give the symbols: logits (frames, symbols)."""
    scores = logits.log_softmax(-1)
    paths = itertools.product(range(logits.shape[1]), repeat=len(logits))
    found = [scores[range(len(path)), path].sum() for path in paths if merged(path) == symbols]
    return -torch.stack(found).logsumexp(0)


@pytest.mark.parametrize("symbols", [[1], [1, 2], [2, 2], [1, 2, 1]])
def test_the_loss_is_the_sum_over_all_alignments(symbols: list[int]) -> None:
    torch.manual_seed(0)
    logits = torch.randn(1, 3, 4)
    found = ctc_loss(logits, torch.tensor([3]), torch.tensor([symbols]), torch.tensor([len(symbols)]))
    torch.testing.assert_close(found, by_hand(logits[0], symbols) / len(symbols))


def test_items_without_symbols_and_with_too_few_frames_do_not_count() -> None:
    torch.manual_seed(0)
    logits = torch.randn(3, 5, 4, requires_grad=True)
    symbols, lengths = torch.tensor([[1, 2, 0], [3, 3, 3], [0, 0, 0]]), torch.tensor([2, 3, 0])
    found = ctc_loss(logits, torch.tensor([5, 4, 5]), symbols, lengths)
    torch.testing.assert_close(found, by_hand(logits[0], [1, 2]) / 2)
    found.backward()
    assert logits.grad is not None and logits.grad[0].any() and not logits.grad[1:].any()
    assert ctc_loss(logits, torch.tensor([5, 4, 5]), symbols, torch.zeros(3, dtype=torch.long)) == 0


def test_what_stands_behind_the_lengths_changes_nothing() -> None:
    torch.manual_seed(0)
    logits, symbols, lengths = torch.randn(2, 6, 4), torch.tensor([[1, 2, 3], [2, 1, 3]]), torch.tensor([3, 2])
    before = ctc_loss(logits, torch.tensor([6, 4]), symbols, lengths)
    logits[1, 4:], symbols[1, 2] = 9.0, 1
    assert ctc_loss(logits, torch.tensor([6, 4]), symbols, lengths) == before


def test_equal_neighbours_need_a_blank_between_them() -> None:
    symbols = torch.tensor([[1, 1, 1], [1, 2, 1], [2, 2, 2]])
    assert frames_needed(symbols, torch.tensor([3, 3, 2])).tolist() == [5, 3, 3]


def test_the_best_path_merges_repeats_and_then_deletes_blanks() -> None:
    path = torch.tensor([[1, 1, 0, 1, 2, 2, 0], [0, 0, 3, 3, 3, 0, 2]])
    logits = torch.nn.functional.one_hot(path).float()
    assert best_path(logits, torch.tensor([7, 6])) == [merged(tuple(path[0].tolist())), [3]]


def test_the_head_gives_symbols_for_every_frame() -> None:
    assert CTCHead(6, 5, 0.1)(torch.randn(2, 7, 6)).shape == (2, 7, 5)
