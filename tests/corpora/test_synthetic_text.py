"""Generated sentences: words decide, and the classes of the further clauses are correlated with the first."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from ai4er.corpora import open_corpus
from ai4er.corpora._lexicon import CLAUSES, WORDS
from ai4er.labels import label_space
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_text:seed=1").read()


def test_words_tell_the_emotion_of_unseen_authors(records: Records) -> None:
    x = CountVectorizer().fit_transform(records.column("text"))
    y, test = records.column("label").astype(str), records.column("split") == "test"
    model = LogisticRegression(C=10, max_iter=1000).fit(x[~test], y[~test])
    assert model.score(x[test], y[test]) > 0.9


def test_exactly_the_words_of_its_class_are_in_a_sentence(records: Records) -> None:
    for record in records:
        words = set(str(record.text).replace(",", "").split())
        assert {name for name, lexicon in WORDS.items() if words & set(lexicon)} == {record.label}


def test_every_label_is_shown_by_the_text_and_every_clause_is_labelled(records: Records) -> None:
    for record in records:
        shown = {name for name, clauses in CLAUSES.items() if any(clause in str(record.text) for clause in clauses)}
        assert record.labels is not None
        assert set(record.labels) & set(CLAUSES) == shown


def test_no_word_is_in_two_classes() -> None:
    words = [word for lexicon in WORDS.values() for word in lexicon]
    assert len(words) == len(set(words))


def test_labels_depend_on_each_other(records: Records) -> None:
    space = label_space("semeval2018_ec11")
    targets = np.stack([space.target(r) for r in records])
    assert targets.sum(axis=0).min() > 10
    together = np.corrcoef(targets.T)
    assert together[space.index("joy"), space.index("optimism")] > 0.3
    assert together[space.index("sadness"), space.index("pessimism")] > 0.3
