"""Zero-shot prototypes: nothing leaks from the unseen emotions, and their words and the seen speech decide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.records import Record
from ai4er.systems.adaptation._feature_generators import LinearGenerator, class_means, ridge
from ai4er.systems.adaptation.zero_shot_prototypes import Config, Learnt, ZeroShotPrototypes, best_factor
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item

SPACE = LABEL_SPACES["common4"]
WORDS, FEATURES, SEEN = 6, 10, 8
SMALL = Config.small()


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def speech(words: Tensor, each: int, noise: float, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Features whose class means are one linear image of the words, and their classes."""
    labels = torch.arange(len(words)).repeat_interleave(each)
    sound = random(WORDS, FEATURES, seed=99)
    return words[labels] @ sound + noise * random(len(labels), FEATURES, seed=seed), labels


def learnt(x: Tensor, labels: Tensor, words: Tensor, factor: float = 1.0, **changes: Any) -> Learnt:
    torch.manual_seed(0)
    return Learnt.of(x, labels, words, SMALL.override(changes), factor)


def test_both_forms_of_the_ridge_are_those_of_the_library() -> None:
    from sklearn.linear_model import Ridge

    for items, inputs in ((30, 5), (5, 30)):
        x, y = random(items, inputs), random(items, 3, seed=1)
        expected = Ridge(alpha=2.0, fit_intercept=False).fit(x.numpy(), y.numpy()).coef_.T
        np.testing.assert_allclose(ridge(x, y, 2.0), expected, atol=1e-8)


def test_speech_that_is_an_exact_image_of_the_words_leaves_the_prototypes_as_they_are() -> None:
    words = random(SEEN, WORDS)
    found = learnt(*speech(words, 5, 0.0), words, factor=1e-9)
    torch.testing.assert_close(found.rebuilt, words, atol=1e-6, rtol=0)
    unseen = random(2, WORDS, seed=5)
    torch.testing.assert_close(found.prototypes(unseen), unseen, atol=1e-5, rtol=0)


def test_rebuilt_prototypes_depend_on_who_says_what_and_original_ones_do_not() -> None:
    words, unseen = random(SEEN, WORDS), random(2, WORDS, seed=5)
    x, labels = speech(words, 5, 0.5)
    permuted = (labels + 1) % SEEN
    one, other = learnt(x, labels, words), learnt(x, permuted, words)
    assert float((one.rebuilt - other.rebuilt).abs().max()) > 0.1
    assert float((one.prototypes(unseen) - other.prototypes(unseen)).abs().max()) > 0.1
    one, other = (learnt(x, y, words, rebuilt=0.0) for y in (labels, permuted))
    assert torch.equal(one.rebuilt, words) and torch.equal(other.rebuilt, words)
    assert torch.equal(one.prototypes(unseen), other.prototypes(unseen))


def test_an_unseen_prototype_is_made_of_the_seen_ones_by_the_weights_of_its_word() -> None:
    words, unseen = random(SEEN, WORDS), random(2, WORDS, seed=5)
    x, labels = speech(words, 5, 0.5)
    found = learnt(x, labels, words, factor=0.5)
    weights = torch.linalg.solve(words @ words.T + 0.5 * torch.eye(SEEN), words @ unseen.T)
    torch.testing.assert_close(found.rebuilt, class_means(x @ ridge(x, words[labels], 0.5), labels))
    torch.testing.assert_close(found.prototypes(unseen), weights.T @ found.rebuilt)
    half = learnt(x, labels, words, factor=0.5, rebuilt=0.5)
    torch.testing.assert_close(half.prototypes(unseen), (unseen + weights.T @ found.rebuilt) / 2)


def test_generated_features_have_the_mean_of_the_prototype_and_the_spread_of_the_classes() -> None:
    words = random(SEEN, WORDS)
    x, labels = speech(words, 300, 1.0)
    x = x * torch.linspace(0.5, 2, FEATURES)
    generator = LinearGenerator(x, labels, words, 1.0, 0.0)
    torch.manual_seed(0)
    prototype = random(1, WORDS, seed=7)
    drawn = generator.draw(prototype.expand(20_000, -1))
    error = (drawn.mean(0) - prototype[0] @ generator.weight) / (drawn.std(0) / 20_000**0.5)
    assert float(error.abs().max()) < 3.5
    apart = x - class_means(x, labels)[labels]
    within = apart.T @ apart / len(x)
    assert float((torch.cov(drawn.T) - within).norm() / within.norm()) < 0.05
    shrunk = LinearGenerator(x, labels, words, 1.0, 0.1).noise
    sphere = within.diagonal().mean() * torch.eye(FEATURES)
    torch.testing.assert_close(shrunk @ shrunk.T, 0.9 * within + 0.1 * sphere)


def test_generated_features_stay_in_the_range_of_the_seen_ones() -> None:
    words = random(SEEN, WORDS)
    x, labels = speech(words, 5, 1.0)
    drawn, _ = learnt(x, labels, words, samples=500).generated(10 * random(3, WORDS, seed=5))
    assert bool((drawn >= x.amin(0)).all() and (drawn <= x.amax(0)).all())
    assert bool((drawn == x.amax(0)).any())


@pytest.mark.parametrize("decision", ["machine", "softmax", "nearest_mean", "nearest_prototype"])
def test_unseen_pairs_are_told_apart_by_their_words_and_mixed_up_with_them(decision: str) -> None:
    words, unseen = random(SEEN, WORDS), random(2, WORDS, seed=5)
    found = learnt(*speech(words, 20, 0.3), words, factor=0.1, decision=decision)
    x, labels = speech(unseen, 50, 0.3, seed=8)
    for order, right in (([0, 1], True), ([1, 0], False)):
        torch.manual_seed(0)
        weight, bias = found.classifier(unseen[order])
        share = float(((x @ weight.T + bias).argmax(1) == labels).double().mean())
        assert share > 0.9 if right else share < 0.1


def test_an_autoencoder_generates_what_lies_between_the_seen_words_too() -> None:
    words, unseen = random(SEEN, WORDS), random(SEEN, WORDS)[[0, 2]] / 2 + random(SEEN, WORDS)[[1, 3]] / 2
    found = learnt(*speech(words, 40, 0.3), words, generator="autoencoder", epochs=60, rate=3e-3, hidden=64, latent=8)
    x, labels = speech(unseen, 50, 0.3, seed=8)
    weight, bias = found.classifier(unseen)
    assert float(((x @ weight.T + bias).argmax(1) == labels).double().mean()) > 0.9


def test_the_chosen_factor_predicts_an_emotion_that_is_left_out_best() -> None:
    words = random(SEEN, WORDS)
    x, labels = speech(words, 5, 0.0)
    assert best_factor(x, labels, words, SMALL) == min(SMALL.factors), "an exact image needs no penalty"
    noise = 3 * random(len(x), FEATURES, seed=3)
    assert best_factor(noise, labels, words, SMALL) == max(SMALL.factors), "nothing is known of noise"


def test_other_words_need_no_new_learning() -> None:
    """Stages 1 to 3 are the same object; only the classes change."""
    words = random(SEEN, WORDS)
    found = learnt(*speech(words, 5, 0.5), words)
    before = (found.alignment.clone(), found.rebuilt.clone())
    sizes = [len(found.classifier(random(count, WORDS, seed=count))[1]) for count in (2, 3)]
    assert sizes == [2, 3]
    assert torch.equal(found.alignment, before[0]) and torch.equal(found.rebuilt, before[1])


def items(labels: list[int], seed: int = 0) -> list[Item]:
    generator = np.random.default_rng(seed)
    return [
        Item(
            Record(id=f"{seed}-{i}", corpus="here"),
            {"features": (np.eye(FEATURES)[label] + generator.standard_normal(FEATURES)).astype(np.float32)},
            np.int64(label),  # type: ignore[arg-type]
        )
        for i, label in enumerate(labels)
    ]


def solved(train: list[Item], space: LabelSpace = SPACE, **roles: list[Item]) -> ZeroShotPrototypes:
    made = ZeroShotPrototypes(SMALL, space, {"features": (FEATURES,)}, {"features": False})
    made.solve(StageData({"train": train, **roles}, made.collate, 0, torch.device("cpu")))
    return made


def test_nothing_but_the_training_part_has_an_influence() -> None:
    train = items([0, 1] * 20)
    one, other = solved(train), solved(train, valid=items([0, 1]), unlabelled=items([2, 3], 5), test=items([2, 3], 6))
    for name, value in one.state_dict().items():
        assert torch.equal(value, other.state_dict()[name]), name


def test_only_unseen_emotions_are_said_and_all_of_them_where_none_is_unseen() -> None:
    made = solved(items([0, 1] * 20))
    batch = made.collate(items([0, 1, 2, 3] * 10, 1))
    assert set(made(batch).logits.argmax(1).tolist()) <= {2, 3}
    assert set(solved(items([0, 1, 2, 3] * 20))(batch).logits.argmax(1).tolist()) > {2, 3}


def test_too_few_emotions_and_words_without_a_vector_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="1 emotions are seen and 3 to be told apart"):
        solved(items([0] * 10))
    with pytest.raises(Ai4erError, match="3 emotions are seen and 1 to be told apart"):
        solved(items([0, 1, 2] * 10))
    file = tmp_path / "words.txt"
    file.write_text("anger 1 0\nneutral 0 1\n")
    made = ZeroShotPrototypes(SMALL.override({"words": str(file)}), SPACE, {"features": (2,)}, {"features": False})
    with pytest.raises(Ai4erError, match="has no word for happiness, sadness"):
        made.words(SPACE.names)
    with pytest.raises(Ai4erError, match="one vector for each recording"):
        ZeroShotPrototypes(SMALL, SPACE, {"features": (2,)}, {"features": True})
