"""Chunks of an utterance: where each rule places them, and that taking them out repeats the frames."""

from __future__ import annotations

import numpy as np
import torch

from ai4er.nn.chunks import centred_windows, equal_parts, spread_windows, take_chunks, whole_words, word_groups

WORDS = np.array([[0.0, 12.0], [20.0, 50.0], [52.0, 60.0], [90.0, 100.0]])


def test_windows_are_spread_with_a_step_that_is_rounded_down() -> None:
    assert spread_windows(100, 62, 11)[:, 0].tolist() == list(range(0, 31, 3))
    assert spread_windows(682, 62, 11)[:, 0].tolist() == list(range(0, 621, 62))
    assert spread_windows(100, 62, 1).tolist() == [[19, 81]]
    assert spread_windows(40, 62, 2).tolist() == [[0, 62], [0, 62]]


def test_windows_around_words_are_as_many_as_spread_ones_and_lie_inside() -> None:
    centred = centred_windows(WORDS, 100, 20)
    assert centred.tolist() == [[0, 20], [25, 45], [46, 66], [80, 100]]
    assert len(centred) == len(spread_windows(100, 20, len(WORDS)))


def test_windows_around_equal_words_that_cover_the_utterance_are_spread_evenly_but_at_its_ends() -> None:
    words = np.arange(0, 100, 10)[:, None] + [0.0, 10.0]
    centred, spread = centred_windows(words, 100, 10), spread_windows(100, 10, 10)
    assert np.abs(centred - spread)[1:-1].max() <= 1


def test_chunks_of_words_without_pauses_are_the_utterance_frame_by_frame() -> None:
    edges = np.array([0, 7, 19, 20, 33])
    bounds = whole_words(np.stack([edges[:-1], edges[1:]], axis=1).astype(float), 33)
    x = torch.randn(1, 33, 2)
    chunks, lengths, counts = take_chunks(x, [bounds])
    assert counts.tolist() == [4]
    torch.testing.assert_close(torch.cat([c[:n] for c, n in zip(chunks, lengths)]), x[0])


def test_parts_have_no_gap_and_groups_have_nearly_equal_numbers_of_words() -> None:
    parts = equal_parts(103, 4)
    assert parts[0, 0] == 0 and parts[-1, 1] == 103 and (parts[1:, 0] == parts[:-1, 1]).all()
    assert np.ptp(parts[:, 1] - parts[:, 0]) <= 1
    assert word_groups(WORDS, 100, 3).tolist() == [[0, 50], [52, 60], [90, 100]]
    assert len(word_groups(WORDS, 100, 9)) == 4


def test_chunks_of_a_batch_are_those_of_its_utterances_and_zero_behind_their_ends() -> None:
    x = torch.randn(2, 10, 3)
    bounds = [np.array([[0, 4], [8, 13]]), np.array([[5, 6]])]
    chunks, lengths, counts = take_chunks(x, bounds)
    assert (lengths.tolist(), counts.tolist()) == ([4, 5, 1], [2, 1])
    assert torch.equal(chunks[0, :4], x[0, :4]) and torch.equal(chunks[1, :2], x[0, 8:])
    assert torch.equal(chunks[2, 0], x[1, 5])
    assert not chunks[0, 4:].any() and not chunks[1, 2:].any() and not chunks[2, 1:].any()
