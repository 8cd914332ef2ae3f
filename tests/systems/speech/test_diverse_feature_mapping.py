"""Mappings, their tasks, the routing of languages and the fusion are what the sheet says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, label_space
from ai4er.losses.known_cross_entropy import known_cross_entropy
from ai4er.records import Record
from ai4er.systems.base import Outputs, StageData, parameter_count
from ai4er.systems.batch import Batch, Item
from ai4er.systems.speech.diverse_feature_mapping import Config, DiverseFeatureMapping, Network

SPACE = label_space("common4")
LANGUAGES = ("de", "en", "it")


def items(count: int = 12, genders: bool = True) -> list[Item]:
    generator = np.random.default_rng(0)
    found = []
    for i in range(count):
        gender = {"gender": ("female", "male")[i % 2]} if genders else {}
        record = Record(
            id=str(i), corpus="made", label=SPACE.names[i % 4], language=LANGUAGES[i % 3], attributes=gender
        )
        x = generator.standard_normal((7 + i, 5, 6)).astype(np.float32)
        found.append(Item(record, {"speech": x}, SPACE.target(record)))
    return found


def system(given: list[Item] | None = None, **changes: Any) -> DiverseFeatureMapping:
    torch.manual_seed(0)
    config = Config(**{"dim": 8, "hidden": 4, "head": 8, "dropout": 0.0, **changes})
    made = DiverseFeatureMapping(config, SPACE, {"speech": (5, 6)}, {"speech": True})
    made.begin(StageData({"train": given or items()}, made.collate, 0, torch.device("cpu")))
    return made


def terms(made: DiverseFeatureMapping, given: list[Item]) -> tuple[dict[str, Tensor], Outputs, Batch]:
    batch = made.collate(given)
    outputs = made(batch)
    return made.loss(outputs, batch), outputs, batch


def test_an_item_trains_the_classifier_of_its_own_language_alone() -> None:
    made, given = system(), items()
    german = [item for item in given if item.record.language == "de"]
    terms(made, german)[0]["language"].backward()
    gradient = made.network.tasks.heads["language"].weight.grad
    assert isinstance(gradient, Tensor)
    by_language = gradient.unflatten(0, (4, 4))
    assert bool(by_language[0].any()) and not by_language[1:].any()


def test_the_languages_of_a_batch_change_no_answer() -> None:
    made, given = system().eval(), items()
    renamed = [
        Item(item.record.replace(language="", attributes={}), item.inputs, item.target) for item in reversed(given)
    ]
    torch.testing.assert_close(made(made.collate(given)).logits, made(made.collate(renamed)).logits.flip(0))


def test_the_weights_of_the_fusion_are_an_utterances_own_and_sum_to_1() -> None:
    made = system().eval()
    outputs = made(made.collate(items()))
    weights, z = outputs.attention, outputs.extras["z"]
    assert weights is not None and weights.shape == (12, 3) and bool((weights >= 0).all())
    torch.testing.assert_close(weights.sum(1), torch.ones(12))
    assert len(torch.unique(weights[:, 0])) == 12
    gate = made.network.fusion.gate
    assert gate is not None and outputs.embedding is not None
    scores = torch.stack([(torch.tanh(z[:, m] @ gate.hidden.weight.T + gate.hidden.bias) @ gate.score.weight.T)[:, 0]
                          for m in range(3)], 1)  # fmt: skip
    torch.testing.assert_close(weights, scores.softmax(1))
    torch.testing.assert_close(outputs.embedding, sum(weights[:, m, None] * z[:, m] for m in range(3)))


@pytest.mark.parametrize("place", range(3))
def test_a_gate_that_lets_one_mapping_through_is_a_system_of_that_mapping(
    place: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = system().eval()
    name = made.config.mappings[place]
    alone = system(mappings=(name,)).eval()
    kept = {key: value for key, value in made.state_dict().items() if key in alone.state_dict()}
    alone.load_state_dict(kept)
    gate = made.network.fusion.gate
    assert gate is not None
    monkeypatch.setattr(gate, "forward", lambda z: torch.eye(3)[place].expand(len(z), 3))
    batch = made.collate(items())
    torch.testing.assert_close(made(batch).logits, alone(batch).logits)


def test_the_language_task_leaves_the_layers_of_the_other_mappings_alone() -> None:
    made, shared = system(), system(shared_mixture=True)
    for one in (made, shared):
        terms(one, items())[0]["told_language"].backward()
    reached = {name: bool(mapping.layers.weight.grad.any()) for name, mapping in made.network.mappings.items()}
    assert reached == {"common": False, "language": False, "attribute": True}
    assert bool(shared.network.mappings["common"].layers.weight.grad.any())


def test_an_item_of_unknown_gender_is_left_out_of_that_task_alone() -> None:
    made, given = system().eval(), items()
    whole = terms(made, given)[0]
    given[3] = Item(given[3].record.replace(attributes={}), given[3].inputs, given[3].target)
    found, _, batch = terms(made, given)
    assert batch.extras["gender"][3] == UNLABELLED
    rest = [item for number, item in enumerate(given) if number != 3]
    torch.testing.assert_close(found["told_gender"], terms(made, rest)[0]["told_gender"])
    for name in ("fused", "common", "language", "told_language", "diversity"):
        torch.testing.assert_close(found[name], whole[name])
    assert terms(made, items(genders=False))[0]["told_gender"] == 0


def test_without_weights_only_the_fused_cross_entropy_is_left() -> None:
    names = ("common_weight", "language_weight", "attribute_weight", "diversity_weight")
    found, outputs, batch = terms(system(**dict.fromkeys(names, 0.0)), items())
    assert float(torch.stack(list(found.values())).sum()) == float(known_cross_entropy(outputs.logits, batch.targets))


def test_the_correlation_of_mappings_trains_no_classifier() -> None:
    made = system()
    terms(made, items())[0]["diversity"].backward()
    trained = {name for name, p in made.named_parameters() if p.grad is not None and bool(p.grad.any())}
    assert trained and all(name.startswith("network.mappings.") for name in trained)


def test_probabilities_of_the_mappings_are_averaged_and_concatenation_reads_all() -> None:
    made = system(fusion="mean").eval()
    outputs = made(made.collate(items()))
    z, heads = outputs.extras["z"], made.network.fusion.classifiers
    wanted = torch.stack([head(z[:, m]).softmax(1) for m, head in enumerate(heads)]).mean(0)
    torch.testing.assert_close(made.scores(outputs), wanted)
    assert system(fusion="concatenation").network.fusion.classifier[0].in_features == 3 * 8


def test_the_best_epoch_is_that_of_the_best_mean_over_languages() -> None:
    made, given = system().eval(), items()
    batches = [made.collate(given[:5]), made.collate(given[5:])]
    guessed = made(made.collate(given)).logits.argmax(1).numpy()
    true, language = np.arange(12) % 4, np.arange(12) % 3
    recalls = [
        np.mean(
            [guessed[(language == g) & (true == c)] == c for c in range(4) if ((language == g) & (true == c)).any()]
        )
        for g in range(3)
    ]
    assert made.language_ua(batches) == pytest.approx(np.mean(recalls))


def test_each_batch_has_as_much_of_each_language() -> None:
    made = system()
    (stage,) = made.stages()
    assert stage.sampler is not None
    rare = [Record(id=str(i), corpus="made", language="en" if i < 570 else "it") for i in range(600)]
    drawn = np.concatenate(stage.sampler([Item(r, {}) for r in rare], np.random.default_rng(0)))
    assert np.mean(drawn >= 570) == pytest.approx(0.5, abs=0.08)


def test_the_published_sizes_have_fewer_than_three_million_weights_beside_the_encoder() -> None:
    with torch.device("meta"):
        made = Network(Config(), 25, 1024, 4)
    mapping = 25 + (1024 * 128 + 128 + 128 + 1) + (2048 * 256 + 256) + 2 * 256
    assert parameter_count(made.mappings) == 3 * mapping
    assert parameter_count(made) < 3_000_000


def test_more_languages_than_expected_are_a_clear_error() -> None:
    with pytest.raises(Ai4erError, match=r"3 languages \(de, en, it\)"):
        system(languages=2)


def test_a_frozen_encoder_learns_nothing() -> None:
    config = Config(encoder="tiny", train_encoder=False, dim=8, hidden=4, head=8)
    still = DiverseFeatureMapping(config, SPACE, {"speech": ()}, {"speech": True})
    assert not any(p.requires_grad for p in still.encoder.parameters())
    tuned = DiverseFeatureMapping(config.override({"train_encoder": True}), SPACE, {"speech": ()}, {"speech": True})
    assert any(p.requires_grad for p in tuned.encoder.network.encoder.parameters())
    assert not any(p.requires_grad for p in tuned.encoder.network.feature_extractor.parameters())
