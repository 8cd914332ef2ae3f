"""Generated conversations: half of the turns are understood from their context only, and then completely."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from ai4er.corpora import open_corpus
from ai4er.corpora._lexicon import WORDS
from ai4er.corpora.synthetic_dialogue import ECHOES, LEXICON, PERSISTENCES
from ai4er.records import Records


@pytest.fixture(scope="module")
def records() -> Records:
    return open_corpus("synthetic_dialogue:seed=1").read()


def test_words_alone_tell_own_turns_but_no_others(records: Records) -> None:
    x = CountVectorizer().fit_transform(records.column("text"))
    y, test = records.column("label").astype(str), records.column("split") == "test"
    right = LogisticRegression(C=10, max_iter=1000).fit(x[~test], y[~test]).predict(x[test]) == y[test]
    own = np.array([r.attributes["kind"] == "own" for r in records])[test]
    assert 0.4 < own.mean() < 0.75
    assert right[own].mean() > 0.85
    assert right[~own].mean() < 0.4


def test_words_and_context_decide_every_turn(records: Records) -> None:
    word_class = {word: label for label, words in WORDS.items() for word in words}
    meld = {name: label for label, name in LEXICON.items()}
    before: dict[str, str] = {}
    own: dict[tuple[str, str], str] = {}
    for record in records:
        text = str(record.text)
        if text in ECHOES:
            found = before[record.dialogue]
        elif text in PERSISTENCES:
            found = own[record.dialogue, record.speaker]
        else:
            named = next(word_class[word] for word in text.split() if word in word_class)
            found = meld.get(named, named)
        assert found == record.label
        before[record.dialogue] = own[record.dialogue, record.speaker] = found


def test_dialogues_have_four_to_nine_turns_and_two_or_three_speakers_of_one_group(records: Records) -> None:
    dialogues = defaultdict(list)
    for record in records:
        dialogues[record.dialogue].append(record)
    assert len(dialogues) == 80
    for turns in dialogues.values():
        assert 4 <= len(turns) <= 9
        assert [r.turn for r in turns] == list(range(len(turns)))
        assert 2 <= len({r.speaker for r in turns}) <= 3
        assert len({r.session for r in turns}) == len({r.split for r in turns}) == 1
        assert all(one.speaker != other.speaker for one, other in pairwise(turns))
    assert set(Counter(len({r.speaker for r in turns}) for turns in dialogues.values())) == {2, 3}
