"""Entailment is the column of that name, asked for every pair, by any classifier of text pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ai4er.encoders import entailment, save_assets
from ai4er.errors import Ai4erError


def classifier(place: Path, labels: tuple[str, ...]) -> str:
    """A tiny classifier of text pairs on disk."""
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    save_assets("tiny", "text", place)
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    network = BertForSequenceClassification(BertConfig(vocab_size=30_522, id2label=dict(enumerate(labels)), **sizes))
    torch.nn.init.normal_(network.classifier.weight)
    network.save_pretrained(place)
    return str(place)


def test_it_is_the_probability_of_entailment_by_the_pair_alone(tmp_path: Path) -> None:
    from transformers import AutoTokenizer, BertForSequenceClassification

    place = classifier(tmp_path, ("CONTRADICTION", "NEUTRAL", "ENTAILMENT"))
    premises, hypotheses = ["so glad", "we lost it all again today"], ["I am happy.", "I am very sad indeed."]
    found = entailment(place, premises, hypotheses)
    network, prepare = BertForSequenceClassification.from_pretrained(place).eval(), AutoTokenizer.from_pretrained(place)
    for row, premise in zip(found, premises):
        for value, hypothesis in zip(row, hypotheses):
            with torch.no_grad():
                logits = network(**prepare(premise, hypothesis, return_tensors="pt")).logits[0]
            assert value == pytest.approx(float(logits.softmax(0)[2]), abs=1e-5)


def test_the_column_is_found_by_its_name(tmp_path: Path) -> None:
    last = classifier(tmp_path / "last", ("contradiction", "neutral", "entailment"))
    first = classifier(tmp_path / "first", ("entailment", "neutral", "contradiction"))
    given = (["so glad"], ["I am happy.", "I am sad."])
    assert not np.allclose(entailment(last, *given), entailment(first, *given))


def test_a_network_that_knows_no_entailment_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="natural language inference"):
        entailment(classifier(tmp_path, ("joy", "anger")), ["a"], ["b"])


def test_sentence_vectors_stand_in_for_it() -> None:
    found = entailment("minilm", ["I am so happy today", "this makes me angry"], ["happy", "angry"])
    assert found.argmax(1).tolist() == [0, 1] and (found >= 0).all() and (found <= 1).all()
