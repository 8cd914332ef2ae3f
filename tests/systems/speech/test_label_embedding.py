"""Label encoding: what the sheet says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ai4er.errors import Ai4erError
from ai4er.labels import LabelSpace, label_space
from ai4er.records import Record
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.label_embedding import Config, LabelEmbedding, canonical

FOUR = label_space("common4")
TABLE = "anger 3 0 0 1\nhappiness 0 2 0 1\nneutral 0 0 1 1\nsadness -1 0 0 1\nfear -1 0 -1 1\ncurious 0 1 1 1\n"


def system(folder: Path | None = None, space: LabelSpace = FOUR, votes: tuple[str, ...] = (), **changes: Any) -> Any:
    """A system that has read its words: of a small table, or of MiniLM."""
    torch.manual_seed(0)
    if folder is not None:
        (folder / "words.txt").write_text(TABLE, encoding="utf-8")
        changes = {"words": str(folder / "words.txt"), "word_features": 4, **changes}
    made = LabelEmbedding(Config.small().override(changes), space, {"speech": (20,)}, {"speech": True})
    made.embed(StageData({"train": [item("anger", votes)]}, made.collate, 0, torch.device("cpu")))
    return made


def item(label: str | None, votes: tuple[str, ...] = ()) -> Item:
    target = None if label is None else np.int64(FOUR.index(label))
    frames = np.random.default_rng(0).standard_normal((12, 20)).astype(np.float32)
    return Item(Record(id="a", corpus="made", label=label, votes=votes), {"speech": frames}, target)  # type: ignore[arg-type]


def loss(made: LabelEmbedding, point: torch.Tensor, batch: Batch) -> float:
    outputs = Outputs(logits=point @ made.prototypes.T, embedding=torch.nn.functional.normalize(point, dim=1))
    return float(sum(made.loss(outputs, batch).values()))


def test_no_weight_depends_on_the_classes_and_a_fifth_is_told_without_training(tmp_path: Path) -> None:
    four = system(tmp_path)
    five = LabelSpace(name="five", kind="single", names=(*FOUR.names, "fear"), source="made")
    more = system(tmp_path, space=five)
    assert parameter_count(four) == parameter_count(more)
    more.load_state_dict({**more.state_dict(), **dict(four.named_parameters())})
    batch = four.collate([item("anger")])
    assert more.eval()(batch).logits.shape == (1, 5)
    points = more.centred(torch.stack([more.embedded([name])[name] for name in five.names]))
    assert (points @ more.prototypes.T).argmax(1).tolist() == list(range(5))


def test_the_loss_is_none_along_the_target_and_two_against_it(tmp_path: Path) -> None:
    made = system(tmp_path)
    batch = made.collate([item("sadness")])
    target = made.prototypes[[FOUR.index("sadness")]]
    for factor, wanted in ((1.0, 0.0), (7.0, 0.0), (-2.0, 2.0)):
        assert loss(made, factor * target, batch) == pytest.approx(wanted, abs=1e-6)


def test_the_squared_objective_is_the_distance_of_unit_vectors(tmp_path: Path) -> None:
    made = system(tmp_path, objective="squared")
    batch, point = made.collate([item("anger")]), torch.randn(1, 4)
    unit = torch.nn.functional.normalize(point, dim=1)
    wanted = (unit - made.prototypes[FOUR.index("anger")]).square().sum()
    assert loss(made, point, batch) == pytest.approx(float(wanted), rel=1e-5)


def test_annotators_words_are_added_up(tmp_path: Path) -> None:
    votes = ("curious", "happy", "sad")
    made = system(tmp_path, votes=votes, targets="votes")

    def words(*said: str) -> torch.Tensor:
        found: torch.Tensor = made.collate([item("anger", said)]).extras["words"][0]
        return found

    torch.testing.assert_close(words("curious", "curious"), words("curious"))
    both = words("curious", "sad")
    one, other = made.vectors["curious"], made.vectors["sadness"]
    torch.testing.assert_close(both @ one, both @ other)
    assert float(both.norm()) < 1 and float(words("sad").norm()) == pytest.approx(1)


def test_words_without_a_vector_are_left_out(tmp_path: Path) -> None:
    made = system(tmp_path, votes=("curious", "flabbergasted"), targets="votes")
    known, mixed, unknown = (
        made.collate([item("anger", votes)])
        for votes in (("curious",), ("curious", "flabbergasted"), ("flabbergasted",))
    )
    torch.testing.assert_close(mixed.extras["words"], known.extras["words"])
    assert loss(made, torch.randn(1, 4), unknown) == 0
    two = made.collate([item("anger", ("curious",)), item("anger", ("flabbergasted",))])
    point = torch.randn(2, 4)
    assert loss(made, point, two) == pytest.approx(loss(made, point[:1], known), rel=1e-5)


def test_agreement_weighs_the_loss(tmp_path: Path) -> None:
    votes = ("curious", "sad")
    made = system(tmp_path, votes=votes, targets="votes", agreement=True)
    batch, point = made.collate([item("anger", ("curious",)), item("anger", votes)]), torch.randn(2, 4)
    single = [
        loss(made, point[i : i + 1], made.collate([one]))
        for i, one in enumerate((item("anger", ("curious",)), item("anger", votes)))
    ]
    weights = batch.extras["words"].norm(dim=1)
    assert loss(made, point, batch) == pytest.approx(float((weights @ torch.tensor(single)) / weights.sum()), rel=1e-4)


def test_a_near_synonym_costs_less_than_another_emotion() -> None:
    made = system(words="minilm", word_features=384)
    for label, near, far in (("anger", "furious", "joyful"), ("happiness", "cheerful", "outraged"),
                             ("sadness", "gloomy", "delighted")):  # fmt: skip
        batch = made.collate([item(label)])
        losses = [loss(made, made.centred(made.embedded([word])[word])[None], batch) for word in (near, far)]
        assert losses[0] + 0.2 < losses[1], label


def test_any_words_are_ranked(tmp_path: Path) -> None:
    made = system(tmp_path)
    point = made.centred(made.embedded(["curious"])["curious"])[None]
    (found,) = made.nearest(Outputs(embedding=point), ["anger", "curious", "flabbergasted"])
    assert found == ["curious", "anger"]


def test_words_are_never_trained(tmp_path: Path) -> None:
    made = system(tmp_path).train()
    before = made.prototypes.clone()
    batch = made.collate([item("anger"), item("sadness")])
    (plan,) = made.stages()[0].optimise(1)
    made.step(batch, made.stages()[0], [plan.optimiser], torch.Tensor.backward)
    assert torch.equal(made.prototypes, before) and not made.prototypes.requires_grad


def test_forms_of_a_word() -> None:
    assert [canonical(word) for word in ("Angry", " sad.", "Very_curious!")] == ["anger", "sadness", "very curious"]


def test_words_that_do_not_fit_are_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(Ai4erError, match="set word_features"):
        system(tmp_path, word_features=5)
    strange = LabelSpace(name="two", kind="single", names=("anger", "boredom"), source="made")
    with pytest.raises(Ai4erError, match="no word for boredom"):
        system(tmp_path, space=strange)
    with pytest.raises(Ai4erError, match="reads samples with an encoder"):
        system(encoder="tiny")
