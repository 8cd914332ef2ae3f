"""Only adapters and the output layer learn and are stored; rare labels and thresholds are what they are said to be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch.nn import functional

from ai4er.encoders import pretrained
from ai4er.encoders.token_ids import TokenIds
from ai4er.evaluation.class_metrics import macro_f1
from ai4er.labels import LABEL_SPACES, LabelSpace
from ai4er.prediction.predict import predict
from ai4er.prediction.recognizer import Recognizer
from ai4er.records import Record, Records
from ai4er.systems.base import Outputs, StageData
from ai4er.systems.baseline.language_model import Config, LanguageModel, rarity_weights
from ai4er.systems.batch import Item
from ai4er.training.fit import fit
from ai4er.training.options import Options

SINGLE, MULTI = LABEL_SPACES["common4"], LABEL_SPACES["semeval2018_ec11"]
CLUES = ("furious", "delighted", "ordinary", "crying")
TEXTS = ("they were {} that day", "{}", "nobody knew how {} it was, and so we left", "is it {}?")


def items(number: int, space: LabelSpace = SINGLE, rare: int = 0) -> list[Item]:
    """Texts with one clue each; with `rare`, only every so many-th one has the last clue."""
    made = []
    for i in range(number):
        place = i % 4 if not rare else (3 if i % rare == 0 else i % 3)
        text = TEXTS[i // 4 % 4].format(CLUES[place])
        target = np.int64(place) if space.kind == "single" else np.eye(space.size, dtype=np.float32)[place]
        tokens = TokenIds(encoder="tiny", max_length=48).extract([text])[0]
        made.append(Item(Record(id=str(i), corpus="made", text=text), {"tokens": tokens}, target))  # type: ignore[arg-type]
    return made


def build(space: LabelSpace = SINGLE, **settings: Any) -> LanguageModel:
    torch.manual_seed(0)
    return LanguageModel(Config.small().override(settings), space, {"tokens": ()}, {"tokens": True})


def prepared(space: LabelSpace, training: list[Item], **settings: Any) -> LanguageModel:
    made = build(space, **settings)
    made.prepare(StageData({"train": training}, made.collate, 0, torch.device("cpu")))
    return made


@pytest.mark.parametrize("pooling", ["mean", "first"])
def test_before_training_the_vector_is_that_of_the_pretrained_network(pooling: str) -> None:
    made = build(pooling=pooling)
    plain = pretrained("tiny", "text")
    for item in items(5):
        states = plain(input_ids=torch.from_numpy(np.asarray(item.inputs["tokens"]))[None]).last_hidden_state[0]
        expected = states.mean(0) if pooling == "mean" else states[0]
        torch.testing.assert_close(made.pooled(made.collate([item]))[0], expected)


def test_what_is_stored_is_a_small_part_of_the_network_and_gives_the_same_answers(tmp_path: Path) -> None:
    made, training = build(epochs=1), items(32)
    fit(made, {"train": training}, Options(device="cpu"))
    folder = Recognizer.of(made, {"corpus": "made"}, temperature=1.5).save(tmp_path / "kept", half=True)
    stored = load_file(folder / "model.safetensors")
    assert not any("word_embeddings" in name or name.endswith("dense.weight") for name in stored)
    assert sum(v.numel() for v in stored.values()) < 0.02 * sum(
        p.numel() for p in pretrained("tiny", "text").parameters()
    )
    assert not (folder / "encoder").exists()
    assert json.loads((folder / "config.json").read_text())["config"]["encoder"] == "tiny"
    loaded = Recognizer.load(folder)
    records = Records(item.record for item in training)
    found = loaded.predict(records).scores
    np.testing.assert_allclose(found, Recognizer.of(made, {}, 1.5).predict(records).scores, atol=2e-3)
    assert (found.max(1) <= predict(loaded.system, training).scores.max(1)).all()  # the temperature makes it less sure
    again = Recognizer.load(loaded.save(tmp_path / "again"))
    np.testing.assert_array_equal(again.predict(records).scores, found)


def test_statistics_that_half_precision_cannot_hold_are_stored_as_they_are(tmp_path: Path) -> None:
    made = prepared(SINGLE, items(16))
    made.standardise.deviation[3] = 2.4e-9  # MiniLM has such a feature
    loaded = Recognizer.load(Recognizer.of(made).save(tmp_path / "kept", half=True)).system
    assert torch.equal(loaded.state_dict()["standardise.deviation"], made.standardise.deviation)
    assert np.isfinite(predict(loaded, items(4)).scores).all()


def test_training_leaves_the_pretrained_weights_as_they_are() -> None:
    made = build(epochs=1)
    fit(made, {"train": items(16)}, Options(device="cpu"))
    plain = pretrained("tiny", "text")
    layer: Any = made.encoder.encoder.layer[1].output.dense
    assert torch.equal(layer.weight, plain.encoder.layer[1].output.dense.weight)
    assert not torch.equal(layer.merged, layer.weight)


def test_the_biases_start_at_the_frequencies_of_the_labels() -> None:
    made = prepared(MULTI, items(40, MULTI))
    shares = made.output.bias.sigmoid()
    torch.testing.assert_close(shares[:4], torch.full((4,), 0.25))
    assert (shares[4:] < 1e-3).all()


@pytest.mark.parametrize("space", [SINGLE, MULTI], ids=lambda space: space.kind)
def test_the_loss_sees_the_frequencies_that_are_drawn_and_the_answer_those_of_the_corpus(space: LabelSpace) -> None:
    training = items(200, space, rare=50)
    made = prepared(space, training, rarity=1.0)
    link = torch.sigmoid if space.kind == "multi" else (lambda logits: logits.softmax(-1))
    logits = made.output.bias.detach()
    assert link(logits)[3] == pytest.approx(0.02, abs=0.002)
    assert link(logits + made.drawn)[:4].tolist() == pytest.approx([0.25] * 4, abs=0.01)
    batch = made.collate(training[:3])
    (loss,) = made.loss(Outputs(logits=logits.expand(3, -1)), batch).values()
    moved = (logits + made.drawn).expand(3, -1)
    cross = functional.cross_entropy if space.kind == "single" else functional.binary_cross_entropy_with_logits
    torch.testing.assert_close(loss, cross(moved, batch.targets))


def test_rare_labels_are_drawn_more_often_in_batches_of_similar_length() -> None:
    training = items(400, rare=50)
    made = build(rarity=1.0, batch_size=10)
    batches = made.sampler(training, np.random.default_rng(0))
    assert len(batches) == 40 and {len(batch) for batch in batches} == {10}
    drawn = [int(training[i].target) for batch in batches for i in batch]  # type: ignore[arg-type]
    assert np.mean([place == 3 for place in drawn]) > 0.1  # 0.02 of all texts
    for batch in batches:
        assert np.ptp([len(np.asarray(training[i].inputs["tokens"])) for i in batch]) <= 6


def test_a_text_counts_as_much_as_the_rarest_of_its_labels() -> None:
    sets = np.array([[1, 0, 0], [1, 0, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]], np.float32)
    np.testing.assert_allclose(rarity_weights(sets, 0.5), [0.5, 0.5, 1.0, 0.5, 5**-0.5])
    assert (rarity_weights(sets, 0.0) == 1).all()


def test_thresholds_are_chosen_on_the_validation_part_and_kept_with_the_best_epoch() -> None:
    made, valid = prepared(MULTI, items(40, MULTI)), items(24, MULTI)
    assert (made.thresholds() == 0.5).all()
    with torch.no_grad():
        made.output.weight.mul_(0.1)
    value = made.eval().macro_f1_at_thresholds([made.collate(valid)])
    targets, scores = np.stack([np.asarray(item.target) for item in valid]), predict(made, valid).scores
    assert value == pytest.approx(macro_f1(targets[:, :4], scores[:, :4] >= made.thresholds()[:4]))
    assert value >= macro_f1(targets[:, :4], scores[:, :4] >= 0.5)
    kept = Recognizer.of(made, {}, temperature=2.0).thresholds
    logits = np.log(made.thresholds() / (1 - made.thresholds()))
    np.testing.assert_allclose(list(kept.values()), 1 / (1 + np.exp(-logits / 2)))  # decisions stay the same
