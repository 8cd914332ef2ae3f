"""Label sequences with phoneme classes: what the sheet says."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import label_space
from ai4er.labels.phonemes import CLASSES
from ai4er.losses.ctc import ctc_loss, frames_needed
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.systems.speech.phoneme_label_sequence import Config, LabelSequences, PhonemeLabelSequence

SPACE = label_space("common4")
SAD = ("S", "AE", "D")


def system(**changes: Any) -> PhonemeLabelSequence:
    torch.manual_seed(0)
    return PhonemeLabelSequence(Config.small().override(changes), SPACE, {"speech": ()}, {"speech": True})


def path(whole: PhonemeLabelSequence, *symbols: int, certain: float = 9.0) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits of frames whose best symbols are these."""
    one_hot = torch.nn.functional.one_hot(torch.tensor([symbols]), whole.sequences.size)
    return certain * one_hot.float(), torch.tensor([len(symbols)])


def item(text: str | None, target: int = 3, seconds: float = 0.6) -> Item:
    samples = (0.1 * np.random.default_rng(0).standard_normal(round(16_000 * seconds))).astype(np.float32)
    record = Record(id=f"{text}", corpus="made", label=SPACE.names[target], text=text, language="en")
    return Item(record, {"speech": samples}, np.int64(target))  # type: ignore[arg-type]


def test_the_sequences_of_an_example_have_their_symbols_and_lengths() -> None:
    found = {kind: LabelSequences(kind, 4) for kind in ("voiced", "phonemes", "classes", "voiced_classes")}  # type: ignore[arg-type]
    named = {
        kind: [sequences.pairs[number - 1] for number in sequences.labels(SAD, 2)] for kind, sequences in found.items()
    }
    assert named["voiced"] == [(2, "")] * 2 and named["phonemes"] == [(2, "")] * 3
    assert named["classes"] == [(2, "unvoiced_consonant"), (2, "vowel"), (2, "voiced_consonant")]
    assert named["voiced_classes"] == [(-1, "unvoiced_consonant"), (2, "vowel"), (2, "voiced_consonant")]
    assert [sequences.size for sequences in found.values()] == [5, 5, 17, 11]


@pytest.mark.parametrize(("kind", "frames"), [("classes", 3), ("voiced", 3), ("phonemes", 5)])
def test_equal_labels_need_blanks_between_them_and_pairs_with_classes_do_not(kind: Any, frames: int) -> None:
    labels = torch.tensor([LabelSequences(kind, 4).labels(SAD, 1)])
    assert frames_needed(labels, torch.tensor([labels.shape[1]])).tolist() == [frames]


def test_pauses_and_noises_are_a_class_of_their_own() -> None:
    whole = system()
    found = whole._labels(item("so [laughter] sad"))
    names = [whole.sequences.pairs[number - 1][1] for number in found]
    assert names[2] == "other" and len(names) == 6


def test_posteriors_of_the_emotions_and_the_blank_add_up_to_one() -> None:
    whole = system()
    symbols, frames = torch.randn(2, 5, 17), torch.tensor([5, 3])
    heard = whole.heard(symbols, frames)
    torch.testing.assert_close(heard.sum(-1)[0] + symbols.softmax(-1)[0, :, 0], torch.ones(5))
    assert not heard[1, 3:].any()
    by_hand = symbols.softmax(-1)[0, :, 1:].unflatten(1, (4, len(CLASSES))).sum(2)
    torch.testing.assert_close(heard[0], by_hand)


def test_the_decision_does_not_know_the_classes_inside_an_emotion() -> None:
    whole = system()
    symbols, frames = 3 * torch.randn(8, 9, 17), torch.full((8,), 9)
    blank, pairs = symbols[..., :1], symbols[..., 1:].unflatten(-1, (4, 4))
    turned = torch.cat([blank, pairs[..., [2, 0, 3, 1]].flatten(-2)], -1)
    swapped = torch.cat([blank, pairs[..., [1, 0, 2, 3], :].flatten(-2)], -1)
    before = whole.decided(symbols, frames)
    torch.testing.assert_close(whole.decided(turned, frames), before)
    torch.testing.assert_close(whole.decided(swapped, frames), before[:, [1, 0, 2, 3]])


def test_the_most_frequent_emotion_of_the_best_path_decides() -> None:
    whole = system()
    anger, sadness = 0, 3
    symbols = path(whole, 1 + 4 * anger, 0, 1 + 4 * sadness + 2, 1 + 4 * sadness)
    assert int(whole.decided(*symbols).argmax()) == sadness
    torch.testing.assert_close(whole.decided(*symbols)[0].floor(), torch.tensor([1.0, 0, 0, 2]))


def test_an_empty_path_falls_back_to_the_summed_posteriors() -> None:
    whole = system()
    logits, frames = path(whole, 0, 0, 0, certain=5.0)
    logits[..., 5:9] = 2.0
    found = whole.decided(logits, frames)
    assert int(found.argmax()) == 1 and float(found.sum()) < 1.01
    scores = whole.scores(whole.eval()(whole.collate([item("so sad")])))
    torch.testing.assert_close(scores.sum(1), torch.ones(1))


def test_the_gradient_vanishes_where_the_posterior_is_already_that_of_the_alignments() -> None:
    torch.manual_seed(0)
    logits = torch.randn(1, 3, 4, requires_grad=True)
    loss = ctc_loss(logits, torch.tensor([3]), torch.tensor([[1, 2]]), torch.tensor([2]))
    (gradient,) = torch.autograd.grad(2 * loss, logits)
    scores = logits[0].detach().log_softmax(-1)
    weights = torch.zeros(3, 4)
    for steps in itertools.product(range(4), repeat=3):
        if [symbol for symbol, _ in itertools.groupby(steps) if symbol] == [1, 2]:
            chance = scores[range(3), steps].sum().exp()
            weights[range(3), steps] += chance
    alignment = weights / weights.sum(1, keepdim=True)
    torch.testing.assert_close(gradient[0], scores.exp() - alignment)


def test_labels_of_frames_follow_the_boundaries_of_the_phonemes() -> None:
    classes, voiced = LabelSequences("classes", 4), LabelSequences("voiced", 4)
    assert classes.frame_labels(SAD, 0, [2, 5, 6]).tolist() == [3, 3, 1, 1, 1, 2]
    assert voiced.frame_labels(SAD, 0, [2, 5, 6]).tolist() == [0, 0, 1, 1, 1, 1]


def test_stretches_are_silenced_in_training_only() -> None:
    whole = system(mask_probability=0.5)
    samples, lengths = torch.ones(4, 32_000), torch.tensor([32_000, 32_000, 16_000, 0])
    hidden = whole._silenced(samples, lengths)
    assert hidden[:2].any(1).all() and not hidden[3].any() and not hidden[2, 16_000:].any()
    batch = whole.collate([item("so sad"), item("he is mad", 0)])
    assert torch.equal(whole.eval()(batch).logits, whole.eval()(batch).logits)


def test_words_in_another_script_are_a_clear_error() -> None:
    whole = system()
    with pytest.raises(Ai4erError, match="no training item has a text"):
        whole.check(StageData({"train": [item(None), item("میں")]}, whole.collate, 0, torch.device("cpu")))
