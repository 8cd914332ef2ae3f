"""Phonetic anchors: which vowels are alike, who is drawn towards whom, and what nobody may look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES
from ai4er.labels.phonemes import VOWELS
from ai4er.records import Record
from ai4er.systems.adaptation import _shared_vowels as shared
from ai4er.systems.adaptation.phonetic_anchor import Config, Network, PhoneticAnchor, anchor_loss, draw_triplets
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]
FEATURES = 6
TABLE = dict.fromkeys(SPACE.names, "ai")


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def items(count: int, seed: int, labelled: bool = True, vowels: int = 5) -> list[Item]:
    """Utterances of `vowels` vowels of two frames each, with a frame between them."""
    generator = np.random.default_rng(seed)
    starts = 0.06 * np.arange(vowels)
    times = np.stack([np.arange(vowels) % 5, starts, starts + 0.04], axis=1).astype(np.float32)
    return [
        Item(
            Record(id=f"{seed}-{i}", corpus=str(seed), speaker=f"s{i % 2}"),
            {"speech": generator.standard_normal((17, FEATURES)).astype(np.float32), "vowels": times},
            np.int64(i % 4) if labelled else None,  # type: ignore[arg-type]
        )
        for i in range(count)
    ]


def system(**changes: Any) -> PhoneticAnchor:
    torch.manual_seed(0)
    settings = {"dropout": 0.0, "anchors": TABLE, "confidence": 0.0} | changes
    shapes: dict[str, tuple[int, ...]] = {"speech": (FEATURES,), "vowels": (3,)}
    return PhoneticAnchor(Config.small().override(settings), SPACE, shapes, {"speech": True, "vowels": True})


def terms(made: PhoneticAnchor, target: list[Item], source: list[Item] | None = None) -> dict[str, Tensor]:
    source = items(8, 0) if source is None else source
    made.begin(StageData({"train": source, "unlabelled": target}, made.collate, 0, torch.device("cpu")))
    torch.manual_seed(1)
    batch = made.collate([*source, *made.target])
    return made.loss(made(batch), batch)


def gradients(made: PhoneticAnchor, target: list[Item]) -> dict[str, Tensor]:
    made.zero_grad()
    torch.stack(list(terms(made, target).values())).sum().backward()
    return {name: p.grad.clone() for name, p in made.named_parameters() if p.grad is not None}


def vowels(seed: int, count: int = 200) -> shared.Vowels:
    generator = torch.Generator().manual_seed(seed)
    numbers = (torch.randint(0, size, (count,), generator=generator) for size in (5, 4))
    return shared.Vowels(random(count, 3, seed=seed).double(), *numbers)


def test_the_commonality_is_the_cosine_of_the_means_and_the_same_from_either_side() -> None:
    one, other = vowels(0), vowels(1)
    found = shared.commonality(one, other, 4)
    torch.testing.assert_close(found, shared.commonality(other, one, 4))
    mean, same = [x.vectors[(x.emotion == 2) & (x.vowel == 2)].mean(0) for x in (one, other)]
    assert float(found[2, 2]) == pytest.approx(float(mean @ same / (mean.norm() * same.norm())))
    without = shared.Vowels(*(x[one.vowel != 4] for x in one))
    assert bool(shared.commonality(without, other, 4)[:, 4].isnan().all())


def test_the_most_alike_vowels_are_anchors_and_those_of_which_nothing_is_known_never() -> None:
    nan = float("nan")
    similarity = torch.tensor([[0.1, 0.9, 0.5, nan, -0.2], [nan, nan, nan, nan, -0.9]])
    assert shared.most_alike(similarity, 2).int().tolist() == [[0, 1, 1, 0, 0], [0, 0, 0, 0, 1]]
    assert not shared.most_alike(similarity, 0).any()


def test_a_speaker_who_is_louder_says_the_same() -> None:
    plain, louder = items(6, 0), items(6, 0)
    for item in louder[1::2]:
        speech = item.inputs["speech"]
        assert speech is not None and item.record.speaker == "s1"
        speech *= 3
        speech += 5
    one, other = (shared.spoken(x, 0.02, 500) for x in (plain, louder))
    torch.testing.assert_close(one.segments, other.segments, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(one.utterances, other.utterances, atol=1e-5, rtol=1e-5)
    frames = np.concatenate([i.inputs["speech"] for i in plain[::2]]).astype(np.float64)
    first = (np.asarray(plain[0].inputs["speech"][3:5]).mean(0) - frames.mean(0)) / frames.std(0)  # type: ignore[index]
    np.testing.assert_allclose(one.segments[1], first, rtol=1e-5)


def test_what_is_said_after_the_longest_frames_is_not_heard() -> None:
    assert shared.spoken(items(2, 0), 0.02, 7).vowel.tolist() == [0, 1, 2] * 2


def test_an_utterance_without_a_label_has_the_emotion_of_the_nearest_mean() -> None:
    known, emotions = torch.eye(4).repeat(2, 1), torch.arange(4).repeat(2)
    emotions[3] = emotions[7] = -1
    assert shared.nearest_emotion(known, emotions, 5 * torch.eye(4)[:3] + 0.1, 4).tolist() == [0, 1, 2]


def test_positives_are_of_the_target_and_the_same_vowel_negatives_are_of_no_anchor() -> None:
    table = torch.tensor([[1, 0, 1, 0, 0], [0, 1, 0, 0, 0]], dtype=torch.bool)
    generator = torch.Generator().manual_seed(0)
    source_vowel, target_vowel = (torch.randint(0, 5, (60,), generator=generator) for _ in range(2))
    emotion = torch.randint(0, 2, (60,), generator=generator)
    may_be = torch.rand(60, 2, generator=generator) < 0.5
    anchor, positive, negative = draw_triplets(table, source_vowel, emotion, target_vowel, may_be)
    assert sorted(anchor.tolist()) == [i for i in range(60) if table[emotion[i], source_vowel[i]]]
    assert torch.equal(target_vowel[positive], source_vowel[anchor])
    assert bool(may_be[positive, emotion[anchor]].all())
    assert not table[emotion[anchor], target_vowel[negative]].any()


def test_a_batch_without_a_target_segment_has_no_triplet() -> None:
    """So that a source segment can never be drawn as a positive."""
    found = draw_triplets(
        torch.ones(1, 5, dtype=torch.bool), torch.tensor([0, 0]), torch.zeros(2, dtype=torch.long),
        torch.zeros(0, dtype=torch.long), torch.zeros(0, 1, dtype=torch.bool),
    )  # fmt: skip
    assert not any(len(part) for part in found)


def test_nothing_is_lost_when_positives_coincide_and_negatives_are_a_margin_away() -> None:
    anchor = random(7, 4)
    away = anchor + 0.2**0.5 * torch.eye(4)[0] * 1.0001
    assert float(anchor_loss(anchor, anchor, away, 0.2)) == 0
    assert float(anchor_loss(anchor, anchor, anchor, 0.2)) == pytest.approx(0.2)
    positive, negative = random(7, 4, seed=1), random(7, 4, seed=2)
    expected = torch.nn.functional.triplet_margin_with_distance_loss(
        anchor, positive, negative, distance_function=lambda x, y: (x - y).square().sum(-1), margin=0.2
    )
    torch.testing.assert_close(anchor_loss(anchor, positive, negative, 0.2), expected)


def test_an_empty_table_costs_exactly_nothing_and_teaches_what_the_source_teaches() -> None:
    made, plain = system(anchors={}, top=0), system(anchor_weight=0.0)
    assert float(terms(made, items(8, 1))["anchor"]) == 0
    one, other = gradients(made, items(8, 1)), gradients(plain, items(8, 1))
    for name, value in other.items():
        assert torch.equal(value, one[name]), name


def test_a_vowel_that_is_in_no_triplet_has_no_influence() -> None:
    """The source's e, o and u are not anchors, and as negatives only target segments are drawn."""
    made = system()
    made.begin(StageData({"train": items(8, 0), "unlabelled": items(8, 1)}, made.collate, 0, torch.device("cpu")))
    batch = made.collate([*items(8, 0), *made.target])
    outputs = made(batch)

    def lost(row: int, frames: slice) -> float:
        moved = outputs.extras["states"].clone()
        moved[row, frames] += random(1, 32, seed=3)
        outputs.extras["states"], before = moved, outputs.extras["states"]
        torch.manual_seed(0)
        value = float(made.anchors(outputs, batch))
        outputs.extras["states"] = before
        return value

    nothing = lost(0, slice(0, 0))
    assert lost(0, slice(3, 5)) == nothing == lost(0, slice(9, 14)), "e, o and u of the source"
    assert lost(0, slice(2, 3)) == nothing, "the frame between two vowels"
    assert lost(0, slice(0, 2)) != nothing != lost(0, slice(6, 8)), "a and i of the source"


def test_labels_of_the_target_are_never_read() -> None:
    one, other = (gradients(system(anchors={}), items(8, 1, labelled)) for labelled in (True, False))
    assert one and all(torch.equal(one[name], other[name]) for name in one)


def test_the_alignment_matters_in_training_only() -> None:
    made, other = system().eval(), items(3, 0, vowels=2)
    whole = made(made.collate(items(3, 0)))
    assert torch.equal(whole.logits, made(made.collate(other)).logits)
    states = whole.extras["states"]
    bounds = shared.frame_bounds(torch.tensor([[[0.0, 0.04], [0.04, 0.08]]]).expand(3, -1, -1), 0.02)
    first, following = made.network.segments(states, *bounds).unbind(1)
    assert float((first - following).abs().max()) > 1e-3
    torch.testing.assert_close(first.norm(dim=1), torch.ones(3))


def test_times_are_the_frames_that_they_fall_into_and_one_at_least() -> None:
    starts, ends = shared.frame_bounds(torch.tensor([[0.36, 0.5], [0.101, 0.103]]), 0.02)
    assert starts.tolist() == [18, 5] and ends.tolist() == [25, 6]


def test_the_network_has_the_sizes_of_the_paper() -> None:
    block = 4 * (256 * 256 + 256) + (256 * 512 + 512 + 512 * 256 + 256) + 4 * 256
    heads = 256 + (256 * 4 + 4) + (256 * 128 + 128)
    assert parameter_count(Network(Config(), 1024, 4)) == (1024 * 256 + 256) + block + heads


def test_a_table_of_unknown_names_and_a_corpus_without_vowels_are_refused() -> None:
    with pytest.raises(Ai4erError, match="none of the vowels a e i o u"):
        system(anchors={"anger": "ax"})
    with pytest.raises(Ai4erError, match="emotion of anchors"):
        system(anchors={"rage": "a"})
    with pytest.raises(Ai4erError, match="no vowel of the target is known"):
        terms(system(anchors={}), items(8, 1, vowels=0))
    assert len(VOWELS) == 5
