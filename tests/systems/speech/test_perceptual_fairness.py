"""Perceptual fairness: three views of one representation, which does not know whose perception a label is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from ai4er.corpora.synthetic_raters import RATERS
from ai4er.errors import Ai4erError
from ai4er.labels import UNLABELLED, LabelSpace
from ai4er.records import Record
from ai4er.systems.base import StageData
from ai4er.systems.batch import Item
from ai4er.systems.speech.perceptual_fairness import Config, PerceptualFairness
from ai4er.training.fit import fit
from ai4er.training.options import Options

SPACE = LabelSpace(name="two", kind="single", names=("calm", "angry"))
PANEL = ("f1", "f2", "f3", "m1", "m2", "m3")
AGREE, WOMEN, MEN = 0, 1, 2


def item(number: int, features: Sequence[float], label: int, women: int, men: int, **attributes: str) -> Item:
    """An item with three votes of women and three of men."""
    votes = tuple(SPACE.names[women] for _ in range(3)) + tuple(SPACE.names[men] for _ in range(3))
    record = Record(
        id=str(number), corpus="toy", label=SPACE.names[label], votes=votes, raters=PANEL, attributes=attributes
    )
    return Item(record, {"speech": np.array(features, np.float32)}, np.int64(label))  # type: ignore[arg-type]


def items(size: int = 96, seed: int = 0) -> list[Item]:
    """A feature is the emotion, one says that the label is the women's (bias class 1), one that it is the men's (2)."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(size):
        label, follows = number % 2, number // 2 % 3
        features = generator.standard_normal(6)
        features[0] += 3 * (2 * label - 1)
        features[1:3] = 2 * (follows == WOMEN), 2 * (follows == MEN)
        women, men = (1 - label if follows == other else label for other in (MEN, WOMEN))
        made.append(item(number, features, label, women, men, gender="female" if number // 2 % 2 else "male"))
    return made


def system(**changes: object) -> PerceptualFairness:
    torch.manual_seed(0)
    usual = {"raters": RATERS, "inner": 32, "dim": 16, "head": 16, "dropout": 0.0, "learning_rate": 3e-3}
    return PerceptualFairness(Config(**{**usual, **changes}), SPACE, {"speech": (6,)}, {"speech": False})


def trained(made: PerceptualFairness, data: Sequence[Item]) -> PerceptualFairness:
    fit(made, {"train": data}, Options(device="cpu"))
    return made


def gradients(made: PerceptualFairness, terms: Mapping[str, Tensor], *names: str) -> dict[str, Tensor]:
    made.zero_grad()
    torch.stack([terms[name] for name in names or terms]).sum().backward()
    return {n: p.grad.clone() for n, p in made.named_parameters() if p.grad is not None and p.grad.any()}


def fair_terms(made: PerceptualFairness, data: Sequence[Item], progress: float = 1.0) -> dict[str, Tensor]:
    made.eval().progress.fill_(progress)
    batch = made.collate(data)
    return made.fair_loss(made(batch), batch)


def test_a_label_follows_both_groups_the_women_or_the_men() -> None:
    cases = [(0, 0, AGREE), (0, 1, WOMEN), (1, 0, MEN), (1, 1, AGREE)]
    batch = system().collate([item(i, [0] * 6, 0, women, men) for i, (women, men, _) in enumerate(cases)])
    assert batch.extras["bias"].tolist() == [follows for *_, follows in cases]
    assert batch.extras["votes"][1].tolist() == [[3, 0], [0, 3]]


def test_one_utterance_has_three_views_of_one_representation() -> None:
    made = system().eval()
    batch = made.collate(items(8))
    found = {view: made.seen_by(view)(batch) for view in ("fair", "female", "male")}
    h = found["fair"].embedding
    assert all(torch.equal(outputs.embedding, h) for outputs in found.values())
    for head, view in zip((made.classifier, *made.perceptions), found):
        torch.testing.assert_close(found[view].logits, head(h))
    assert len({tuple(outputs.logits[0].tolist()) for outputs in found.values()}) == 3
    with pytest.raises(Ai4erError, match="did you mean 'female'"):
        made.seen_by("females")


def test_swapping_the_votes_of_the_groups_swaps_what_the_heads_learn() -> None:
    def learnt(raters: dict[str, str]) -> PerceptualFairness:
        made = system(raters=raters, epochs=0, perception_epochs=15, per_bias=0, learning_rate=2e-2)
        made.perceptions[1].load_state_dict(made.perceptions[0].state_dict())  # so that only the votes differ
        return trained(made, items())

    swapped = {rater: "male" if group == "female" else "female" for rater, group in RATERS.items()}
    one, other = learnt(RATERS), learnt(swapped)
    batch = one.collate(items(24))
    views, mirrored = one(batch).extras["views"], other(batch).extras["views"]
    assert float((views["female"] - views["male"]).abs().max()) > 0.5
    for group, counterpart in (("female", "male"), ("male", "female")):
        torch.testing.assert_close(views[group], mirrored[counterpart], rtol=1e-3, atol=1e-3)


def test_the_heads_learn_what_their_group_hears() -> None:
    made = trained(system(reversal=0.0, wasserstein_weight=0.0, perception_epochs=60), items(192))
    test = items(60, seed=1)
    for group, rater in (("female", "f1"), ("male", "m1")):
        predicted = made.seen_by(group)(made.collate(test)).logits.argmax(1)
        heard = [SPACE.index(dict(zip(one.record.raters, one.record.votes))[rater]) for one in test]
        assert float((predicted == torch.tensor(heard)).float().mean()) > 0.9, group


def test_stage_2_leaves_encoder_and_emotion_classifier_as_they_are_to_the_bit() -> None:
    before, after = (trained(system(epochs=3, perception_epochs=n, dropout=0.3), items()) for n in (0, 5))
    for name, value in before.state_dict().items():
        assert torch.equal(value, after.state_dict()[name]) != name.startswith("perceptions"), name


def test_stage_2_sends_no_gradient_into_the_encoder() -> None:
    made = system()
    batch = made.collate(items())
    assert all(n.startswith("perceptions") for n in gradients(made, made.perception_loss(made(batch), batch)))


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_the_domain_loss_reaches_the_encoder_reversed_and_the_domain_classifier_as_it_is(factor: float) -> None:
    made = system(reversal=factor)
    data = items()
    adversarial = gradients(made, fair_terms(made, data), "domain")
    made.eval()
    batch = made.collate(data)
    honest = gradients(
        made, {"domain": functional.cross_entropy(made.domain(made(batch).embedding), batch.extras["bias"])}
    )
    last = made.reversal()
    assert last == pytest.approx(factor, rel=1e-3)
    for name, gradient in honest.items():
        sign = -last if name.startswith("encoder") else 1.0
        torch.testing.assert_close(adversarial[name], sign * gradient, rtol=1e-4, atol=1e-7)
    assert {name.split(".")[0] for name in honest} == {"encoder", "domain"}


def test_lambda_rises_from_0_to_its_last_value() -> None:
    made = system(reversal=2.0)
    values = []
    for progress in (0.0, 0.1, 0.5, 1.0):
        made.progress.fill_(progress)
        values.append(made.reversal())
    assert values == pytest.approx([0.0, 2 * 0.46212, 2 * 0.98661, 2 * 0.99991], abs=1e-4)
    assert float(trained(system(epochs=2, perception_epochs=2), items()).progress) == pytest.approx(1, abs=1e-5)


def test_the_distance_is_0_where_the_groups_get_the_same_answers_and_the_shift_where_one_is_shifted() -> None:
    made = system()
    targets, bias = torch.zeros(6, dtype=torch.long), torch.tensor([WOMEN] * 3 + [MEN] * 3)
    women = torch.tensor([0.1, 0.5, 0.3])
    for men, wanted in ((women.flip(0), 0.0), (women + 0.2, 0.2), (women - 0.1, 0.1)):
        first = torch.cat([women, men])
        probabilities = torch.stack([first, 1 - first], dim=1)
        one, other = (made.distance(probabilities, targets, b) for b in (bias, 3 - bias))
        assert float(one) == pytest.approx(wanted, abs=1e-6)
        assert float(one) == pytest.approx(float(other), abs=1e-6)


def test_the_loss_grows_with_the_distance() -> None:
    data = items()
    for one in data:
        one.inputs["speech"][0] += 2 * one.inputs["speech"][1]  # type: ignore[index]
    light, heavy = (fair_terms(system(wasserstein_weight=weight), data) for weight in (1.0, 3.0))
    assert float(light["wasserstein"]) > 0
    torch.testing.assert_close(heavy["wasserstein"], 3 * light["wasserstein"])


def test_without_lambda_and_gamma_emotion_model_and_encoder_learn_as_a_plain_classifier() -> None:
    made = system(reversal=0.0, wasserstein_weight=0.0)
    data = items()
    fair = gradients(made, fair_terms(made, data))
    batch = made.collate(data)
    plain = gradients(made, {"emotion": functional.cross_entropy(made(batch).logits, batch.targets)})
    assert {name.split(".")[0] for name in plain} == {"encoder", "classifier"}
    assert {name.split(".")[0] for name in fair} - {"domain"} == {"encoder", "classifier"}
    for name, gradient in plain.items():
        torch.testing.assert_close(fair[name], gradient)


def grouped(size: int, seed: int) -> list[Item]:
    """One feature is the emotion, one equals the group that the label follows, the others are noise."""
    generator = np.random.default_rng(seed)
    made = []
    for number in range(size):
        label, follows = number % 2, 1 + number // 2 % 2
        features = generator.standard_normal(6)
        features[0] += 3 * (2 * label - 1)
        features[1] = 2 * follows - 3
        women, men = (1 - label if follows == other else label for other in (MEN, WOMEN))
        made.append(item(number, features, label, women, men))
    return made


def test_a_fresh_probe_finds_the_group_in_the_plain_representation_and_much_less_in_the_debiased_one() -> None:
    train, probed = grouped(200, seed=0), grouped(200, seed=1)
    recovered, right = {}, {}
    for name, changes in (("plain", {"reversal": 0.0, "wasserstein_weight": 0.0}), ("fair", {})):
        made = system(**changes, learning_rate=1e-2, epochs=120, perception_epochs=0, per_bias=0)
        trained(made, train).eval()
        with torch.no_grad():
            fitted, tested = (made(made.collate(part)) for part in (train, probed))
        follows = [made.collate(part).extras["bias"].numpy() for part in (train, probed)]
        probe = LogisticRegression(max_iter=2000).fit(fitted.embedding.numpy(), follows[0])  # type: ignore[union-attr]
        recovered[name] = probe.score(tested.embedding.numpy(), follows[1])  # type: ignore[union-attr]
        targets = torch.tensor([int(one.target) for one in probed])  # type: ignore[arg-type]
        right[name] = float((tested.logits.argmax(1) == targets).float().mean())
    assert recovered["plain"] > 0.9
    assert recovered["fair"] < recovered["plain"] - 0.15
    assert right["fair"] > 0.97 * right["plain"] > 0.9


def test_every_batch_has_items_of_every_bias_class() -> None:
    made = system(per_bias=3)
    rare = [one for one in items() if made.collate([one]).extras["bias"] != MEN] + items(6)[4:]
    made.prepare(StageData({"train": rare}, made.collate, 0, torch.device("cpu")))
    batch = made.collate(made.transform(rare[:8], rare, np.random.default_rng(0)))
    assert torch.bincount(batch.extras["bias"], minlength=3).min() >= 3
    assert len(batch) == 8 + 3 * 3


def test_the_gender_of_the_speaker_is_hidden_where_no_rater_is_known() -> None:
    made = system(bias="gender", raters={})
    assert made.collate(items(4)).extras["bias"].tolist() == [1, 1, 0, 0]
    assert [stage.name for stage in made.stages()] == ["fairness"]
    assert made.views == ("fair",)
    with pytest.raises(Ai4erError, match="no view named 'female': there is fair"):
        system(bias="gender", view="female")


def test_one_stage_is_both_losses_at_once() -> None:
    made = system(two_stages=False)
    (stage,) = made.stages()
    batch = made.collate(items())
    assert set(getattr(made, stage.loss)(made(batch), batch)) == {"emotion", "domain", "wasserstein", "female", "male"}
    learnt = gradients(made, made.perception_loss(made(batch), batch))
    assert {name.split(".")[0] for name in learnt} == {"encoder", "perceptions"}


def test_the_kept_epoch_is_that_of_recall_minus_distance() -> None:
    made = system().eval()
    batch = made.collate(items())
    fair = made(batch).logits.softmax(-1)
    recall = np.mean([float((fair.argmax(1)[batch.targets == c] == c).float().mean()) for c in (0, 1)])
    distance = float(made.distance(fair, batch.targets, batch.extras["bias"]))
    parts = [made.collate(part) for part in (items()[:50], items()[50:])]
    assert made.fair_recall(parts) == pytest.approx(recall - distance)
    assert made.stages()[0].select == "fair_recall"


def test_items_without_votes_can_be_recognised_but_not_trained_on() -> None:
    bare = [Item(Record(id=str(i), corpus="toy"), one.inputs, one.target) for i, one in enumerate(items(12))]
    made = system()
    assert set(made.collate(bare).extras["bias"].tolist()) == {UNLABELLED}
    assert made(made.collate(bare)).logits.shape == (12, 2)
    with pytest.raises(Ai4erError, match=r"--set raters=.*raters here: not known"):
        trained(made, bare)
    with pytest.raises(Ai4erError, match="raters here: f1, f2, f3, m1, m2, m3"):
        trained(system(raters={"f1": "female"}), items())
    with pytest.raises(Ai4erError, match="no training item has age=female or male"):
        trained(system(bias="age"), items())
