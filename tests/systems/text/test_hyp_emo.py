"""HypEmo: hyperbolic label trees, weights that teach nothing to the projector, and a plain classifier in use."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn import functional

from ai4er.diagnostics.label_hierarchy import SPACE, TREE, WRONG_TREE, records
from ai4er.errors import Ai4erError
from ai4er.labels import LABEL_SPACES, LabelSpace, label_space
from ai4er.nn.poincare import distance
from ai4er.records import Record
from ai4er.systems.base import StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.text._label_trees import EMPATHETIC_DIALOGUES, GOEMOTIONS, TREES, label_tree
from ai4er.systems.text.hyp_emo import Config, HypEmo, HyperbolicProjector, TextVector

SITUATIONS = (
    "afraid angry annoyed anticipating anxious apprehensive ashamed caring confident content devastated "
    "disappointed disgusted embarrassed excited faithful furious grateful guilty hopeful impressed jealous "
    "joyful lonely nostalgic prepared proud sad sentimental surprised terrified trusting"
)
NOTHING = StageData({}, lambda items: items, 0, torch.device("cpu"))


def build(space: str = "ekman7", **settings: Any) -> HypEmo:
    torch.manual_seed(0)
    system = HypEmo(Config.small().override(settings), label_space(space), {"tokens": ()}, {"tokens": True})
    system.embed_labels(NOTHING)
    return system


def batch_of(system: HypEmo, size: int = 6) -> Batch:
    generator = np.random.default_rng(0)
    items = [
        Item(
            Record(id=str(i), corpus="c"),
            {"tokens": generator.integers(1000, 2000, 4 + i)},
            np.int64(i % system.space.size),  # type: ignore[arg-type]
        )
        for i in range(size)
    ]
    return system.collate(items)


def gradients(term: torch.Tensor, part: torch.nn.Module) -> list[torch.Tensor]:
    found = torch.autograd.grad(term, list(part.parameters()), retain_graph=True, allow_unused=True)
    return [torch.zeros(1) if g is None else g for g in found]


def test_the_weights_teach_nothing_to_the_projector_and_the_hyperbolic_loss_does() -> None:
    system = build().eval()
    batch = batch_of(system)
    terms = system.loss(system(batch), batch)
    assert all((g == 0).all() for g in gradients(terms["weighted_cross_entropy"], system.projector))
    assert all((g == 0).all() for g in gradients(terms["weighted_cross_entropy"], system.decoder))
    assert all((g != 0).any() for g in gradients(terms["alignment"], system.projector))
    assert all((g != 0).any() for g in gradients(terms["decoder"], system.projector))
    assert (gradients(terms["alignment"], system.text_vector)[0] != 0).any(), "it reaches the encoder through z"


def test_without_weights_and_hyperbolic_loss_it_is_alpha_times_cross_entropy() -> None:
    system = build(distance_weight=False, gamma=0.0, alpha=0.7).eval()
    batch = batch_of(system)
    outputs = system(batch)
    total = torch.stack(list(system.loss(outputs, batch).values())).sum()
    torch.testing.assert_close(total, 0.7 * functional.cross_entropy(outputs.logits, batch.targets))


def test_a_text_counts_by_its_distance_from_its_label(monkeypatch: pytest.MonkeyPatch) -> None:
    system = build()
    logits, targets = torch.randn(5, system.space.size), torch.arange(5)
    z = system.projector(torch.randn(5, 32))
    once = system.weighted_cross_entropy(logits, z, targets)
    weights = distance(z.detach().double(), system.label_points[targets])
    each = functional.cross_entropy(logits, targets, reduction="none")
    torch.testing.assert_close(once, (weights.float() * each).mean())
    monkeypatch.setattr("ai4er.systems.text.hyp_emo.distance", lambda u, v: 2 * distance(u, v))
    torch.testing.assert_close(system.weighted_cross_entropy(logits, z, targets), 2 * once)


def test_a_text_on_its_label_counts_nothing_whatever_its_cross_entropy() -> None:
    system = build()
    system.label_points.copy_(system.label_points.float())
    targets = torch.arange(4)
    on_label = system.label_points[targets].float()
    wrong = 100 * functional.one_hot((targets + 1) % 7, 7).float()
    assert system.weighted_cross_entropy(wrong, on_label, targets) == 0


def test_projector_outputs_lie_inside_the_ball_with_coordinates_of_at_least_zero() -> None:
    projector = HyperbolicProjector(768, 100, 0.1)
    z = projector(10 * torch.randn(200, 768, generator=torch.Generator().manual_seed(0)))
    assert z.norm(dim=1).max() <= 0.996 + 1e-6
    assert z.min() >= 0


def test_inference_does_not_use_projector_decoder_or_label_points() -> None:
    system = build().eval()
    batch = batch_of(system)
    before = system(batch).logits
    for part in (*system.projector.parameters(), *system.decoder.parameters(), system.label_points):
        part.data.fill_(torch.nan)
    assert torch.equal(before, system(batch).logits)


def test_the_parts_of_the_published_size_have_the_published_number_of_weights() -> None:
    projector, decoder = HyperbolicProjector(768, 100, 0.1), torch.nn.Linear(100, 27)
    assert parameter_count(projector) + parameter_count(decoder) == 79_627
    assert parameter_count(TextVector(768, 0.1)) + parameter_count(torch.nn.Linear(768, 27)) == 611_355


def test_two_optimisers_share_all_weights_and_only_the_projector_has_its_rate_halved() -> None:
    system = build(projector_halving=10)
    text, ball = system.stages()[0].optimise(100)
    held = [id(p) for one in (text, ball) for group in one.optimiser.param_groups for p in group["params"]]
    assert sorted(held) == sorted(map(id, system.parameters()))
    assert text.schedule is None
    ball.optimiser.step()
    for _ in range(25):
        ball.schedule.step()
    assert ball.optimiser.param_groups[0]["lr"] == pytest.approx(0.01 / 4)
    assert Config().learning_rate == 1e-5


def test_the_labels_are_embedded_the_same_way_whatever_the_seed_of_the_run() -> None:
    first = build().label_points.clone()
    torch.manual_seed(5)
    again = HypEmo(Config.small(), label_space("ekman7"), {"tokens": ()}, {"tokens": True})
    again.embed_labels(StageData({}, lambda items: items, 9, torch.device("cpu")))
    assert torch.equal(first, again.label_points)
    assert first.norm(dim=1).min() > 0.5


def test_classes_of_one_branch_are_closer_than_those_of_different_branches() -> None:
    points, space = build("goemotions27", tree_epochs=300).label_points, label_space("goemotions27")
    away = distance(points[:, None], points[None])
    negative = [space.index(name) for name in GOEMOTIONS["semi-negative"]["negative"]]
    positive = [space.index(name) for name in GOEMOTIONS["semi-positive"]["positive"]]
    inside = away[negative][:, negative].sum() / (len(negative) * (len(negative) - 1))
    assert inside < away[negative][:, positive].mean()


def test_goemotions_has_the_published_tree() -> None:
    found = label_tree("auto", label_space("goemotions27"))
    above = {name: [found.nodes[a] for a in found.ancestors[i]] for i, name in enumerate(found.nodes)}
    assert len(found.nodes) == 27 + 5
    assert above["joy"] == ["semi-positive", "positive"]
    assert above["realization"] == ["ambiguous"]
    assert above["remorse"] == ["semi-negative", "negative"]
    assert [found.nodes[c] for c in found.classes] == list(label_space("goemotions27").names)


def leaves(tree: Mapping[str, Any]) -> list[str]:
    return [name for node, below in tree.items() for name in (node, *leaves(below))]


def test_the_tree_of_the_32_situations_holds_every_label() -> None:
    labels = SITUATIONS.split()
    assert set(labels) <= set(leaves(EMPATHETIC_DIALOGUES))
    assert len(labels) == 32
    found = label_tree("auto", LabelSpace(name="hard_a", kind="single", names=("anxious", "afraid", "terrified")))
    assert len(found.nodes) == len(leaves(EMPATHETIC_DIALOGUES)), "a part of the classes keeps the whole tree"


@pytest.mark.parametrize(
    "name", ["ekman7", "ekman6", "meld7", "meld3", "emorynlp7", "dailydialog7", "iemocap6", "common4"]
)
def test_ekman_like_spaces_have_a_tree_by_valence(name: str) -> None:
    found, space = label_tree("auto", LABEL_SPACES[name]), LABEL_SPACES[name]
    assert [found.nodes[c] for c in found.classes] == list(space.names)


def test_a_space_without_a_tree_is_an_error_that_names_the_setting() -> None:
    space = LabelSpace(name="odd", kind="single", names=("joy", "bliss"))
    for tree in ("auto", "goemotions", {"joy": {}}):
        with pytest.raises(Ai4erError, match=r"setting tree=.*bliss of odd.*nested mapping"):
            label_tree(tree, space)
    with pytest.raises(Ai4erError, match="did you mean 'valence'"):
        label_tree("valance", space)
    with pytest.raises(Ai4erError, match="'joy' is there twice"):
        label_tree({"good": {"joy": {}}, "bad": {"joy": {}}, "bliss": {}}, space)
    with pytest.raises(Ai4erError, match="good/joy must lead to a mapping"):
        label_tree({"good": {"joy": "bliss"}}, space)
    assert label_tree({"good": {"joy": {}, "bliss": {}}}, space).classes == (1, 2)


def test_no_tree_names_a_node_twice() -> None:
    for tree in TREES.values():
        assert len(leaves(tree)) == len(set(leaves(tree)))


def test_the_card_gives_the_diagnostic_the_tree_that_makes_its_texts() -> None:
    diagnostic = HypEmo.card.diagnostic
    assert diagnostic is not None
    assert diagnostic.settings["tree"] == TREE
    assert set(SPACE.names) <= set(leaves(TREE)) == set(leaves(WRONG_TREE))


def test_a_branch_word_is_trained_with_two_of_its_four_classes_and_tested_with_all() -> None:
    seen: dict[str, dict[str, set[str | None]]] = {"train": {}, "test": {}}
    for record in records(0):
        for word in (record.text or "").split():
            seen[record.split].setdefault(word, set()).add(record.label)
    branch_words = [word for word, labels in seen["train"].items() if len({str(n).split()[1] for n in labels}) == 1]
    told = [word for word in branch_words if len(seen["test"].get(word, ())) > 2]
    assert len(told) > 16
    assert all(len(seen["train"][word]) <= 2 for word in told)
