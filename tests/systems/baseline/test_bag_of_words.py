"""Weights and answers are those of scikit-learn's TF-IDF and logistic regression; no text is kept."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.features.base import front_end
from ai4er.features.words import words
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.baseline.bag_of_words import BagOfWords, Config
from ai4er.systems.batch import Item

SPACE, SEVERAL = LABEL_SPACES["common4"], LABEL_SPACES["semeval2018_ec11"]
CLUES = ("furious", "delighted", "ordinary", "crying")
FILLERS = ("the", "cat", "is", "on", "a", "mat", "and", "we", "all", "saw", "it", "there", "with", "friends")


def texts(number: int, seed: int = 0) -> list[str]:
    """Words without meaning around one clue, which stands in a place of its own, some of them twice."""
    generator = np.random.default_rng(seed)
    drawn = [list(generator.choice(FILLERS, 8)) for _ in range(number)]
    return [" ".join([*line[:4], CLUES[i % 4], *line[4:], line[0]]) + "!" * (i % 3) for i, line in enumerate(drawn)]


def items(given: list[str], space: LabelSpace = SPACE) -> list[Item]:
    arrays = front_end("words").extract(given)
    made = []
    for i, (text, array) in enumerate(zip(given, arrays)):
        target = np.int64(i % 4) if space is SPACE else np.eye(11, dtype=np.float32)[i % 4] + np.eye(11)[5] * (i % 2)
        made.append(Item(Record(id=str(i), corpus="made", text=text), {"words": array}, target))  # type: ignore[arg-type]
    return made


def solved(training: list[Item], space: LabelSpace = SPACE, **settings: object) -> BagOfWords:
    made = BagOfWords(Config().override(settings), space, {"words": ()}, {"words": True})
    made.solve(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made.eval()


def logits(made: BagOfWords, given: list[str]) -> torch.Tensor:
    return made(made.collate(items(given))).logits


@pytest.mark.parametrize("pairs", [True, False])
def test_the_answers_are_those_of_scikit_learn(pairs: bool) -> None:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    weigh = TfidfVectorizer(
        tokenizer=words, token_pattern=None, ngram_range=(1, 2 if pairs else 1), min_df=2, sublinear_tf=True
    )
    training, test = texts(80), [*texts(12, seed=1), "nobody knows these", "", "crying"]
    machine = LogisticRegression(class_weight="balanced", max_iter=1000)
    machine.fit(weigh.fit_transform(training), [*range(4)] * 20)
    made = solved(items(training), pairs=pairs)
    assert len(made.known.get_buffer("vocabulary")) == len(weigh.vocabulary_)
    with torch.no_grad():
        found = logits(made, test).softmax(1)
    np.testing.assert_allclose(found, machine.predict_proba(weigh.transform(test)), atol=1e-3)


def test_several_labels_are_as_many_questions() -> None:
    given = texts(80)
    made = solved(items(given, SEVERAL), SEVERAL)
    found = logits(made, given).sigmoid() > 0.5
    assert torch.equal(found[:, :4], torch.eye(4, dtype=torch.bool).repeat(20, 1))
    assert not found[:, [4, 6, 7, 8, 9, 10]].any()  # labels that training did not have


def test_the_order_of_two_words_counts_only_in_pairs() -> None:
    given = ["not good", "good not"] * 10
    pairs, single = solved(items(given)[:20], texts=1), solved(items(given)[:20], texts=1, pairs=False)
    together = logits(single, given[:2])
    torch.testing.assert_close(together[0], together[1])
    found = logits(pairs, given[:2])
    assert not torch.allclose(found[0], found[1])


def test_training_that_cannot_be_learnt_from_is_one_line() -> None:
    with pytest.raises(Ai4erError, match="bag_of_words needs training data of two classes"):
        solved(items(texts(8))[::4])
    with pytest.raises(Ai4erError, match="no word occurs in 50 training texts"):
        solved(items(texts(8)), texts=50)
